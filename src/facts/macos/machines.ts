/** Podman's machines: from the client itself, else from its configuration files. */

import { type Account, type Asking, list, read, stat, together } from '../ask.ts';
import { sessionVariables } from '../environment/session.ts';
import { type Json, type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { onMac } from '../host/mac.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { parseJson } from '../text/json.ts';
import { placed, plain } from '../text/node.ts';
import { items, member, records, tellJson, text } from './run-as.ts';

export interface Machine {
  readonly name: string;
  readonly provider?: string;
  readonly isDefault: boolean;
  /** Unset when only the files were seen. */
  readonly running?: boolean;
  readonly starting?: boolean;
  readonly rootful?: boolean;
  readonly cpus?: number;
  /** MiB. */
  readonly memory?: number;
  /** GiB. */
  readonly disk?: number;
  readonly where: Where;
}

export type Machines = { readonly is: 'known'; readonly each: readonly Machine[]; readonly live: boolean; readonly consulted: readonly Where[] } | Unknown;

const providerVariable = 'CONTAINERS_MACHINE_PROVIDER';
const listArgv = ['podman', 'machine', 'list', '--format', 'json'] as const;
const folder = '~/.config/containers/podman/machine';

const touches: Touches = [
  sessionVariables.of(inQuestion, [providerVariable]),
  { do: 'run', argv: listArgv, asUser: true, ...onMac },
  { do: 'run', argv: ['podman', 'machine', 'inspect', '*'], asUser: true, ...onMac },
  { do: 'stat', path: folder },
  { do: 'list', path: folder },
  { do: 'list', path: `${folder}/*` },
  { do: 'read', path: `${folder}/*/*.json` },
];

/** Asks `podman machine list`; where nothing can be run or Podman is not there, reads the machines' files of every provider. */
export const learnMachines = source(touches, readMachines);

function* readMachines(as: Account): Asking<Machines> {
  // Even the list makes the folder where there is none.
  const home = folder.replace('~', as.home);
  if ((yield* stat(home)).is === 'absent') return { is: 'known', each: [], live: false, consulted: [{ path: home, said: 'no machine was ever made' }] };
  const told = yield* tellJson(listArgv, as);
  if (told.is === 'unknown' && told.why !== 'unsupported') return told;
  if (told.is === 'told') {
    const rows = records(told.value, 'Name');
    return rows ? yield* inspected(rows, told.where, as) : unparsable('podman machine list printed no list of machines', told.where);
  }
  const files = yield* ofProvider(yield* fromFiles(as), as);
  if (files.is === 'unknown') return files;
  if (told.is === 'absent' && files.each.length === 0)
    return { is: 'unknown', why: 'failed', said: 'podman is not installed, so its machines cannot be listed', where: [told.where] };
  return files;
}

/** Up to Podman 5 the client sees the machines of one provider alone (pkg/machine/provider); Podman 6 sees all, and files do not tell which Podman it is. */
function* ofProvider(files: Machines, as: Account): Asking<Machines> {
  if (files.is === 'unknown' || files.each.length === 0) return files;
  const chosen = (yield* sessionVariables(as, [providerVariable])).get(providerVariable);
  if (chosen?.gap) return chosen.gap;
  if (chosen?.value === undefined) return files;
  const own = files.each.filter((m) => m.provider === chosen.value);
  if (own.length > 0) return { ...files, each: own };
  const said = `${providerVariable} is ${chosen.value}, and the machines are of ${[...new Set(files.each.map((m) => m.provider))].join(', ')}: Podman 5 does not see them`;
  return { is: 'unknown', why: 'ambiguous', said, where: [...chosen.where, ...files.each.map((m) => m.where)] };
}

const tidyName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$/;

function* inspected(value: readonly Json[], where: Where, as: Account): Asking<Machines> {
  const listed = value.flatMap((m) => fromList(m, where));
  const details = yield* together(listed.map((m) => tellJson(['podman', 'machine', 'inspect', m.name], as)));
  const each = listed.map((machine, at) => {
    const detail = details[at];
    if (detail?.is !== 'told') return machine;
    const rootful = member(items(detail.value)[0], 'Rootful');
    return typeof rootful === 'boolean' ? { ...machine, rootful } : machine;
  });
  return { is: 'known', each, live: true, consulted: [where] };
}

/** One row of cmd/podman/machine/list.go; memory and disk are bytes in text. */
function fromList(value: Json, where: Where): Machine[] {
  const name = text(member(value, 'Name'))?.replace(/\*$/, '');
  if (name === undefined || !tidyName.test(name)) return [];
  const running = member(value, 'Running');
  const starting = member(value, 'Starting');
  const cpus = member(value, 'CPUs');
  const provider = text(member(value, 'VMType'));
  const memory = bytes(member(value, 'Memory'), 2 ** 20);
  const disk = bytes(member(value, 'DiskSize'), 2 ** 30);
  return [
    {
      name,
      where,
      isDefault: member(value, 'Default') === true || text(member(value, 'Name')) !== name,
      ...(typeof running === 'boolean' ? { running } : {}),
      ...(typeof starting === 'boolean' ? { starting } : {}),
      ...(typeof cpus === 'number' ? { cpus } : {}),
      ...(provider !== undefined ? { provider } : {}),
      ...(memory !== undefined ? { memory } : {}),
      ...(disk !== undefined ? { disk } : {}),
    },
  ];
}

function bytes(value: Json | undefined, unit: number): number | undefined {
  const number = typeof value === 'number' ? value : /^\d{1,18}$/.test(text(value) ?? '') ? Number(value) : undefined;
  return number === undefined ? undefined : Math.round(number / unit);
}

function* fromFiles(as: Account): Asking<Machines> {
  const root = folder.replace('~', () => as.home);
  const providers = yield* list(root);
  const consulted: Where[] = [{ path: root }];
  if (providers.is === 'blocked') return unknown(providers, root);
  if (providers.is === 'absent') return { is: 'known', each: [], live: false, consulted };
  const each: Machine[] = [];
  for (const provider of providers.value) {
    const names = yield* list(`${root}/${provider}`);
    // Files such as port-alloc.dat lie beside the folders of the providers.
    if (names.is === 'blocked' && names.why === 'failed') continue;
    if (names.is === 'blocked') return unknown(names, `${root}/${provider}`);
    for (const name of names.is === 'got' ? names.value.filter((n) => n.endsWith('.json')) : []) {
      const path = `${root}/${provider}/${name}`;
      const content = yield* read(path);
      consulted.push({ path });
      if (content.is === 'blocked') return unknown(content, path);
      const parsed = parseJson(content.is === 'got' ? content.value : '');
      if (parsed.is === 'broken') return unparsable(`${path} is no JSON: ${parsed.problem.message}`, placed(path, parsed.problem));
      each.push(...fromFile(plain(parsed.root), provider, { path }));
    }
  }
  return { is: 'known', each, live: false, consulted };
}

/** Podman 5 (pkg/machine/vmconfigs/config.go) nests what Podman 4 had at the top. */
function fromFile(value: Json, provider: string, where: Where): Machine[] {
  const name = text(member(value, 'Name'));
  if (name === undefined || !tidyName.test(name)) return [];
  const rootful = member(member(value, 'HostUser'), 'Rootful') ?? member(value, 'Rootful');
  const sizes = member(value, 'Resources') ?? value;
  const number = (key: string): number | undefined => (typeof member(sizes, key) === 'number' ? (member(sizes, key) as number) : undefined);
  const found = { cpus: number('CPUs'), memory: number('Memory'), disk: number('DiskSize') };
  return [
    {
      name,
      provider,
      where,
      isDefault: name === 'podman-machine-default',
      ...(typeof rootful === 'boolean' ? { rootful } : {}),
      ...Object.fromEntries(Object.entries(found).filter(([, v]) => v !== undefined)),
    },
  ];
}

/** The machine that a connection belongs to (`NAME` or `NAME-root`), else the default, else the only one. */
export function machineFor(each: readonly Machine[], connection: string | undefined): Machine | undefined {
  const byName = each.find((m) => m.name === connection) ?? each.find((m) => `${m.name}-root` === connection);
  return byName ?? each.find((m) => m.isDefault) ?? each.find((m) => m.running === true) ?? each[0];
}
