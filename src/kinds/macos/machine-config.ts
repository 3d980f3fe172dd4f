/** Kind `machine-config`: settings for the engine that stand on the Mac, where only the client reads them. */
import { type Account, type Answer, type Asking, list, type Output, read, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { onMac } from '../../facts/host/mac.ts';
import { defineKind } from '../../facts/kind.ts';
import { learnMachines, machineFor } from '../../facts/macos/machines.ts';
import { runAs } from '../../facts/macos/run-as.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';
import { entry, placed } from '../../facts/text/node.ts';
import { parseToml } from '../../facts/text/toml.ts';

const folder = '~/.config/containers';
const parts = { 'containers.conf': ['service_timeout'], 'registries.conf': ['unqualified-search-registries', 'registry'] } as const;
type File = keyof typeof parts;

/** Words without special characters, since podman machine ssh hands them to a shell. */
const grep = (name: string): readonly string[] => [
  ...['podman', 'machine', 'ssh', name, 'grep', '-rhs'],
  ...['service_timeout', 'unqualified-search-registries', 'registry'].flatMap((word) => ['-e', word]),
  ...['/etc/containers', '.config/containers'],
];

export const machineConfig = defineKind({
  name: 'machine-config',
  noun: "the Mac's container configuration",
  describe: 'Settings of the engine (service_timeout, registries) in ~/.config/containers on the Mac, and whether the machine has them too.',
  fields: {},
  shape: record({
    onMac: listOf(string('a key'), 'settings for the engine on the Mac, which reads them only as a client'),
    onlyOnMac: listOf(string('a key'), 'those that no file in the machine sets'),
  }),
  touches: () => [
    learnMachines,
    ...Object.keys(parts).flatMap((name) => [
      { do: 'read' as const, path: `${folder}/${name}` },
      { do: 'list' as const, path: `${folder}/${name}.d` },
      { do: 'read' as const, path: `${folder}/${name}.d/*.conf` },
    ]),
    { do: 'run', argv: grep('*'), asUser: true, ...onMac },
  ],
  *learn(_, as: Account): Asking<Fact> {
    const each = (yield* together((Object.keys(parts) as File[]).map((name) => settingsIn(name, as)))) as (readonly Setting[] | Unknown)[];
    const hidden = each.find((s): s is Unknown => 'is' in s);
    if (hidden) return hidden;
    const found = each.flatMap((s) => ('is' in s ? [] : s));
    const looked = Object.keys(parts).map((name) => ({ path: `${folder.replace('~', as.home)}/${name}` }));
    const fact = new FactBuilder().consulted(...looked).set(
      'onMac',
      found.map((f) => f.key),
      ...(found.length > 0 ? found.map((f) => f.where) : looked),
    );
    if (found.length === 0) return fact.set('onlyOnMac', [], ...looked).build();
    const machines = yield* learnMachines(as);
    const machine = machines.is === 'known' ? machineFor(machines.each, undefined) : undefined;
    if (machines.is === 'unknown') return fact.gap('onlyOnMac', machines).build();
    if (machine?.running !== true)
      return fact
        .gap('onlyOnMac', { is: 'unknown', why: 'failed', said: 'the machine does not run, so its files cannot be seen', where: machines.consulted })
        .build();
    const argv = grep(machine.name);
    const answer: Answer<Output> = yield* runAs(argv, as);
    const at = { path: commandPlace(argv) };
    // grep(1): 1 is no match, 2 that some file or folder is not there; podman's own failures are 125 and 255.
    if (answer.is !== 'got' || answer.value.exit > 2)
      return fact
        .gap('onlyOnMac', unknown(answer.is === 'blocked' ? answer : { is: 'blocked', why: 'failed', said: 'the machine did not answer' }, at.path))
        .build();
    const lines = answer.value.stdout.split('\n').filter((l) => !/^\s*#/.test(l));
    const lacking = found.filter((f) => !lines.some((l) => new RegExp(`^\\s*(?:\\[\\[)?${f.key}\\b`).test(l)));
    return fact
      .set(
        'onlyOnMac',
        lacking.map((l) => l.key),
        ...lacking.map((l) => l.where),
        at,
      )
      .build();
  },
});

interface Setting {
  readonly key: string;
  readonly where: Where;
}

function* settingsIn(name: File, as: Account): Asking<readonly Setting[] | Unknown> {
  const main = `${folder.replace('~', () => as.home)}/${name}`;
  const names = yield* list(`${main}.d`);
  if (names.is === 'blocked') return unknown(names, `${main}.d`);
  const paths = [main, ...(names.is === 'got' ? names.value.filter((n) => n.endsWith('.conf')).map((n) => `${main}.d/${n}`) : [])];
  const texts = (yield* together(paths.map((p) => read(p)))) as Answer<string>[];
  const found: Setting[] = [];
  for (const [at, text] of texts.entries()) {
    const path = paths[at] ?? main;
    if (text.is === 'blocked') return unknown(text, path);
    const parsed = parseToml(text.is === 'got' ? text.value : '');
    if (parsed.is === 'broken') return unparsable(`${path} is no TOML: ${parsed.problem.message}`, placed(path, parsed.problem));
    const table = name === 'containers.conf' ? entry(parsed.root, 'engine')?.value : parsed.root;
    for (const key of parts[name]) {
      const value = entry(table, key);
      if (value && !found.some((f) => f.key === key)) found.push({ key, where: placed(path, value.at, `sets ${key} for the client alone`) });
    }
  }
  return found;
}
