/** Texts that say the same of several things, told as one. Pure. */

/** More things than this are counted. */
const most = 3;
/** Names of files, parameters and units; of accounts and numbers the sentence around them may not hold for both. */
const isName = (word: string): boolean => /[/._-]/.test(word) && /^[\w/.@:*~-]*\w$|^\/$/.test(word);
const plural: Readonly<Record<string, string>> = { is: 'are', has: 'have', does: 'do', was: 'were' };

/** Of texts that differ in one name alone, one with all of the names: "A does not exist" and "B does not exist". */
export function told(texts: readonly string[]): string[] {
  const groups: { words: string[]; at: number; names: string[] }[] = [];
  for (const text of texts) {
    const words = text.split(' ');
    const group = groups.find((g) => joins(g, words));
    const at = group ? differing(group.words, words) : -1;
    if (group && at >= 0) {
      group.at = at;
      group.names.push(words[at] as string);
    } else groups.push({ words, at: -1, names: [] });
  }
  return groups.map(({ words, at, names }) => (at < 0 ? words.join(' ') : spoken(words, at, [words[at] as string, ...names])));
}

function joins(group: { words: readonly string[]; at: number }, words: readonly string[]): boolean {
  const at = differing(group.words, words);
  return at >= 0 && (group.at < 0 || group.at === at);
}

/** Where two texts of as many words differ in one name; -1 where they do otherwise. */
function differing(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length || a.length < 2) return -1;
  const at = a.flatMap((word, i) => (word === b[i] ? [] : [i]));
  const [only = -1] = at;
  return at.length === 1 && isName(bare(a[only])) && isName(bare(b[only])) && end(a[only]) === end(b[only]) ? only : -1;
}

const bare = (word = ''): string => word.replace(/[;,.]$/, '');
const end = (word = ''): string => word.slice(bare(word).length);

function spoken(words: readonly string[], at: number, names: readonly string[]): string {
  const all = names.map(bare);
  const shown = all.length > most ? [...all.slice(0, most - 1), `${all.length - most + 1} more`] : all;
  const list = `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}${end(names[0])}`;
  const next = end(names[0]) === '' ? words[at + 1] : undefined;
  const verb = next === undefined ? undefined : plural[next];
  return [...words.slice(0, at), list, ...(verb === undefined ? words.slice(at + 1) : [verb, ...words.slice(at + 2)])].join(' ');
}
