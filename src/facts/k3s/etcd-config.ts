/**
 * The configuration of embedded etcd: K3s writes it anew at every start, the user's `etcd-arg` included
 * (k3s-io/k3s:pkg/daemons/executor/executor.go ToConfigFile). Sections become dotted names.
 */
import { type Answer, type Asking, read } from '../ask.ts';
import { type Unknown, unknown, unparsable } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { source, type Touches } from '../source.ts';
import { placed, walk } from '../text/node.ts';
import { parseYaml } from '../text/yaml.ts';
import { type ComponentFlag, extraArg } from './component-args.ts';
import type { Flags } from './components.ts';
import type { Chosen, Placed } from './given.ts';
import { usualDataDir } from './node-settings.ts';
import { walked, walking } from './walk.ts';

const usual = `${usualDataDir}/server/db/etcd/config`;

const touches: Touches = [
  { do: 'read', path: usual },
  walking,
  { do: 'read', named: "etcd's configuration below the data directory of K3s", later: true, unasked: 'only where data-dir moves it' },
];

export const etcdConfig = source(touches, readEtcdConfig);

function* readConfig(path: string, dataDir: string): Asking<Answer<string>> {
  if (path === usual) return yield* read(path);
  const names = yield* walked(dataDir, ['server', 'db', 'etcd']);
  if (names.is === 'blocked') return names;
  return names.is === 'got' && names.value.includes('config') ? yield* read(path) : { is: 'absent' };
}

/** Its keys with their lines; what `etcd-arg` gives beats a file that was written before. */
function* readEtcdConfig(dataDir: string, given: readonly Chosen[]): Asking<Flags | Unknown> {
  const path = `${dataDir}/server/db/etcd/config`;
  const text = yield* readConfig(path, dataDir);
  if (text.is === 'blocked') return unknown(text, path);
  if (text.is === 'absent') return { is: 'unknown', why: 'ambiguous', said: `${path} is written when etcd starts, and is not there yet`, where: [{ path }] };
  const parsed = parseYaml(text.value);
  if (parsed.is === 'broken') return unparsable(`${path} is not valid YAML (${parsed.problem.message})`, placed(path, parsed.problem));
  // K3s never writes an empty one: its writing was cut off, and what etcd gets is what the next start writes.
  if (parsed.root.is !== 'map') return unparsable(`${path} holds no keys and values`, placed(path, parsed.root.at));
  const found = new Map<string, Placed[]>();
  walk(parsed.root, (segments, node, at) => {
    if (node.is !== 'scalar') return;
    const name = segments.filter((s) => !/^\d+$/.test(s)).join('.');
    const one: Placed = { value: node.value === null ? '' : String(node.value), where: placed(path, at) };
    addTo(found, name, one);
  });
  const flags = new Map<string, ComponentFlag>([...found].map(([name, values]) => [name, { values, beaten: [] }]));
  for (const { value: argument, where } of given) {
    const { written, value } = extraArg(argument);
    if (!argument.includes('=')) continue;
    const before = flags.get(written);
    const old = before && 'values' in before ? before.values : [];
    flags.set(written, { values: [{ value, where }], beaten: old.filter((o) => o.value !== value) });
  }
  return new Map([...flags].sort(([a], [b]) => (a < b ? -1 : 1)));
}
