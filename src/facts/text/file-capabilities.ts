/** File capabilities as getcap(8) prints them and cap_to_text(3) writes them. Pure. */

const clause = '[a-z0-9_,]*(?:[=+-][eip]*)+';
const line = new RegExp(`^(/.*?) (?:= )?(${clause}(?: ${clause})*(?: \\[rootid=\\d+\\])?)$`);

/** One line of getcap: `/usr/bin/ping cap_net_raw=ep`, before libcap 2.41 `/usr/bin/ping = cap_net_raw+ep`. */
export function capableIn(text: string): { readonly path: string; readonly capabilities: string } | undefined {
  const [, path, capabilities] = line.exec(text) ?? [];
  return path === undefined || capabilities === undefined ? undefined : { path, capabilities };
}

/** The names in such a text, without what only takes away; `all` where a clause names none. */
export function capabilityNames(text: string): string[] {
  const names = text
    .split(' ')
    .filter((part) => /[=+][eip]*[eip]/.test(part))
    .flatMap((part) => /^[a-z0-9_,]*/.exec(part)?.[0].split(',') ?? []);
  return [...new Set(names.map((name) => name || 'all'))].sort();
}
