/** The tables of the rule language, as Markdown: docs/rule-language.md holds them between marks. Pure. */
import { type Argument, operators } from '../expect/operators.ts';
import { fieldsOf } from '../facts/fields.ts';
import { acts, steps } from '../verdicts/steps.ts';

/** How an operator is written with an argument of each sort. */
const written: Readonly<Record<Argument, (name: string) => string>> = {
  any: (name) => `\`${name}: v\``,
  choices: (name) => `\`${name}: [v, …]\``,
  list: (name) => `\`${name}: [v, …]\``,
  'scalar-or-list': (name) => `\`${name}: [v, …]\` or \`v\``,
  pattern: (name) => `\`${name}: re\``,
  ordered: (name) => `\`${name}: v\``,
  mode: (name) => `\`${name}: "0640"\``,
  boolean: (name) => `\`${name}: true\` or \`false\``,
};

/** What a matcher may hold: the operators, and two words of the language that are none. */
export function operatorTable(): string {
  return table(
    ['operator', 'holds when'],
    [
      ...Object.entries(operators).map(([name, { argument, describe }]) => [written[argument](name), describe]),
      ['`not: {matcher}`', notWords],
      ['`ifUnset: v`', "not a test: stands in for an unset value (the program's documented default)"],
    ],
  );
}

/** What `not` means; it takes a matcher and is no operator. */
export const notWords = 'the value is set and the matcher inside does not hold';

/** The remedy steps with what stands beside the acting word; what may be left out in brackets. */
export function stepTable(): string {
  return table(
    ['step', 'with', 'does'],
    acts.map((act) => {
      const beside = fieldsOf(steps[act].fields).filter(({ name }) => name !== act);
      return [`\`${act}\``, beside.map(({ name, optional }) => (optional ? `[\`${name}\`]` : `\`${name}\``)).join(', '), steps[act].describe];
    }),
  );
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
