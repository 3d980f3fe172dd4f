/** Which words of which file would have to go for a finding to be gone. Pure. */
import type { FactBuilder, Json, Where } from '../fact.ts';
import { type Flag, parseFlags } from '../podman/podman-flags.ts';
import { holdsPlaceholder } from '../redacted.ts';
import { list, map, record, string } from '../shape.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';

/** Words of one key of one file; `now`: what they would be instead. */
export interface Cut {
  readonly path: string;
  /** `SECTION.KEY`. */
  readonly key: string;
  readonly value: string;
  readonly now?: string;
}

/** What stands where no key of these files says it, or where its text is nobody's business. */
interface Elsewhere {
  readonly path: string;
  readonly text: string;
}

export interface Cuts {
  readonly cuts: readonly Cut[];
  readonly elsewhere: readonly Elsewhere[];
}

/** How to tell what is meant within a line that holds more: by a word of the key, or by a flag of PodmanArgs=. */
export interface Meant {
  readonly word?: (word: string) => boolean;
  readonly flag?: (flag: Flag) => boolean;
  /** What the words become; without it, they go. */
  readonly now?: (words: string) => string | undefined;
}

/** The shape of a cut. */
export const cut = record({
  path: string('the file'),
  key: string('SECTION.KEY'),
  value: string('words of its value, all of it or some'),
  now: string('what they would be instead; unset where they would go'),
});

/** Fields of a kind that names what to change. */
export const cutFields = {
  cuts: map(list(cut, 'words of one file'), 'by what was found, the words that would have to go or to change, file by file'),
  elsewhere: map(
    list(record({ path: string('the file'), text: string('what was found') }), 'one finding'),
    'by what was found, that which no key of the unit’s own files says',
  ),
} as const;

/** Where the findings stand among these assignments. */
export function cutsFor(all: readonly Assignment[], found: readonly { readonly said: string; readonly where: Where }[], meant: Meant = {}): Cuts {
  const cuts: Cut[] = [];
  const elsewhere: Elsewhere[] = [];
  for (const { said, where } of found) {
    const here = all.filter((a) => a.where.path === where.path && a.where.line === where.line);
    const each = here.flatMap((a) => cutsIn(a, meant));
    if (each.length > 0 && each.every((c) => isPublic(c) && !isPackaged(c.path))) cuts.push(...each);
    else elsewhere.push({ path: where.path, text: said });
  }
  return { cuts: unlike(cuts), elsewhere: unlike(elsewhere) };
}

/** Every assignment of these keys, whole. */
export function wholeKeys(all: readonly Assignment[], section: string, keys: readonly string[]): Cuts {
  const named = all.filter((a) => a.section === section && keys.includes(a.key));
  return cutsFor(
    named,
    named.map((a) => ({ said: `${a.key}=`, where: a.where })),
  );
}

/** Sets what would have to go, by what was found. */
export function setCuts(fact: FactBuilder, here: Where, all: Readonly<Record<string, Cuts>>): void {
  fact.set('cuts', {}, here).set('elsewhere', {}, here);
  for (const [name, found] of Object.entries(all))
    for (const part of ['cuts', 'elsewhere'] as const) if (found[part].length > 0) fact.set([part, name], found[part] as unknown as Json, here);
}

const unlike = <T>(each: readonly T[]): T[] => [...new Map(each.map((e) => [JSON.stringify(e), e])).values()];

const cutOf = ({ section, key, where }: Assignment, value: string, now?: string): Cut => ({
  path: where.path,
  key: `${section}.${key}`,
  value,
  ...(now === undefined ? {} : { now }),
});

/** What a package brings is changed where the package is made; of its Quadlet files remedies change a copy in /etc. */
const isPackaged = (path: string): boolean => /^\/usr\/(?!local\/|share\/containers\/systemd\/)/.test(path);

/** Values of variables, and what was masked when the host was recorded, stand in no step. */
const isPublic = ({ key, value }: Cut): boolean => !/\.Environment$/.test(key) && !/(?:^|\s)(?:-e|--env)(?:[\s=]|$)/.test(value) && !holdsPlaceholder(value);

/** Words as they are written, quotes and all. */
const written = (value: string): string[] => value.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/g) ?? [];
const plain = (token: string): string => splitWords(token, true).words[0] ?? token;

function cutsIn(assignment: Assignment, { word, flag, now }: Meant): Cut[] {
  const tokens = written(assignment.value);
  const runs = assignment.key === 'PodmanArgs' ? (flag ? flagRuns(tokens, flag) : []) : word && tokens.length > 1 ? tokens.filter((t) => word(plain(t))) : [];
  const values = runs.length > 0 ? runs : assignment.key === 'PodmanArgs' && flag ? [] : [assignment.value];
  return values.flatMap((value) => {
    if (!now) return [cutOf(assignment, value)];
    const other = now(value);
    return other === undefined ? [] : [cutOf(assignment, value, other)];
  });
}

/** No flag has it as its value. */
const nobody = '\u0001';

/** The words of PodmanArgs= that make such a flag, each with its value. */
function flagRuns(tokens: readonly string[], is: (flag: Flag) => boolean): string[] {
  const runs: string[] = [];
  const word = (text: string): { text: string; where: Where } => ({ text: plain(text), where: { path: '' } });
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as string;
    const takesNext = at + 1 < tokens.length && parseFlags([word(token), { text: nobody, where: { path: '' } }], true).some((f) => f.value === nobody);
    const run = takesNext ? tokens.slice(at, at + 2) : [token];
    if (parseFlags(run.map(word), true).some(is)) runs.push(run.join(' '));
    if (takesNext) at++;
  }
  return runs;
}
