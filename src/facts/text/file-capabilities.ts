/** File capabilities as cap_to_text(3) writes them. Pure. */

/** The names in such a text, without what only takes away; `all` where a clause names none. */
export function capabilityNames(text: string): string[] {
  const names = text
    .split(' ')
    .filter((part) => /[=+][eip]*[eip]/.test(part))
    .flatMap((part) => /^[a-z0-9_,]*/.exec(part)?.[0].split(',') ?? []);
  return [...new Set(names.map((name) => name || 'all'))].sort();
}
