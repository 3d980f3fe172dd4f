/** The API sockets, and who answers there. */
import { type Claim, failIf, passIf, type State } from '../state.ts';
import { lines, put, reload } from './shell.ts';

const driver = 'user:driver';
const rootful = '/run/podman/podman.sock';
const rootless = '/run/user/1000/podman/podman.sock';
const podman = passIf(/^libpod/i);

const enabled: Claim = { rule: 'podman.api.socket-rootful-enabled', ask: 'systemctl is-enabled podman.socket', says: passIf(/^enabled/) };
const alive: Claim = { rule: 'podman.api.socket-rootful-alive', ask: `api ${rootful}`, says: podman };
const userEnabled: Claim = {
  rule: 'podman.api.socket-rootless-enabled',
  subject: driver,
  ask: 'as driver systemctl --user is-enabled podman.socket',
  says: passIf(/^enabled/),
};
const userAlive: Claim = {
  rule: 'podman.api.socket-rootless-alive',
  subject: driver,
  ask: `as driver curl -s -m 20 --unix-socket ${rootless} -D - -o /dev/null http://d/_ping | grep -i ^libpod-api || echo nobody`,
  says: podman,
};
const dockerd: Claim = {
  rule: 'podman.api.dockerd-coexist',
  ask: 'systemctl is-enabled docker.service docker.socket; ls /run/docker.pid',
  says: failIf(/^(enabled|\/run)/m),
};
const restart = (user?: 'driver'): Claim => ({
  rule: 'podman.restart.boot',
  ...(user ? { subject: driver } : {}),
  ask: `${user ? 'as driver ' : ''}podman ps --format '{{.Names}}' | grep '^always$' || echo not running`,
  says: passIf(/^always/m),
});
const version: Claim = {
  rule: 'podman.version.min',
  ask: `podman version --format '{{.Client.Version}}'`,
  says: (answer) => (Number(answer.match(/^\d+\.\d+/)?.[0]) >= 4.4 ? 'pass' : 'fail'),
};

/** systemd takes the connection, and no service ever answers: within its time nobody can tell a slow service from none. */
const silent: Claim = { ...alive, says: (answer, suite) => (podman(answer, suite) === 'pass' ? 'pass' : 'unknown') };

/** Whether somebody else gets through to the socket. */
const perms = (socket: string, by: string, subject?: string): Claim => ({
  rule: 'podman.api.socket-perms',
  ...(subject ? { subject } : {}),
  ask: `as ${by} curl -s -m 20 --unix-socket ${socket} http://d/_ping && echo " through" || echo kept out`,
  says: passIf(/kept out/),
});
const socketUnit = (text: string): string => put('/etc/systemd/system/podman.socket.d/x.conf', `[Socket]\n${text}`);
const socketRestart = 'systemctl daemon-reload; systemctl stop podman.socket podman.service; systemctl start podman.socket';
/** The set-up starts the socket; 13 leaves it disabled. */
const started = lines('systemctl start podman.socket', 'as driver systemctl --user start podman.socket');
const stop =
  'systemctl daemon-reload; systemctl stop podman.socket podman.service; systemctl restart podman.socket; as driver systemctl --user stop podman.socket podman.service';

/** The first answer starts a service, which on an emulated host takes longer than pretrip waits. */
const warm = `api ${rootful} >/dev/null || true; as driver curl -s -m 20 --unix-socket ${rootless} http://d/_ping >/dev/null || true`;

/** A server that says it is some Podman sits on the engine's socket; the program on the host is another. */
const served = (version: string): string =>
  `systemctl stop podman.socket podman.service; rm -rf ${rootful}; mkdir -p /run/podman; systemd-run -q --unit=served /opt/pretrip/node -e 'const v = "${version}"; http.createServer((q, r) => { r.setHeader("Server", "Libpod/" + v + " (linux)"); r.setHeader("Libpod-API-Version", v.replace(/[-+].*/, "")); r.setHeader("Content-Type", "application/json"); r.end(q.url.includes("version") ? JSON.stringify({ Version: v, ApiVersion: "1.41", Components: [{ Name: "Podman Engine", Version: v, Details: { APIVersion: v } }] }) : "OK"); }).listen("${rootful}")'; for i in 1 2 3 4 5 6 7 8; do sleep 1; [ ! -S ${rootful} ] || break; done`;
const servedBy: Claim = {
  ...version,
  ask: `podman --version; curl -s -m 20 --unix-socket ${rootful} http://d/version | jq -r '.Components[0].Version'`,
  says: (answer) => (Number(answer.split('\n')[1]?.match(/^\d+\.\d+/)?.[0]) >= 4.4 ? 'pass' : 'fail'),
};
const servedNoMore = `systemctl stop served 2>/dev/null; rm -rf ${rootful}; systemctl start podman.socket`;
/** What the next major release will not take over. */
const next: Claim = {
  rule: 'podman.version.major-migration',
  ask: `podman info --format json | jq -r '.host.networkBackend // "cni", .host.cgroupVersion'; ls /var/lib/containers/storage/db.sql /var/lib/containers/storage/libpod/bolt_state.db 2>/dev/null`,
  says: failIf(/^(cni|v1)$|bolt_state/m),
};

export const socketStates: readonly State[] = [
  { name: 'version: a newer Podman serves', alone: true, setUp: served('5.2.0-dev'), claims: [servedBy], undo: servedNoMore },
  { name: 'version: an older Podman serves', alone: true, setUp: served('4.2.0+ds1'), claims: [servedBy], undo: servedNoMore },
  { name: 'version: the next one', setUp: 'podman info >/dev/null', claims: [next] },
  { name: 'socket: as installed', setUp: warm, claims: [enabled, alive, userEnabled, userAlive, version, perms(rootful, 'carol')] },
  {
    name: 'socket: as documented',
    setUp: `systemctl enable -q --now podman.socket; as driver systemctl --user enable -q --now podman.socket; ${warm}`,
    claims: [enabled, alive, userEnabled, userAlive, perms(rootless, 'carol', driver)],
    undo: 'as driver systemctl --user -q disable --now podman.socket',
  },
  {
    name: 'socket: disabled, still running',
    setUp: `systemctl disable -q podman.socket; ${started}; ${warm}`,
    claims: [enabled, alive, userAlive],
    undo: 'systemctl -q enable --now podman.socket',
  },
  {
    name: 'socket: enabled, stopped',
    setUp: 'systemctl -q enable podman.socket; systemctl stop podman.socket podman.service',
    claims: [enabled, alive],
    undo: 'systemctl start podman.socket',
  },
  {
    name: 'socket: masked',
    setUp: 'systemctl mask -q --now podman.socket; systemctl stop podman.service',
    claims: [enabled, alive],
    undo: 'systemctl -q unmask podman.socket; systemctl start podman.socket',
  },
  {
    name: 'socket: wanted by /etc, unit gone',
    setUp: lines('systemctl -q enable podman.socket', 'hide /lib/systemd/system/podman.socket', reload),
    claims: [enabled],
    undo: reload,
  },
  {
    name: 'socket: enabled for all users',
    setUp: 'save /etc/systemd/user/sockets.target.wants/podman.socket; systemctl -q --global enable podman.socket',
    claims: [userEnabled],
  },
  {
    name: 'socket: enabled, but su has no bus to ask',
    setUp: 'as driver systemctl --user enable -q podman.socket',
    claims: [
      {
        ...userEnabled,
        ask: `su driver -c 'systemctl --user is-enabled podman.socket' 2>&1; ${userEnabled.ask}`,
        says: (answer) => (/^Failed to connect/.test(answer) && /^enabled$/m.test(answer) ? 'pass' : 'fail'),
      },
    ],
    undo: 'as driver systemctl --user -q disable podman.socket',
  },
  {
    name: 'socket: podman info names it, and nobody listens',
    setUp: 'as driver systemctl --user stop podman.socket podman.service; rm -rf /run/user/1000/podman',
    claims: [
      {
        ...userAlive,
        ask: `${userAlive.ask}; as driver podman info --format json | jq -c .host.remoteSocket; as driver ls ${rootless} 2>&1`,
        says: (answer) => (/^nobody/.test(answer) && /podman\.sock"/.test(answer) && /No such file/.test(answer) ? 'fail' : 'pass'),
      },
    ],
    undo: 'as driver systemctl --user start podman.socket 2>/dev/null',
  },
  {
    name: 'socket: masked for one user',
    setUp: 'save /home/driver/.config/systemd/user/podman.socket; systemctl -q --global enable podman.socket; as driver systemctl --user -q mask podman.socket',
    claims: [userEnabled],
    undo: 'rm -f /etc/systemd/user/sockets.target.wants/podman.socket; as driver systemctl --user daemon-reload',
  },
  {
    name: 'socket: elsewhere',
    setUp: `${socketUnit('ListenStream=\nListenStream=/run/elsewhere.sock')}\n${socketRestart}`,
    claims: [{ ...alive, ask: 'api /run/elsewhere.sock' }],
    undo: stop,
  },
  { name: 'socket: a second one', setUp: `${socketUnit('ListenStream=/run/second.sock')}\n${socketRestart}`, claims: [silent], undo: stop },
  {
    name: 'socket: a directory in its place',
    setUp: `systemctl stop podman.socket podman.service; rm -f ${rootful}; mkdir -p ${rootful}`,
    claims: [alive],
    undo: `rm -rf ${rootful}; systemctl start podman.socket`,
  },
  {
    name: 'socket: left behind, nobody listens',
    setUp: `systemctl stop podman.socket podman.service; rm -rf ${rootful}; mkdir -p /run/podman; /opt/pretrip/node -e 'net.createServer().listen("${rootful}", () => process.kill(process.pid, 9))' || true; test -S ${rootful}`,
    claims: [alive],
    undo: `rm -rf ${rootful}; systemctl start podman.socket`,
  },
  {
    name: 'socket: the service cannot start',
    setUp: `${put('/etc/systemd/system/podman.service.d/x.conf', '[Service]\nExecStart=\nExecStart=/bin/false')}\n${socketRestart}`,
    claims: [enabled, silent],
    undo: `systemctl reset-failed podman.socket podman.service; ${stop}`,
  },
  {
    name: 'socket: 0666 in a closed directory',
    setUp: lines(socketUnit('SocketMode=0666'), socketRestart, 'chmod 0700 /run/podman'),
    claims: [perms(rootful, 'carol')],
    undo: stop,
  },
  {
    name: 'socket: 0666 in an open directory',
    setUp: lines(socketUnit('SocketMode=0666'), socketRestart, 'chmod 0755 /run/podman'),
    claims: [perms(rootful, 'carol')],
    undo: `chmod 0700 /run/podman; ${stop}`,
  },
  {
    name: 'socket: 0660 in an open directory',
    setUp: lines(started, 'chmod 0755 /run/podman'),
    claims: [perms(rootful, 'carol')],
    undo: 'chmod 0700 /run/podman',
  },
  {
    name: 'socket: a group with members',
    setUp: lines('groupadd -f engine; usermod -aG engine carol', socketUnit('SocketGroup=engine'), socketRestart, 'chmod 0755 /run/podman'),
    claims: [perms(rootful, 'carol')],
    undo: `gpasswd -qd carol engine; chmod 0700 /run/podman; ${stop}`,
  },
  {
    name: 'socket: rootless, opened to all',
    setUp: lines(started, `chmod 0666 ${rootless}; chmod 0755 /run/user/1000 /run/user/1000/podman`),
    claims: [perms(rootless, 'carol', driver)],
    undo: `chmod 0700 /run/user/1000; ${stop}`,
  },
  {
    name: 'socket: a user who never logged in',
    setUp:
      'loginctl disable-linger carol 2>/dev/null || true; save /home/carol/.config; mkdir -p /home/carol/.config/containers /home/carol/.local/share/containers; chown -R carol: /home/carol/.config /home/carol/.local',
    claims: [
      {
        rule: 'podman.api.socket-rootless-alive',
        subject: 'user:carol',
        ask: 'systemctl is-active user@1001; ls /var/lib/systemd/linger',
        says: (answer) => (/^inactive/.test(answer) ? 'not-applicable' : 'fail'),
      },
    ],
    undo: 'rm -rf /home/carol/.local/share/containers',
  },
];

const tcp = (address: string, says: Claim['says']): Claim => ({ rule: 'podman.api.tcp-exposed', ask: `api http://${address}/x`, says });
const open = failIf(/^libpod/i);
const own = `$(ip -4 -o addr show scope global | sed 's/.*inet \\([0-9.]*\\).*/\\1/;q')`;
const byHand = (args: string): string =>
  `systemd-run -q --unit=by-hand ${args}; for i in 1 2 3 4 5 6 7 8; do sleep 1; ss -Hln | grep -qe :2375 -e by-hand && break; done`;
const stopByHand = 'systemctl stop by-hand; systemctl reset-failed by-hand; rm -f /run/podman/by-hand.sock';
export const tcpStates: readonly State[] = [
  { name: 'socket: not on TCP', claims: [tcp(`${own}:2375`, open)] },
  {
    name: 'socket: TCP on all addresses',
    setUp: lines(socketUnit('ListenStream=\nListenStream=2375'), socketRestart),
    claims: [tcp(`${own}:2375`, open)],
    undo: stop,
  },
  {
    name: 'socket: TCP on loopback',
    setUp: lines(socketUnit('ListenStream=\nListenStream=127.0.0.1:2375'), socketRestart),
    claims: [
      {
        ...tcp('127.0.0.1:2375', open),
        // Another account, and a container of that account that shares the host's network.
        ask: `as carol curl -s -m 60 -o /dev/null -D - http://127.0.0.1:2375/_ping | grep -i ^libpod || echo kept out; root /home/driver/near; as driver timeout 90 podman run --rm --network host --rootfs /home/driver/near /bin/busybox wget -qO - http://127.0.0.1:2375/_ping 2>&1; rm -rf /home/driver/near`,
      },
    ],
    undo: stop,
  },
  {
    name: 'socket: TCP configured, then reset',
    setUp: lines(socketUnit('ListenStream=2375\nListenStream=\nListenStream=/run/podman/podman.sock'), socketRestart),
    claims: [tcp(`${own}:2375`, open), alive],
    undo: stop,
  },
  { name: 'socket: TCP by hand', setUp: byHand('podman system service --time 0 tcp:0.0.0.0:2375'), claims: [tcp(`${own}:2375`, open)], undo: stopByHand },
];

/** A service started by hand: is it still there after its idle time? */
const manual = (subject?: string): Claim => ({
  rule: 'podman.api.manual-service',
  ...(subject ? { subject } : {}),
  ask: 'sleep 12; systemctl is-active by-hand',
  says: passIf(/^active/),
});
const unix = 'unix:///run/podman/by-hand.sock';
export const manualStates: readonly State[] = [
  {
    name: 'manual: no time-out',
    alone: true,
    setUp: `mkdir -p /run/podman; ${byHand(`podman system service --time 0 ${unix}`)}`,
    claims: [manual(), { ...enabled, ask: 'systemctl is-enabled podman.socket; systemctl is-active by-hand', says: passIf(/^(enabled|active)/m) }],
    undo: stopByHand,
  },
  { name: 'manual: -t=0', alone: true, setUp: `mkdir -p /run/podman; ${byHand(`podman system service -t=0 ${unix}`)}`, claims: [manual()], undo: stopByHand },
  {
    name: 'manual: time-out given',
    alone: true,
    setUp: lines(
      put('/etc/containers/containers.conf.d/x.conf', '[engine]\nservice_timeout = 0'),
      `mkdir -p /run/podman; ${byHand(`podman system service --time 9 ${unix}`)}`,
    ),
    claims: [{ ...manual(), ask: 'sleep 15; systemctl is-active by-hand' }],
    undo: stopByHand,
  },
  {
    name: 'manual: configured never',
    alone: true,
    setUp: lines(
      put('/etc/containers/containers.conf.d/x.conf', '[engine]\nservice_timeout = 0'),
      `mkdir -p /run/podman; ${byHand(`podman system service ${unix}`)}`,
    ),
    claims: [manual()],
    undo: stopByHand,
  },
];

const dockerSock = 'rm -rf /run/docker.sock';
const leads: Claim = { rule: 'podman.api.docker-sock-target', ask: 'api /var/run/docker.sock', says: podman };
/** Taken away and made again as at boot. */
const persistent: Claim = {
  rule: 'podman.api.docker-sock-persistent',
  ask: `rm -rf /run/docker.sock; systemd-tmpfiles --create >/dev/null 2>&1; readlink /run/docker.sock || echo gone`,
  says: failIf(/gone/),
};
const tmpfiles = (dir: string, line = 'L+ /run/docker.sock - - - - /run/podman/podman.sock'): string => put(`${dir}/podman-docker.conf`, line);
const link = `ln -sfn ${rootful} /run/docker.sock`;
/** What the client runs on the far side for DOCKER_HOST=ssh://…. */
const dial = `printf 'GET /_ping HTTP/1.1\\r\\nHost: d\\r\\nConnection: close\\r\\n\\r\\n' | timeout 60 docker system dial-stdio 2>&1 | tr -d '\\r' | grep -i -e ^server -e 'not found' -e 'no such file'`;
/** Units as the package of Docker has them, with a stand-in for its daemon. */
const dockerUnits = lines(
  put(
    '/etc/systemd/system/docker.socket',
    '[Socket]\nListenStream=/run/docker.sock\nSocketMode=0660\nSocketUser=root\nSocketGroup=root\n[Install]\nWantedBy=sockets.target',
  ),
  put(
    '/etc/systemd/system/docker.service',
    `[Unit]\nRequires=docker.socket\n[Service]\nExecStart=/opt/pretrip/node -e 'http.createServer((_, r) => r.setHeader("Server", "Docker/27.0.1 (linux)").end("OK")).listen({ fd: 3 })'`,
  ),
  tmpfiles('/etc/tmpfiles.d'),
  'save /etc/systemd/system/sockets.target.wants/docker.socket; systemctl -q enable docker.socket',
  reload,
);
/** Podman's service does not end between the set-up and the look. */
const stays = lines(put('/etc/systemd/system/podman.service.d/x.conf', '[Service]\nExecStart=\nExecStart=/usr/bin/podman system service --time 0'), reload);
const dockerGone = `systemctl stop docker.socket docker.service podman.service; ${dockerSock}; ${reload}`;
const cli: Claim = { rule: 'podman.api.docker-compat-package', ask: 'docker --version', says: passIf(/^podman version/m) };
const script = (path: string, text: string): string => `${put(path, text)}\nchmod 755 ${path}`;

export const dockerStates: readonly State[] = [
  { name: 'docker: as installed', claims: [leads, cli, dockerd] },
  { alone: true, name: 'socket: docker.sock, a link', setUp: `systemctl start podman.socket; ${link}`, claims: [leads, persistent], undo: dockerSock },
  {
    alone: true,
    name: 'socket: docker.sock, a link and its tmpfiles.d line',
    setUp: `systemctl start podman.socket; ${link}\n${tmpfiles('/etc/tmpfiles.d')}`,
    claims: [leads, persistent],
    undo: dockerSock,
  },
  {
    name: "docker: the package's line for docker.sock",
    setUp: `${link}\n${tmpfiles('/usr/lib/tmpfiles.d', 'L+  %t/docker.sock   -    -    -     -   %t/podman/podman.sock')}`,
    claims: [persistent],
    undo: dockerSock,
  },
  {
    name: "docker: the package's line hidden",
    setUp: lines(link, tmpfiles('/usr/lib/tmpfiles.d'), tmpfiles('/etc/tmpfiles.d', '')),
    claims: [persistent],
    undo: dockerSock,
  },
  {
    name: 'docker: line in /run/tmpfiles.d',
    setUp: lines(link, tmpfiles('/run/tmpfiles.d')),
    claims: [{ ...persistent, says: () => 'fail' }],
    undo: dockerSock,
  },
  { name: 'docker: a dangling link', setUp: 'ln -sfn /run/nowhere.sock /run/docker.sock', claims: [leads], undo: dockerSock },
  {
    name: 'docker: another answerer',
    setUp: `systemd-run -q --unit=fake /opt/pretrip/node -e 'http.createServer((_, r) => r.setHeader("Server", "Docker/27.0.1 (linux)").end("OK")).listen("/run/docker.sock")'; for i in 1 2 3 4 5; do sleep 1; [ ! -S /run/docker.sock ] || break; done`,
    claims: [leads],
    undo: `systemctl stop fake 2>/dev/null; ${dockerSock}`,
  },
  {
    name: 'docker: docker.socket starts over the link',
    alone: true,
    setUp: `${dockerUnits}\nsystemctl start podman.socket; ${link}; systemctl start docker.socket; curl -s -m 30 --unix-socket /run/docker.sock http://d/_ping`,
    claims: [{ ...leads, ask: `stat -c %F /run/docker.sock; ${leads.ask}`, says: passIf(/^libpod/im) }, dockerd],
    undo: dockerGone,
  },
  {
    name: 'docker: the link is made anew over docker.socket',
    alone: true,
    setUp: `${dockerUnits}\n${stays}\nsystemctl start podman.socket docker.socket; systemd-tmpfiles --create /etc/tmpfiles.d/podman-docker.conf; ${warm}`,
    claims: [{ ...leads, ask: `stat -c %F /run/docker.sock; ${leads.ask}; systemctl is-active docker.socket`, says: passIf(/^libpod/im), mayWarn: true }],
    undo: dockerGone,
  },
  {
    name: 'docker: ssh would start a docker that is Podman',
    // 3.0.1 has no such command, and fails podman.version.min.
    suites: ['bookworm', 'trixie'],
    alone: true,
    setUp: `save /usr/local/bin/docker; ln -s /usr/bin/podman /usr/local/bin/docker; systemctl start podman.socket; ${warm}`,
    claims: [{ ...cli, ask: dial, says: passIf(/^Server: Libpod/im) }],
  },
  { name: 'docker: ssh would find no docker', alone: true, claims: [{ ...cli, ask: dial, says: passIf(/^Server: Libpod/im) }] },
  {
    name: 'docker: the command is a link to podman',
    setUp: 'save /usr/local/bin/docker; ln -s /usr/bin/podman /usr/local/bin/docker',
    claims: [{ ...cli, ask: 'docker --version; readlink -f /usr/local/bin/docker', says: passIf(/podman$/) }],
  },
  {
    name: "docker: the package's script",
    setUp: script(
      '/usr/local/bin/docker',
      '#!/bin/sh\n[ -e /etc/containers/nodocker ] || \\\necho "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg." >&2\nexec /usr/bin/podman "$@"',
    ),
    claims: [cli],
  },
  { name: 'docker: another program', setUp: script('/usr/local/bin/docker', '#!/bin/sh\necho Docker version 27.0.1, build abc'), claims: [cli] },
  {
    name: 'docker: daemon enabled',
    setUp: lines(
      put('/etc/systemd/system/docker.service', '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target'),
      'save /etc/systemd/system/multi-user.target.wants/docker.service',
      'systemctl -q enable docker.service',
    ),
    claims: [dockerd],
    undo: reload,
  },
  {
    name: 'docker: daemon installed, not enabled',
    setUp: lines(put('/etc/systemd/system/docker.service', '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target'), reload),
    claims: [dockerd],
    undo: reload,
  },
  {
    name: 'docker: daemon enabled, then masked',
    setUp: lines(
      put('/usr/lib/systemd/system/docker.service', '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target'),
      'save /etc/systemd/system/multi-user.target.wants/docker.service /etc/systemd/system/docker.service',
      'systemctl -q enable docker.service',
      'systemctl -q mask docker.service',
    ),
    claims: [dockerd],
    undo: reload,
  },
];

const always = (as: string, dir: string): string =>
  `root ${dir}/rootfs; ${as}podman create -q --name always --restart=always --network host --rootfs ${dir}/rootfs /bin/sleep 1000 >/dev/null`;
const remove = 'podman rm -f always >/dev/null 2>&1; as driver podman rm -f always >/dev/null 2>&1; rm -rf /root/rootfs /home/driver/rootfs';
const restartUnit = '[ ! -e /lib/systemd/system/podman-restart.service ] ||';
const afterBoot: Claim = { ...persistent, ask: 'readlink /run/docker.sock || echo gone' };
export const restartStates: readonly State[] = [
  { name: 'boot: docker.sock, a link in /var/run', reboot: true, setUp: `ln -sfn ${rootful} /var/run/docker.sock`, claims: [afterBoot], undo: dockerSock },
  {
    name: 'boot: docker.sock, a link and its line',
    reboot: true,
    setUp: `${link}\n${tmpfiles('/etc/tmpfiles.d', 'L+  %t/docker.sock   -    -    -     -   %t/podman/podman.sock')}`,
    claims: [afterBoot],
    undo: dockerSock,
  },
  {
    name: 'boot: restart service on',
    reboot: true,
    setUp: lines(
      always('', '/root'),
      always('as driver ', '/home/driver'),
      `${restartUnit} systemctl -q enable podman-restart; ${restartUnit} as driver systemctl --user -q enable podman-restart`,
    ),
    claims: [restart(), restart('driver')],
    undo: remove,
  },
  {
    name: 'boot: restart service off',
    reboot: true,
    setUp: lines(
      always('', '/root'),
      always('as driver ', '/home/driver'),
      `${restartUnit} systemctl -q disable podman-restart; ${restartUnit} as driver systemctl --user -q disable podman-restart 2>/dev/null`,
    ),
    claims: [restart(), restart('driver')],
    undo: remove,
  },
];
