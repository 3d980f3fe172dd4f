/** The idle time-out of the API service: what `podman system service --help` shows as its default. */
import { type Claim, passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';

const help = `podman system service --help >/tmp/help 2>&1; grep -e '-t, --time' /tmp/help || tail -n 1 /tmp/help`;
/** No default is printed when it is 0; an error means that nothing starts at all, which pretrip cannot call a pass. */
const never: Claim['says'] = (answer) => (/-t, --time/.test(answer) && !/default [1-9]/.test(answer) ? 'pass' : 'fail');

const root: Claim = { rule: 'podman.api.service-timeout', ask: help, says: never };
const user: Claim = { rule: 'podman.api.service-timeout', subject: 'user:driver', ask: `as driver ${help}`, says: never };

const etc = '/etc/containers';
const dropIn = (name: string, text: string): string => put(`${etc}/containers.conf.d/${name}`, text);
const zero = '[engine]\nservice_timeout = 0';

function timeout(name: string, files: readonly string[], ...claims: readonly Claim[]): State {
  return { name: `timeout: ${name}`, setUp: lines(...files), claims: claims.length > 0 ? claims : [root, user] };
}

export const timeoutStates: readonly State[] = [
  timeout('as installed', []),
  timeout("as k3d's page has it, no table", [dropIn('timeout.conf', 'service_timeout=0')]),
  timeout('in [engine]', [dropIn('timeout.conf', zero)]),
  timeout('in [Engine]', [dropIn('timeout.conf', '[Engine]\nservice_timeout = 0')]),
  timeout('key in capitals', [dropIn('timeout.conf', '[engine]\nService_Timeout = 0')]),
  timeout('in [network]', [dropIn('timeout.conf', '[network]\nservice_timeout = 0')]),
  timeout('dotted key', [dropIn('timeout.conf', 'engine.service_timeout = 0')]),
  timeout('other number', [dropIn('timeout.conf', '[engine]\nservice_timeout = 30')]),
  timeout('main file', [put(`${etc}/containers.conf`, zero)]),
  timeout('drop-in over main file', [put(`${etc}/containers.conf`, '[engine]\nservice_timeout = 99'), dropIn('x.conf', zero)]),
  timeout('later drop-in wins', [dropIn('10.conf', zero), dropIn('20.conf', '[engine]\nservice_timeout = 7')]),
  timeout('9 comes after 10', [dropIn('10.conf', '[engine]\nservice_timeout = 7'), dropIn('9.conf', zero)]),
  timeout('.CONF', [dropIn('timeout.CONF', zero)]),
  timeout('.conf.bak', [dropIn('timeout.conf.bak', zero)]),
  timeout('hidden name', [dropIn('.timeout.conf', zero)]),
  timeout('in a subdirectory', [dropIn('sub/timeout.conf', zero)]),
  timeout('a link', [
    put('/etc/elsewhere.conf', zero),
    `save ${etc}/containers.conf.d; mkdir -p ${etc}/containers.conf.d; ln -s /etc/elsewhere.conf ${etc}/containers.conf.d/link.conf`,
  ]),
  timeout('vendor drop-in', [put('/usr/share/containers/containers.conf.d/x.conf', zero)]),
  timeout("user's main file", [put('/home/driver/.config/containers/containers.conf', zero)]),
  timeout("user's drop-in over /etc", [
    dropIn('x.conf', '[engine]\nservice_timeout = 11'),
    put('/home/driver/.config/containers/containers.conf.d/x.conf', zero),
  ]),
  timeout("root's home", [put('/root/.config/containers/containers.conf', zero)]),
  {
    name: 'timeout: five seconds, and a client that stays connected',
    alone: true,
    claims: [
      {
        ...root,
        // Idle is without a connection: it stays while one is open, and is gone some seconds after.
        ask: `systemctl stop podman.service 2>/dev/null; systemctl restart podman.socket; curl -sN -m 600 --unix-socket /run/podman/podman.sock http://d/v1.40/events >/dev/null & sleep 45; systemctl is-active podman.service; kill $!; sleep 20; systemctl is-active podman.service`,
        says: (answer) => (/^active\s+inactive$/.test(answer) ? 'fail' : 'pass'),
      },
    ],
  },
  {
    name: 'timeout: --time 0 in the unit',
    setUp: lines(
      put('/etc/systemd/system/podman.service.d/x.conf', '[Service]\nExecStart=\nExecStart=/usr/bin/podman system service --time 0'),
      'systemctl daemon-reload',
    ),
    claims: [
      {
        ...root,
        ask: 'systemctl stop podman.service 2>/dev/null; systemctl restart podman.socket; systemctl start podman.service; sleep 12; systemctl is-active podman.service',
        says: passIf(/^active/),
      },
    ],
    undo: 'systemctl daemon-reload; systemctl stop podman.service',
    alone: true,
  },
  {
    name: 'timeout: --time 6 in the unit',
    setUp: lines(
      dropIn('timeout.conf', zero),
      put('/etc/systemd/system/podman.service.d/x.conf', '[Service]\nExecStart=\nExecStart=/usr/bin/podman system service --time 6'),
      'systemctl daemon-reload',
    ),
    claims: [
      {
        ...root,
        ask: 'systemctl stop podman.service 2>/dev/null; systemctl restart podman.socket; systemctl start podman.service; sleep 14; systemctl is-active podman.service',
        says: passIf(/^active/),
      },
    ],
    undo: 'systemctl daemon-reload; systemctl stop podman.service',
    alone: true,
  },
];

const keys = (says: Claim['says']): Claim => ({ rule: 'podman.config.unknown-keys', ask: help, says });
export const keyStates: readonly State[] = [
  { name: 'timeout: keys that count', setUp: dropIn('x.conf', zero), claims: [keys(never)] },
  { name: 'timeout: key outside its table', setUp: dropIn('x.conf', 'service_timeout = 0'), claims: [keys(never)] },
  { name: 'timeout: misspelt key', setUp: dropIn('x.conf', '[engine]\nservice_time_out = 0'), claims: [keys(never)] },
  {
    name: 'timeout: unknown key in storage.conf',
    setUp: `save /etc/containers/storage.conf; { cat /usr/share/containers/storage.conf /etc/containers/storage.conf 2>/dev/null || printf '[storage]\\ndriver = "overlay"\\nrunroot = "/run/containers/storage"\\ngraphroot = "/var/lib/containers/storage"\\n'; echo 'foo = 1'; } >/tmp/storage.conf; sed -i 's/^foo = 1$//; s/^\\[storage\\]$/[storage]\\nfoo = "x"/' /tmp/storage.conf; cp /tmp/storage.conf /etc/containers/storage.conf`,
    claims: [
      { rule: 'podman.config.unknown-keys', ask: 'podman info 2>&1 >/dev/null | grep -i "decode the keys" || echo no warning', says: passIf(/no warning/) },
    ],
  },
];
