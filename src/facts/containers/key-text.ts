/** The name of a key of a TOML file as a sentence has it: `service_timeout of [engine]`. `path`: its tables, and the key. */
export function keyText(path: readonly string[]): string {
  const tables = path.slice(0, -1);
  return tables.length === 0 ? (path[0] ?? '') : `${path.at(-1)} of [${tables.join('.')}]`;
}
