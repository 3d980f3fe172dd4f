/** Kind `container-logs`: where the output of an account's containers goes, and how much of it is kept. */

import { type Account, type Asking, list, read, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup, word } from '../../facts/containers/lookup.ts';
import { releaseOf, since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Pattern } from '../../facts/pattern.ts';
import { type PodmanInfo, podmanInfo, toldText } from '../../facts/podman/podman-info.ts';
import { number, record, string } from '../../facts/shape.ts';
import { source } from '../../facts/source.ts';
import { parseIni } from '../../facts/text/ini.ts';

const journald = ['/usr/lib/systemd/journald.conf', '/etc/systemd/journald.conf'] as const;
const journaldDropIns = ['/usr/lib/systemd/journald.conf.d', '/run/systemd/journald.conf.d', '/etc/systemd/journald.conf.d'] as const;
const systemd = '/usr/lib/systemd/systemd';

/** journald.conf(5) with its drop-ins. */
const setJournal = source(
  [
    ...journald.map((path): Pattern => ({ do: 'read', path })),
    ...journaldDropIns.flatMap((path): Pattern[] => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*.conf` },
    ]),
  ],
  readJournal,
);

export const containerLogs = defineKind({
  name: 'container-logs',
  noun: 'the log driver',
  describe: "Where the output of an account's containers goes by default: the driver in force, and the bound on its size.",
  fields: {},
  shape: record({
    driver: string('journald, k8s-file, json-file, none, passthrough, …'),
    sizeMax: number('bytes a container may log to a file; unset or negative is no limit'),
    journalMax: string('SystemMaxUse= of journald.conf; unset: a tenth of the file system, at most 4 GB'),
  }),
  touches: () => [containersConf, podmanInfo, setJournal, { do: 'stat', path: systemd }],
  *learn(_, as): Asking<Fact> {
    const config = yield* containersConf(as);
    if (config.is === 'unknown') return config;
    const set = word(config, 'containers', 'log_driver');
    const size = lookup(config, 'containers', 'log_size_max');
    const fact = new FactBuilder().consulted(...config.consulted);
    const driver = set.gap ?? (set.value === undefined ? yield* usual(as, String(config.value.version ?? '')) : { driver: set.value, where: set.where });
    if ('is' in driver) return fact.gap('', driver).build();
    const places = [...size.where.slice(0, 1), ...driver.where.slice(0, 1)];
    if (size.gap) fact.gap('sizeMax', size.gap);
    else fact.at('sizeMax', ...places).set('sizeMax', typeof size.value === 'number' ? size.value : undefined, ...places);
    fact.set('driver', driver.driver, ...driver.where);
    if (driver.driver === 'journald') yield* setJournal(fact);
    return fact.build();
  },
});

interface Driver {
  readonly driver: string;
  readonly where: readonly Where[];
}

/**
 * No driver is set: journald since 3.2 where systemd runs and its journal can be read, else
 * k8s-file (containers/common:pkg/config/systemd.go). Podman itself tells when it can be asked.
 */
function* usual(as: Account, version: string): Asking<Driver | Unknown> {
  const info = yield* podmanInfo(as);
  const told: string | undefined = info.is === 'info' ? toldText(info, 'host', 'logDriver') : undefined;
  if (told !== undefined && info.is === 'info') return { driver: told, where: [info.where] };
  const release = releaseOf(version);
  if (release && !since(release, '3.2'))
    return { driver: 'k8s-file', where: [{ path: commandPlace(['podman', '--version']), said: `the only default of Podman ${version}` }] };
  if (info.is !== 'info') return info;
  const found = yield* stat(systemd);
  if (found.is === 'blocked') return unknown(found, systemd);
  if (found.is === 'absent') return { driver: 'k8s-file', where: [{ path: systemd, said: 'not there, so Podman does not log to the journal' }] };
  return info.unused ?? undecided(info);
}

const undecided = (info: PodmanInfo): Unknown => ({
  is: 'unknown',
  why: 'ambiguous',
  said: 'no log_driver is set, and whether Podman then takes journald or k8s-file only Podman on the running host can tell',
  where: [info.where],
});

/** The last SystemMaxUse= counts; drop-ins come after the main file, in the order of their names. */
function* readJournal(fact: FactBuilder): Asking<void> {
  const listings = yield* together(journaldDropIns.map((d) => list(d)));
  const dropIns = new Map<string, string>();
  for (const [at, names] of listings.entries()) {
    const directory = journaldDropIns[at] as string;
    if (names.is === 'blocked') return void fact.gap('journalMax', unknown(names, directory));
    for (const name of names.is === 'got' ? names.value : []) if (name.endsWith('.conf')) dropIns.set(name, `${directory}/${name}`);
  }
  const mains = yield* together(journald.map((p) => read(p)));
  const main = mains[1]?.is === 'absent' ? 0 : 1;
  const paths = [journald[main], ...[...dropIns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)];
  const texts = [mains[main], ...(yield* together(paths.slice(1).map((p) => read(p))))];
  fact.at('journalMax', ...paths.map((path) => ({ path })));
  for (const [at, text] of texts.entries()) {
    const path = paths[at] as string;
    if (text?.is === 'blocked') return void fact.gap('journalMax', unknown(text, path));
    for (const { section, key, value, at: place } of text?.is === 'got' ? parseIni(text.value).entries : [])
      if (section === 'Journal' && key === 'SystemMaxUse' && value !== '') fact.set('journalMax', value, { path, line: place.line });
  }
}
