/** "Did you mean": the nearest of the right names. */

/** The name within two edits (one for names of four letters or less) of what was written, or undefined. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const allowed = written.length <= 4 ? 1 : 2;
  let best: { name: string; edits: number } | undefined;
  for (const name of names) {
    const edits = name.toLowerCase() === written.toLowerCase() ? 0 : distance(written, name);
    if (edits <= allowed && (!best || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** A hint that names the nearest name, or else all of them when they are few; where they are many, `list` prints them. */
export function hintFor(written: string, names: readonly string[], list = 'pretrip rules show --kinds'): string {
  const name = nearest(written, names);
  if (name) return `did you mean "${name}"?`;
  if (names.length <= 24) return `one of: ${[...names].sort().join(', ')}`;
  const few = alike(written, names);
  return few.length > 0 ? `nearest: ${few.join(', ')}` : `${list} prints all ${names.length} names`;
}

/** Up to three names that share most words with what was written. */
function alike(written: string, names: readonly string[]): string[] {
  const wordsOf = (text: string): string[] =>
    text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 2);
  const wanted = wordsOf(written);
  const fits = (word: string): boolean => wanted.some((w) => w === word || (w.length > 4 && distance(w, word) <= 2));
  return names
    .map((name) => ({ name, shared: wordsOf(name).filter(fits).length, of: wordsOf(name).length }))
    .filter(({ shared }) => shared > 0 && shared * 2 >= wanted.length)
    .sort((a, b) => b.shared - a.shared || a.of - b.of || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Edit distance with transposition (optimal string alignment). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 3;
}
