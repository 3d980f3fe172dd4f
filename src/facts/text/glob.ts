/** Shell globs as glob(3) matches them, in time linear in pattern times text: both may come from the host. */

/** Whether a path matches a glob pattern. `*`, `?` and `[…]` do not match a slash, nor a leading dot of a segment. */
export function globMatches(pattern: string, path: string): boolean {
  return braces(pattern).some((p) => {
    const wanted = p.split('/');
    const given = path.split('/');
    return wanted.length === given.length && wanted.every((w, at) => segmentMatches(w, given[at] ?? ''));
  });
}

type Part = { readonly star: true } | { readonly star: false; readonly test: (c: string) => boolean };

function segmentMatches(pattern: string, text: string): boolean {
  if (text.startsWith('.') && !pattern.startsWith('.')) return false;
  const parts = partsOf(pattern);
  let at = 0;
  let part = 0;
  let retry: { at: number; part: number } | undefined;
  while (at < text.length) {
    const here = parts[part];
    if (here?.star) {
      retry = { at, part };
      part++;
    } else if (here?.test(text[at] as string)) {
      at++;
      part++;
    } else if (retry) {
      retry = { at: retry.at + 1, part: retry.part };
      at = retry.at;
      part = retry.part + 1;
    } else return false;
  }
  return parts.slice(part).every((p) => p.star);
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at] as string;
    const close = c === '[' ? pattern.indexOf(']', at + (/[!^]/.test(pattern[at + 1] ?? '') ? 3 : 2)) : -1;
    if (c === '*') parts.push({ star: true });
    else if (c === '?') parts.push({ star: false, test: () => true });
    else if (close > 0) {
      parts.push({ star: false, test: bracket(pattern.slice(at + 1, close)) });
      at = close;
    } else {
      const literal = c === '\\' && at + 1 < pattern.length ? (pattern[++at] as string) : c;
      parts.push({ star: false, test: (x) => x === literal });
    }
  }
  return parts;
}

function bracket(body: string): (c: string) => boolean {
  const negated = /^[!^]/.test(body);
  const set = negated ? body.slice(1) : body;
  return (c) => {
    let inside = false;
    for (let at = 0; at < set.length; at++) {
      const range = set[at + 1] === '-' && at + 2 < set.length;
      inside ||= range ? c >= (set[at] as string) && c <= (set[at + 2] as string) : c === set[at];
      if (range) at += 2;
    }
    return inside !== negated;
  };
}

/** Expands the first level of `{a,b}` as GLOB_BRACE does, at most 100 ways so that a hostile file cannot multiply. */
function braces(pattern: string): string[] {
  let open = [pattern];
  for (let round = 0; round < 4; round++) {
    const next = open.flatMap((p) => {
      const m = /^([^{]*)\{([^{}]*)\}(.*)$/s.exec(p);
      return m ? (m[2] as string).split(',').map((choice) => `${m[1]}${choice}${m[3]}`) : [p];
    });
    open = next.slice(0, 100);
  }
  return open;
}
