/** TARGET → what answers for it: told by its address, or else by what stands at the path. */
import { foreignOf } from './foreign.ts';
import { lookAt } from './found.ts';
import { type AddressTarget, type Asked, type ContentTarget, type Found, MisuseError, type Opened, TargetError, type TargetSort } from './target.ts';
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
    throw new MisuseError(`${asked.name}: no such sort of target`, `a target is ${everyTarget}`);
  const found = await lookAt(asked.name, asked.as === undefined, `a target is ${everyTarget}`);
  const target = asked.as === undefined ? recognised(found) : chosen(found, asked.as);
  return known(target, await target.open(found, asked));
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
  if (foreign) throw new TargetError(`${found.name}: is ${foreign.what}, which pretrip cannot judge yet; nothing was judged`, foreign.instead);
  const fitting = byContent.filter((t) => t.is === 'either' || t.is === sortOf(found));
  const [target, another] = fitting.filter((t) => t.recognises(found));
  if (target && another) throw new TargetError(`${found.name}: may be ${target.written} or ${another.written}`, `say which: ${asOneOf([target, another])}`);
  if (target) return target;
  const signs = fitting.map((t) => `${t.written} ${t.sign}`).join('; ');
  throw new TargetError(`${found.name}: cannot tell what this ${sortOf(found)} is; nothing was judged`, `${signs}; if it is one, say so: ${asOneOf(fitting)}`);
}

const asOneOf = (some: readonly ContentTarget[]): string => enumerated(some.map((t) => `--as ${t.kind}`));
