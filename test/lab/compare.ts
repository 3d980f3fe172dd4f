/** All rules on one host, in all ways: the verdicts must be the same, one by one. */
import type { Report, Verdict } from '../../src/verdicts/report.ts';
import { batch, nobody } from './host.ts';
import { looking } from './look.ts';
import type { Suite } from './state.ts';
import { lookForAll, type Way, type Where, ways } from './ways.ts';

export interface Comparison {
  readonly suite: Suite;
  /** Who looked. */
  readonly user: string;
  readonly ways: readonly { readonly name: string; readonly seconds: number }[];
  readonly rules: number;
  /** Verdicts that were compared in every way. */
  readonly verdicts: number;
  /** Those that are not the same in every way. */
  readonly differ: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** How often a comparison is made anew. */
const most = 2;

const keyOf = (v: Verdict): string => `${v.rule}\t${v.subject ?? '-'}`;
const told = (v: Verdict | undefined): string => (v ? `${v.outcome} ${v.severity ?? ''}: ${v.message}` : 'no verdict');

function timed<T>(work: () => T): [T, number] {
  const started = Date.now();
  return [work(), (Date.now() - started) / 1000];
}

function lookIn(way: Way, where: Where): { name: string; seconds: number; report: Report } {
  const [report, seconds] = timed(() => {
    const part = `way:${way.name}`;
    const printed = way.onHost ? batch(where.port, new Map(looking([way], lookForAll, where)), where.user).get(part)?.printed : '';
    return way.judge(lookForAll, printed ?? '', where);
  });
  return { name: way.name, seconds, report };
}

/**
 * What is set before all ways look. A user's API of Podman 3.0.1 ends after 5 seconds and is started anew at once; three of
 * twelve requests within a minute then met nobody, also those of curl. Only a service that stays can be compared.
 */
const steadied: Partial<Record<Suite, string>> = {
  bullseye: `put /home/driver/.config/systemd/user/podman.service.d/stays.conf <<'END'
[Service]
ExecStart=
ExecStart=/usr/bin/podman --log-level=info system service --time 0
END
as driver systemctl --user daemon-reload; as driver systemctl --user stop podman.service; as driver systemctl --user restart podman.socket`,
};

/** Prints a line for each verdict that differs, and the counts. On an emulated host a slow moment decides nothing: what differs is looked at again, twice at most. */
export function compare(suite: Suite, where: Where, names: readonly string[] = ways.map((way) => way.name), more = most): Comparison {
  const steady = steadied[suite];
  if (steady !== undefined && more === most) batch(where.port, new Map([['steady', steady]]));
  // An account that has no login cannot be reached over SSH.
  const seen = ways.filter((way) => names.includes(way.name) && (way.onHost !== undefined || where.user !== nobody)).map((way) => lookIn(way, where));
  const all = seen.map(({ report }) => new Map(report.verdicts.map((v) => [keyOf(v), v])));
  const keys = [...new Set(all.flatMap((verdicts) => [...verdicts.keys()]))];
  const differing = keys.filter((key) => new Set(all.map((verdicts) => told(verdicts.get(key)))).size > 1);
  if (differing.length > 0 && more > 0) {
    console.log(`# ${suite} as ${where.user}: ${differing.length} differ (${differing.map((key) => key.split('\t')[0]).join(', ')}); again`);
    return compare(suite, where, names, more - 1);
  }
  for (const key of differing) {
    console.log(`# ${suite} as ${where.user}\t${key}\tDIFFERS`);
    all.forEach((verdicts, at) => void console.log(`#   ${seen[at]?.name.padEnd(8)} ${told(verdicts.get(key))}`));
  }
  const verdicts = [...(all[0]?.values() ?? [])];
  const outcomes = Object.fromEntries([...Map.groupBy(verdicts, (v) => v.outcome)].map(([outcome, vs]) => [outcome, vs.length]));
  const result = {
    suite,
    user: where.user,
    ways: seen.map(({ name, seconds }) => ({ name, seconds })),
    rules: new Set(verdicts.map((v) => v.rule)).size,
    verdicts: keys.length,
    differ: differing.length,
    outcomes,
  };
  console.log(
    `# ${suite} as ${where.user}: ${result.verdicts} verdicts of ${result.rules} rules compared in ${seen.length} ways (${result.ways.map((w) => `${w.name} ${w.seconds.toFixed(1)} s`).join(', ')}), ${result.differ} differ; ${JSON.stringify(outcomes)}`,
  );
  return result;
}
