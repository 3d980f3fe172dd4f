/** The operators as a table, in Markdown. Pure. */
import { type Argument, operators } from '../expect/operators.ts';

/** How an argument is written. */
const written: Readonly<Record<Argument, string>> = {
  any: '`v`',
  list: '`[v, …]`',
  'scalar-or-list': '`v`, `[v, …]`',
  string: '`"text"`',
  ordered: '`4`, `"4.10"`',
  mode: '`"0640"`',
  boolean: '`true`, `false`',
};

/** One row an operator, and the two words beside them: `not` and `ifUnset`. */
export function operatorTable(): string {
  const rows = [
    ...Object.entries(operators).map(([name, { argument, describe }]) => [name, written[argument], describe]),
    ['not', '`{ matcher }`', 'the value is set and the matcher inside does not hold'],
    ['ifUnset', '`v`', "not a test: stands in for an unset value (the program's documented default)"],
  ];
  return `| operator | takes | holds when |\n|---|---|---|\n${rows.map(([name, takes, holds]) => `| \`${name}\` | ${takes} | ${holds} |`).join('\n')}`;
}
