/**
 * The k3s-rootless.service that K3s ships, and how another one differs from it. Releases 1.24 to 1.37 ship the same
 * settings (k3s-io/k3s:k3s-rootless.service). What a host is meant to choose itself is not among them: the place of k3s
 * and its arguments, Environment=, LimitCORE=.
 */
import type { Where } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';

const shipped: Readonly<Record<string, string>> = {
  'Service.Type': 'simple',
  'Service.ExecReload': '/bin/kill -s HUP $MAINPID',
  'Service.KillMode': 'mixed',
  'Service.Restart': 'always',
  'Service.RestartSec': '2',
  'Service.TimeoutSec': '0',
  'Service.StartLimitBurst': '3',
  'Service.StartLimitInterval': '60s',
  'Service.LimitNOFILE': 'infinity',
  'Service.LimitNPROC': 'infinity',
  'Service.TasksMax': 'infinity',
  'Service.Delegate': 'yes',
  'Install.WantedBy': 'default.target',
};

/** Keys that a host may add or change without its unit being another one. */
const chosen = /^(?:Unit\.(?:Description|Documentation)|Service\.(?:ExecStart|Environment|EnvironmentFile|LimitCORE)|X-.*)$/;

export interface Difference {
  /** For people: `Restart=no instead of always`, `no TasksMax=`. */
  readonly said: string;
  readonly at: Where;
}

/** What the unit file itself (not its drop-ins) has other than K3s ships it, in the order of the file. */
export function differencesFrom(assignments: readonly Assignment[], path: string): Difference[] {
  const own = new Map<string, Assignment>();
  for (const a of assignments.filter(({ where }) => where.path === path)) own.set(`${a.section}.${a.key}`, a);
  const changed = [...own].flatMap(([name, { key, value, where }]): Difference[] => {
    const wanted = shipped[name];
    if (wanted === undefined) return chosen.test(name) ? [] : [{ said: `${key}=${value} added`, at: where }];
    return same(value, wanted) ? [] : [{ said: `${key}=${value} instead of ${wanted}`, at: where }];
  });
  const lacking = Object.keys(shipped).filter((name) => !own.has(name));
  return [...changed, ...lacking.map((name) => ({ said: `no ${name.slice(name.indexOf('.') + 1)}=`, at: { path } }))];
}

/** Blanks and the several ways to write one thing do not count. */
const same = (a: string, b: string): boolean => plain(a) === plain(b);
const plain = (value: string): string =>
  value
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase()
    .replace(/^(?:true|on|1)$/, 'yes')
    .replace(/^(\d+)s$/, '$1');
