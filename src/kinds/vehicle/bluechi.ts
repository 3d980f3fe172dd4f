/** Kind `bluechi`: the controller of BlueChi (once hirte), as its files configure it. */
import { type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, lookedAt, missing, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { portClosed } from '../../facts/firewall/port-closed.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, number, record, string } from '../../facts/shape.ts';
import { type BluechiFile, bluechiBool, type Option, optionKey, parseBluechi } from '../../facts/vehicle/bluechi-file.ts';

/** Files in the order in which they are read; a key in a later file replaces the earlier one. */
const projects = [
  {
    name: 'bluechi',
    noun: 'BlueChi',
    section: 'bluechi-controller',
    files: ['/usr/share/bluechi/config/controller.conf', '/etc/bluechi/controller.conf'],
    directory: '/etc/bluechi/controller.conf.d',
    port: 'ControllerPort',
  },
  {
    name: 'hirte',
    section: 'hirte',
    files: ['/usr/share/hirte/config/hirte-default.conf', '/etc/hirte/hirte.conf'],
    directory: '/etc/hirte/hirte.conf.d',
    port: 'ManagerPort',
  },
] as const;

export const bluechi = defineKind({
  name: 'bluechi',
  noun: 'the BlueChi controller',
  absent: 'no BlueChi controller is configured',
  describe: 'The BlueChi controller: whom it listens to. Absent where no file configures one.',
  fields: {},
  shape: record({
    project: string('its name: hirte was the project before BlueChi', ['bluechi', 'hirte']),
    useTcp: boolean('it listens on a TCP port, on every interface and without encryption (default: true)'),
    useUds: boolean('it listens on a local socket'),
    port: number('the TCP port (default: 842)'),
    closed: boolean('the firewall keeps the port closed'),
    tidyNodeNames: string('the names without the blanks in and beside them; unset where there are none to take out'),
    allowedNodeNames: listOf(string('a node name, blanks and all'), 'the nodes that may connect'),
    heartbeatInterval: number('milliseconds between checks of the nodes; 0 is off (default)'),
    nodeHeartbeatThreshold: number('milliseconds after which a silent node is cut off (default: 6000)'),
  }),
  touches: () => [
    ...projects.flatMap((p) => [
      ...p.files.map((path) => ({ do: 'read' as const, path })),
      { do: 'list' as const, path: p.directory },
      { do: 'read' as const, path: `${p.directory}/*` },
    ]),
    portClosed,
  ],
  *learn(): Asking<Fact> {
    for (const project of projects) {
      const loaded = yield* load(project);
      if (loaded.is === 'unknown') return loaded;
      if (loaded.files.length > 0) return yield* describe(project, loaded);
    }
    return missing(...projects.flatMap((p) => p.files.map((path) => ({ path }))));
  },
});

type Project = (typeof projects)[number];
interface Loaded {
  readonly is: 'known';
  readonly files: readonly { readonly path: string; readonly parsed: BluechiFile }[];
}

/** A file with a mistake stops the controller, or is passed over when it is a drop-in: either way its settings are not in force. */
function* load(project: Project): Asking<Loaded | Unknown> {
  const [names, ...main] = yield* together([list(project.directory), ...project.files.map((p) => read(p))]);
  if (names.is === 'blocked') return unknown(names, project.directory);
  const dropIns = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.conf')).map((n) => `${project.directory}/${n}`);
  const texts = [...main, ...(yield* together(dropIns.map((p) => read(p))))];
  const files: { path: string; parsed: BluechiFile }[] = [];
  for (const [at, path] of [...project.files, ...dropIns].entries()) {
    const text = texts[at];
    if (text?.is === 'blocked') return unknown(text, path);
    if (text?.is !== 'got') continue;
    const parsed = parseBluechi(text.value, path);
    if (parsed.broken) return unparsable(`${path} line ${parsed.broken.line ?? 0}: ${parsed.broken.said ?? ''}`, parsed.broken);
    files.push({ path, parsed });
  }
  return { is: 'known', files };
}

function* describe(project: Project, { files }: Loaded): Asking<Fact> {
  const options = new Map<string, Option>();
  for (const { parsed } of files) {
    for (const [key, option] of parsed.options) {
      const old = options.get(key);
      options.set(key, { value: option.value, where: [...option.where, ...(old?.where.map((w) => ({ ...w, said: `had set ${old.value}` })) ?? [])] });
    }
  }
  const unset = lookedAt(files.map((f) => ({ path: f.path })));
  const option = (key: string): Option | undefined => options.get(optionKey(project.section, key));
  const fact = new FactBuilder().consulted(...unset).set('project', project.name, ...unset.slice(0, 1));
  const flag = (key: string, usual: boolean): [boolean, ...Where[]] => {
    const found = option(key);
    return found ? [bluechiBool(found.value), ...found.where] : [usual, ...unset.map((w) => ({ ...w, said: `${key} is not set: ${usual}` }))];
  };
  const [useTcp, ...tcpAt] = project.name === 'hirte' ? ([true, ...unset] as [boolean, ...Where[]]) : flag('UseTCP', true);
  fact.set('useTcp', useTcp, ...tcpAt);
  const [useUds, ...udsAt] = flag('UseUDS', false);
  fact.set('useUds', useUds, ...udsAt);
  const port = whole(fact, 'port', option(project.port), 842, unset);
  whole(fact, 'heartbeatInterval', option('HeartbeatInterval'), 0, unset);
  whole(fact, 'nodeHeartbeatThreshold', option('NodeHeartbeatThreshold'), 6000, unset);
  nodes(fact, option('AllowedNodeNames'), options, unset);
  const closed = port === undefined ? undefined : yield* portClosed(port);
  if (closed?.is === 'known') fact.set('closed', closed.closed, ...closed.where);
  else if (closed) fact.gap('closed', closed);
  return fact.build();
}

function whole(fact: FactBuilder, name: string, option: Option | undefined, usual: number, unset: readonly Where[]): number | undefined {
  if (!option || option.value === '') {
    fact.set(name, usual, ...unset.map((w) => ({ ...w, said: `not set: ${usual}` })));
    return usual;
  }
  if (!/^-?\d{1,15}$/.test(option.value)) {
    fact.gap(name, unparsable(`${option.value} is not a number: the controller does not start`, ...option.where));
    return undefined;
  }
  fact.set(name, Number(option.value), ...option.where);
  return Number(option.value);
}

/** The comma-separated list, of which no blank is trimmed, and the `[node NAME]` sections with Allowed=true. */
function nodes(fact: FactBuilder, option: Option | undefined, options: ReadonlyMap<string, Option>, unset: readonly Where[]): void {
  const names = (option?.value ?? '').split(',').filter((n) => n !== '');
  const where: Where[] = [...(option?.where ?? [])];
  for (const [key, { value, where: at }] of options) {
    const [section = '', name] = key.split('\n');
    if (!section.startsWith('node ') || name !== 'Allowed' || !bluechiBool(value)) continue;
    names.push(section.slice('node '.length));
    where.push(...at);
  }
  fact.set('allowedNodeNames', names, ...(where.length > 0 ? where : unset));
  const listed = (option?.value ?? '').split(',').filter((n) => n !== '');
  const tidy = listed.map((n) => n.replace(/\s/g, '')).filter((n) => n !== '');
  fact.at('tidyNodeNames', ...(where.length > 0 ? where : unset));
  if (tidy.join() !== listed.join()) fact.set('tidyNodeNames', tidy.join());
}
