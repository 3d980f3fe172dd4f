/** Which units of Quadlet files a boot starts. */
import { passIf, type State } from '../state.ts';
import { lines, put } from './shell.ts';
import { container, driversOwn, system } from './started.ts';

interface Row {
  readonly what: string;
  readonly text: string;
  readonly user?: 'driver';
  readonly ending?: 'pod';
  /** More files; NAME in their paths and texts is the name of the unit. */
  readonly files?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
  readonly unit?: string;
  readonly mayWarn?: true;
}
/** An emulated host that starts many containers takes long. */
const slow = '[Service]\nTimeoutStartSec=900\n';
const row = (what: string, keys: string, more: Partial<Row> = {}): Row => ({ what, text: `${container}${slow}${keys}\n`, ...more });
const install = (target: string): string => `[Install]\n${target}`;
const link = (target: string, directory: string): string =>
  `mkdir -p ${directory}; save ${directory}/${target.split('/').at(-1)}; ln -sf ${target} ${directory}/`;
const etc = '/etc/systemd/system';

const rows: readonly Row[] = [
  row('nothing', ''),
  row('multi-user.target', install('WantedBy=multi-user.target')),
  row('default.target', install('WantedBy=default.target')),
  row('multi-user.target and default.target', install('WantedBy=multi-user.target default.target')),
  row('a target misspelt', install('WantedBy=multiuser.target')),
  row('a target that no boot reaches', install('WantedBy=rescue.target')),
  row('required by a target', install('RequiredBy=multi-user.target')),
  row('upheld by a target', install('UpheldBy=multi-user.target')),
  row('an alias alone', install('Alias=labsecond.service')),
  row('a section in lower case', '[install]\nWantedBy=multi-user.target'),
  row('a key in lower case', install('wantedby=multi-user.target')),
  row('a drop-in of the file', '', { files: { [`${system}/NAME.container.d/install.conf`]: '[Install]\nWantedBy=multi-user.target' } }),
  row('a drop-in of the service', '', { files: { [`${etc}/NAME.service.d/install.conf`]: '[Install]\nWantedBy=multi-user.target' } }),
  row('a link by hand', '', { more: [link('/run/systemd/generator/NAME.service', `${etc}/multi-user.target.wants`)] }),
  row('a timer that is enabled', '', {
    files: { [`${etc}/NAME.timer`]: '[Timer]\nOnBootSec=1s\n[Install]\nWantedBy=timers.target' },
    more: [link('../NAME.timer', `${etc}/timers.target.wants`)],
  }),
  row('a timer that is not enabled', '', { files: { [`${etc}/NAME.timer`]: '[Timer]\nOnBootSec=1s\n[Install]\nWantedBy=timers.target' } }),
  row('a unit that wants it and starts', '', {
    files: { [`${etc}/NAME-app.service`]: '[Unit]\nWants=NAME.service\n[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target' },
    more: [link('../NAME-app.service', `${etc}/multi-user.target.wants`)],
  }),
  row('another file that wants it', '', {
    files: { [`${system}/NAME-app.container`]: `[Unit]\nWants=NAME.service\n${container}${slow}${install('WantedBy=multi-user.target')}` },
  }),
  row('a masked service', install('WantedBy=multi-user.target'), { more: [`save ${etc}/NAME.service; ln -sf /dev/null ${etc}/NAME.service`] }),
  row('a unit of its name in /etc', install('WantedBy=multi-user.target'), { files: { [`${etc}/NAME.service`]: '[Service]\nExecStart=/bin/false' } }),
  row('a user, default.target', install('WantedBy=default.target'), { user: 'driver' }),
  row('a user, multi-user.target', install('WantedBy=multi-user.target'), { user: 'driver' }),
  row('a user, nothing', '', { user: 'driver' }),
  row('a user, without the wait for the network', `${install('WantedBy=default.target')}\n[Quadlet]\nDefaultDependencies=false`, { user: 'driver' }),
  {
    what: 'a pod, and a member that starts with it',
    ending: 'pod',
    text: `[Pod]\nNetwork=none\n${slow}${install('WantedBy=multi-user.target')}\n`,
    unit: 'NAMEm',
    files: { [`${system}/NAMEm.container`]: `${container.replace('Network=none\n', '')}Pod=NAME.pod\n${slow}` },
  },
  {
    what: 'a pod, and a member that does not',
    ending: 'pod',
    text: `[Pod]\nNetwork=none\n${slow}${install('WantedBy=multi-user.target')}\n`,
    unit: 'NAMEm',
    files: { [`${system}/NAMEm.container`]: `${container.replace('Network=none\n', '')}Pod=NAME.pod\nStartWithPod=false\n${slow}` },
  },
];

/** Whoever looks, and from whatever: what starts a file of root, and one of the account, is known to all who may read it. */
const seenBy = ['root', 'driver', 'nobody'].flatMap((who): State[] =>
  [
    { what: 'nothing starts it', keys: '', outcome: 'fail' as const },
    { what: 'a target starts it', keys: `\n${install('WantedBy=multi-user.target default.target')}`, outcome: 'pass' as const },
  ].map(({ what, keys, outcome }): State => {
    const folders = who === 'driver' ? [driversOwn] : [system];
    return {
      name: `starts, seen by ${who}: ${what}`,
      alone: true,
      suites: ['trixie'],
      ...(who === 'root' ? {} : { by: who }),
      setUp: lines(...folders.map((folder) => put(`${folder}/labseen.container`, `${container}${slow}${keys}`.trimEnd()))),
      claims: folders.map((folder) => ({
        rule: 'quadlet.starts',
        subject: `quadlet:${folder}/labseen.container`,
        ask: `grep -c WantedBy ${folder}/labseen.container; stat -c %a /run/containers 2>/dev/null || true`,
        // Once root has used Podman, others may not see what is in /run/containers.
        says: (answer) => (who === 'nobody' && /^700$/m.test(answer) ? 'unknown' : outcome),
      })),
    };
  }),
);

export const bootStates: readonly State[] = [...seenBy, ...rows.map(bootState)];

function bootState(r: Row, at: number): State {
  const name = `labb${at + 1}`;
  const fill = (text: string): string => text.replaceAll('NAME', name);
  const folder = r.user ? driversOwn : system;
  const unit = fill(r.unit ?? 'NAME');
  // Members of a pod: the verdict is theirs.
  const file = `${folder}/${unit}.container`;
  return {
    name: `boot ${at + 1}: ${r.what}`,
    round: 'boot',
    suites: ['trixie'],
    reboot: true,
    setUp: fill(
      lines(
        put(`${folder}/${name}.${r.ending ?? 'container'}`, r.text.trimEnd()),
        ...Object.entries(r.files ?? {}).map(([path, text]) => put(path, text)),
        ...(r.more ?? []),
      ),
    ),
    settle: r.user ? 'tiny driver\nas driver systemctl --user daemon-reload' : 'tiny\nsystemctl daemon-reload',
    claims: [
      {
        rule: 'quadlet.starts',
        subject: `quadlet:${file}`,
        ask: `${r.user ? `as ${r.user} systemctl --user` : 'systemctl'} is-active ${unit}`,
        says: passIf(/^active|^activating/m),
        ...(r.mayWarn ? { mayWarn: true } : {}),
      },
    ],
    undo: `${r.user ? `as ${r.user} systemctl --user` : 'systemctl'} stop ${unit} 2>/dev/null; true`,
  };
}
