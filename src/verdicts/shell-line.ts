/** An argument vector as a line that a POSIX shell reads back as the same arguments; `~/` at the start of a word stays the shell's. */
export const shellLine = (argv: readonly string[]): string => argv.map(word).join(' ');

function word(text: string): string {
  const home = /^~(?:\/|$)/.exec(text)?.[0] ?? '';
  const rest = text.slice(home.length);
  return home !== '' && rest === '' ? home : `${home}${quoted(rest)}`;
}

/** A word that the shell reads back as it is. */
export const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
