/** The reference of fact kinds and operators, as Markdown. Pure. */
import { operators } from '../expect/operators.ts';
import type { Kind } from '../facts/kind.ts';
import type { RecordShape, Shape } from '../facts/shape.ts';
import { notWords } from './tables.ts';

/** The page of all these kinds, with an index; or of one alone, without index and operators. */
export function describeKinds(kinds: readonly Kind[], alone = false): string {
  const sorted = [...kinds].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = alone
    ? []
    : [
        '# Fact kinds',
        '',
        'What a rule can ask about. Every kind also has `exists`.',
        '',
        ...sorted.map((k) => `- [${k.name}](#${k.name}): ${k.describe}`),
        '',
      ];
  for (const kind of sorted) {
    lines.push(`## ${kind.name}`, '', kind.describe, '');
    const fields = Object.entries(kind.fields);
    if (fields.length === 0) lines.push(`Asked about as \`${kind.name}: true\`.`, '');
    else
      lines.push(
        'Query:',
        '',
        ...fields.map(
          ([name, f]) =>
            `- \`${name}\`${name === kind.main ? ' (main field)' : ''}${f.required ? '' : ', optional'}${f.type === 'strings' ? ', a list' : ''}: ${f.describe}${f.values ? ` (${f.values.join(', ')})` : ''}`,
        ),
        '',
      );
    lines.push('Fact:', '', ...shapeLines(kind.shape, ''), '');
    if (kind.find)
      lines.push(
        `Can follow \`forEach\`. Fields of the subject: ${Object.keys(kind.find.shape.fields)
          .map((f) => `\`${f}\``)
          .join(', ')}.`,
        '',
      );
  }
  if (!alone)
    lines.push(
      '# Operators',
      '',
      'What is ordered: numbers by value, lists by their length, and texts as versions, by the numbers they start with: `"10.0"` is above `"4"`, and a text that starts with none is neither above nor below anything. So `{ atLeast: 2 }` also holds of a sysctl whose value is the text `"2"`.',
      '',
      ...Object.entries(operators).map(([name, o]) => `- \`${name}\`: ${o.describe}`),
      `- \`not\`: ${notWords}`,
      '',
    );
  return lines.join('\n');
}

function shapeLines(shape: RecordShape, indent: string): string[] {
  return Object.entries(shape.fields).flatMap(([name, field]) => [
    `${indent}- \`${name}\` (${typeWords(field)}): ${field.describe}`,
    ...below(field, `${indent}  `),
  ]);
}

function below(shape: Shape, indent: string): string[] {
  if (shape.type === 'record') return shapeLines(shape, indent);
  if ((shape.type === 'list' || shape.type === 'map') && shape.of.type === 'record') return [`${indent}- \`*\`: each`, ...shapeLines(shape.of, `${indent}  `)];
  return [];
}

function typeWords(shape: Shape): string {
  if (shape.type === 'list' || shape.type === 'map') return `${shape.type} of ${typeWords(shape.of)}`;
  if (shape.type === 'string' && shape.values) return shape.values.join(' | ');
  return shape.type;
}
