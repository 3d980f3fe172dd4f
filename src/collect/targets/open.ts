/** TARGET → what answers for it: told by its address, or else by what stands at the path. */
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { foreignOf } from './foreign.ts';
import { lookAt } from './found.ts';
import {
  type AddressTarget,
  type Asked,
  type ContentTarget,
  type Found,
  type Heeded,
  MisuseError,
  type Opened,
  TargetError,
  type TargetSort,
} from './target.ts';
import * as listed from './targets.ts';

/** All targets: those named by an address first, then by kind. */
export const targets: readonly TargetSort[] = Object.values(listed).sort((a, b) => (`${a.by} ${a.kind}` < `${b.by} ${b.kind}` ? -1 : 1));

const byAddress = targets.filter((t): t is AddressTarget => t.by === 'address');
const byContent = targets.filter((t): t is ContentTarget => t.by === 'content');

/** What --as may say: it overrules what a path is recognised as. */
export const contentKinds: readonly string[] = byContent.map((t) => t.kind);

/** All that TARGET may be, in a line. */
const everyTarget: string = enumerated(targets.map((t) => t.written));

function enumerated(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
}

/** Opens a target. Throws TargetError where it cannot be reached or read, MisuseError where it cannot be meant. */
export async function openTarget(asked: Asked): Promise<Opened> {
  const [named, another] = byAddress.filter((t) => t.recognises(asked));
  if (named && another) throw new MisuseError(`${asked.name}: ${named.kind} and ${another.kind} are two targets`, 'give one of them');
  if (named) return known(named, await named.open(asked));
  if (asked.as === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(asked.name))
    throw new MisuseError(`${asked.name}: unsupported target type`, `a target is ${everyTarget}`);
  const found = await lookAt(asked.name, asked.as === undefined, `${hostHint(asked.name)}a target is ${everyTarget}`);
  const target = asked.as === undefined ? recognised(found) : chosen(found, asked.as);
  return known(target, await target.open(found, asked));
}

/** A name without a slash may be that of a host. */
function hostHint(name: string): string {
  const host = /^(?:[\w.+-]+@)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?$/i.test(name);
  return host && !fileName.test(name) ? `a host? ssh://${name}\n` : '';
}

/** Ends as files do that people name here. */
const fileName = /\.(?:jsonl|json|ya?ml|raw|sarif|xml|md|txt|log|gz|zst|xz|bz2|tar|tgz|txz|zip|img|iso|qcow2|squashfs|ext4)$/i;

/** What a path holds, for commands that want something else there. */
export interface Standing {
  readonly is: 'directory' | 'file';
  /** What of others it is: `a tar archive`. */
  readonly foreign?: string;
  /** What of ours it is, that can be scanned: `a snapshot`. */
  readonly scans?: string;
}

/** How targets are written that heed this flag. */
export const heedersOf = (flag: Heeded): string[] => targets.filter((t) => t.heeds.includes(flag)).map((t) => t.written.replace(/ \(.*\)$/, ''));

/** What sort of target that is, or undefined where it cannot be told. Opens nothing. */
export async function sortOfTarget({ name, as, via }: Pick<Asked, 'name' | 'as'> & { readonly via?: string | undefined }): Promise<TargetSort | undefined> {
  const address = byAddress.find((t) => t.recognises({ name, as, ...(via === undefined ? {} : { reach: { via } as Asked['reach'] }) }));
  if (address || as !== undefined) return address ?? byContent.find((t) => t.kind === as);
  try {
    const found = await lookAt(name, true, '');
    if (foreignOf(found)) return undefined;
    const [one, another] = byContent.filter((t) => (t.is === 'either' || t.is === sortOf(found)) && t.recognises(found));
    return another ? undefined : one;
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/** Throws TargetError with `hint` where nothing can be looked at. */
export async function whatStandsAt(name: string, hint: string): Promise<Standing> {
  const found = await lookAt(name, true, hint);
  const foreign = foreignOf(found)?.what;
  const ours = byContent.find((t) => (t.is === 'either' || t.is === sortOf(found)) && t.recognises(found))?.written;
  return { is: sortOf(found), ...(foreign === undefined ? {} : { foreign }), ...(ours === undefined ? {} : { scans: ours }) };
}

/** What opened it says whether it runs, unless the host knows better. */
const known = ({ running }: TargetSort, opened: Opened): Opened => ('host' in opened ? { ...opened, host: { running, ...opened.host } } : opened);

const sortOf = ({ entries }: Found): 'directory' | 'file' => (entries ? 'directory' : 'file');

function chosen(found: Found, kind: string): ContentTarget {
  const target = byContent.find((t) => t.kind === kind);
  if (!target) throw new MisuseError(`--as ${kind} does not fit ${found.name}`, `--as takes ${contentKinds.join(', ')}`);
  if (target.is === 'either' || target.is === sortOf(found)) return target;
  throw new TargetError(`${found.name}: is a ${sortOf(found)}, and ${target.written} is a ${target.is}`);
}

function recognised(found: Found): ContentTarget {
  const foreign = foreignOf(found);
  if (foreign) throw new TargetError(`${found.name}: is ${foreign.what}, which pretrip cannot judge yet`, foreign.instead);
  const fitting = byContent.filter((t) => t.is === 'either' || t.is === sortOf(found));
  const [target, another] = fitting.filter((t) => t.recognises(found));
  if (target && another) throw new TargetError(`${found.name}: may be ${target.written} or ${another.written}`, `say which: ${asOneOf([target, another])}`);
  if (target) return target;
  const part = partOf(found);
  if (part) throw new TargetError(`${found.name}: is only a part of a root file system`, `${part}\nif it is one itself, say so: ${asOneOf(fitting)}`);
  if (!found.entries && found.head.length === 0)
    throw new TargetError(`${found.name}: is ${statSync(found.path).isFile() ? 'empty' : 'neither a file nor a directory'}`, `a target is ${everyTarget}`);
  const signs = fitting.map((t) => `${t.written} ${t.sign}`).join('; ');
  throw new TargetError(`${found.name}: cannot tell what this ${sortOf(found)} is`, `${signs}; if it is one, say so: ${asOneOf(fitting)}`);
}

/** What to scan instead of /etc, /usr or /var alone, where that is what stands at the path. */
function partOf({ path, entries = [] }: Found): string | undefined {
  const [name, above] = [basename(path), dirname(path)];
  const marks: Readonly<Record<string, string>> = { etc: 'passwd', usr: 'bin', var: 'lib' };
  if (!entries.includes(marks[name] ?? '')) return undefined;
  return `scan the directory above it: pretrip scan ${above}${above === '/' ? ' (this host itself: pretrip scan)' : ''}\nor copy it to DIR/${name} and scan DIR`;
}

const asOneOf = (some: readonly ContentTarget[]): string => enumerated(some.map((t) => `--as ${t.kind}`));
