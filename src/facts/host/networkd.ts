/** What systemd-networkd is told: networkd.conf(5) with its drop-ins, and whether a file gives it a link to manage. */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import { source, type Touches } from '../source.ts';
import { type Assignment, parseUnitText } from '../systemd/syntax.ts';

/** Most important first (systemd/systemd:src/shared/conf-parser.c). */
const directories = ['/etc/systemd', '/run/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd'] as const;
const netplan = '/etc/netplan';
const sections = new Set(['Network', 'Match']);

export interface Networkd {
  readonly is: 'known';
  /** Of `[Network]` in networkd.conf, the last one counts. */
  readonly settings: ReadonlyMap<string, Assignment>;
  /** The files that give it links, other than those that systemd ships for containers and hot-plugged devices. */
  readonly links: readonly Where[];
  /** Every one of them keeps what is configured: KeepConfiguration=static or yes. */
  readonly keeps: boolean;
  readonly looked: readonly Where[];
}

const touches: Touches = [
  ...directories.flatMap((d): Pattern[] => [
    { do: 'read', path: `${d}/networkd.conf` },
    { do: 'list', path: `${d}/networkd.conf.d` },
    { do: 'read', path: `${d}/networkd.conf.d/*.conf` },
    { do: 'list', path: `${d}/network` },
    { do: 'read', path: `${d}/network/*.network` },
  ]),
  { do: 'list', path: netplan },
  { do: 'read', path: `${netplan}/*.yaml` },
];

/** Reads all of it. */
export const networkd = source(touches, readNetworkd);

interface Files {
  readonly each: readonly { readonly path: string; readonly text: Answer<string> }[];
  readonly unseen?: Unknown;
}

function* readNetworkd(): Asking<Networkd | Unknown> {
  const mains = directories.map((d) => `${d}/networkd.conf`);
  const [texts, dropIns, networks, plans] = yield* together([
    together(mains.map((p) => read(p))),
    filesIn(
      directories.map((d) => `${d}/networkd.conf.d`),
      /^[^.].*\.conf$/,
    ),
    filesIn(
      directories.map((d) => `${d}/network`),
      /\.network$/,
    ),
    filesIn([netplan], /\.yaml$/),
  ]);
  const main = texts.findIndex((t) => t.is !== 'absent');
  const first = main < 0 ? [] : [{ path: mains[main] ?? '', text: texts[main] as Answer<string> }];
  const files = [...first, ...dropIns.each];
  const unseen = dropIns.unseen ?? networks.unseen ?? plans.unseen ?? refusedOf(files) ?? refusedOf(networks.each) ?? refusedOf(plans.each);
  if (unseen) return unseen;
  const settings = new Map(files.flatMap((f) => networkOf(f)).map((a) => [a.key, a]));
  const own = networks.each.filter(({ path }) => !path.startsWith('/usr/lib/'));
  const planned = plans.each.filter(({ text }) => text.is === 'got' && !/renderer:\s*["']?NetworkManager/.test(text.value));
  const keeps = own.length > 0 && planned.length === 0 && own.every((f) => /^(?:static|yes|true|on|1)$/i.test(valueIn(f, 'KeepConfiguration') ?? ''));
  return { is: 'known', settings, links: [...own, ...planned].map(({ path }) => ({ path })), keeps, looked: mains.map((path) => ({ path })) };
}

type File = Files['each'][number];

const networkOf = ({ path, text }: File): readonly Assignment[] =>
  text.is === 'got' ? parseUnitText(text.value, path, sections).assignments.filter((a) => a.section === 'Network') : [];

const valueIn = (file: File, key: string): string | undefined => networkOf(file).findLast((a) => a.key === key)?.value;

function refusedOf(files: readonly File[]): Unknown | undefined {
  const refused = files.find(({ text }) => text.is === 'blocked');
  return refused?.text.is === 'blocked' ? unknown(refused.text, refused.path) : undefined;
}

/** One file of each name, from the most important directory, in the order of names. */
function* filesIn(places: readonly string[], wanted: RegExp): Asking<Files> {
  const lists = yield* together(places.map((d) => list(d)));
  const chosen = new Map<string, string>();
  for (const [at, names] of lists.entries()) {
    // Below /run an image has nothing.
    if (names.is === 'blocked' && names.why !== 'unsupported') return { each: [], unseen: unknown(names, places[at] ?? '') };
    for (const name of names.is === 'got' ? names.value : []) if (wanted.test(name) && !chosen.has(name)) chosen.set(name, `${places[at]}/${name}`);
  }
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const texts = yield* together(paths.map((p) => read(p)));
  return { each: paths.map((path, at) => ({ path, text: texts[at] as Answer<string> })) };
}
