/** Sockets of an engine in a container: what a process inside gets to hear over them. */
import { type Claim, type State, suites } from '../state.ts';
import { lines, put } from './shell.ts';

/** A root file system in which the host's own curl runs. */
const withCurl = 'root /root/seen; mkdir -p /root/seen/usr /root/seen/lib /root/seen/lib64';
/** Programs and libraries of the host, wherever it keeps them. */
const programs = '-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro';
const run = (mount: string, socket: string): string =>
  `timeout 120 podman run --rm --name seen-too --network none ${programs} -v ${mount} --rootfs /root/seen /usr/bin/curl -s -m 60 -o /dev/null -D - --unix-socket ${socket} http://d/_ping 2>&1 | tr -d '\r' | grep -i ^libpod-api || echo nobody`;
const hears = (mount: string, socket: string): Claim => ({
  rule: 'podman.api.socket-in-container',
  ask: run(mount, socket),
  says: (answer) => (/^libpod/i.test(answer) ? 'fail' : 'pass'),
});

/** A container with the mount that is there while pretrip looks, and another like it that asks. */
const mounted = (what: string, mount: string, socket: string): State => ({
  name: `socket in a container: ${what}`,
  setUp: lines(
    withCurl,
    'mkdir -p /srv/lab; systemctl start podman.socket; api /run/podman/podman.sock >/dev/null || true',
    `podman create -q --name seen --network none ${programs} -v ${mount} --rootfs /root/seen /usr/bin/sleep 100 >/dev/null`,
  ),
  alone: true,
  claims: [hears(mount, socket)],
  undo: 'podman rm -f seen seen-too >/dev/null 2>&1; rm -rf /root/seen /srv/lab',
});

export const socketMountStates: readonly State[] = [
  mounted('a directory of its own', '/srv/lab:/host', '/host/podman.sock'),
  mounted('the socket', '/run/podman/podman.sock:/host.sock', '/host.sock'),
  mounted('/run, read-only', '/run:/host:ro', '/host/podman/podman.sock'),
  mounted('/var/run', '/var/run:/host', '/host/podman/podman.sock'),
  mounted('the whole host', '/:/host', '/host/run/podman/podman.sock'),
  {
    name: "socket in a container: %t/podman in a user's Quadlet file",
    // Quadlet came with 4.4.
    suites: suites.filter((s) => s === 'trixie'),
    setUp: lines(
      put('/home/driver/.config/containers/systemd/near.container', '[Container]\nImage=localhost/lab:1\nVolume=%t/podman:/host'),
      'as driver systemctl --user daemon-reload',
    ),
    alone: true,
    claims: [
      {
        rule: 'podman.api.socket-in-container',
        subject: 'user:driver',
        ask: `as driver systemctl --user show near.service -p ExecStart | grep -o -e '-v [^ ]*'`,
        says: (answer) => (/\/run\/user\/1000\/podman:/.test(answer) ? 'fail' : 'pass'),
      },
    ],
    undo: 'as driver systemctl --user daemon-reload',
  },
];
