/** Keys that stand twice in one object of JSON: whoever reads the text sees one value, and a program another. Pure. */

/** The first key that its object has already, by its path; the text must be JSON. */
export function doubledKey(text: string): string | undefined {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;
  const open: { keys?: Set<string>; last: string; at: number }[] = [];
  let mayBeKey = false;
  for (let m = token.exec(text); m; m = token.exec(text)) {
    const [found] = m;
    const inner = open.at(-1);
    if (found === '{' || found === '[') {
      open.push(found === '{' ? { keys: new Set(), last: '', at: 0 } : { last: '', at: 0 });
      mayBeKey = found === '{';
    } else if (found === '}' || found === ']') {
      open.pop();
      mayBeKey = false;
    } else if (found === ',') {
      if (inner) inner.at++;
      mayBeKey = inner?.keys !== undefined;
    } else if (found === ':') mayBeKey = false;
    else if (mayBeKey && inner?.keys) {
      inner.last = JSON.parse(found) as string;
      if (inner.keys.has(inner.last)) return open.map((o) => (o.keys ? o.last : String(o.at))).join('.');
      inner.keys.add(inner.last);
    }
  }
  return undefined;
}
