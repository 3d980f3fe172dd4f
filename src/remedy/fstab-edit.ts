/** Options of one mount point in the text of fstab(5): what the command of src/verdicts/fstab-edits.ts does. Pure. */
import { exactly, rivals } from '../verdicts/fstab-edits.ts';

/** The text with these options in the first line of a mount point, in the place of those that cannot stand beside them. */
export const withOptions = (text: string, point: string, options: readonly string[]): string =>
  inLineOf(text, point, (there) => [...there.filter((word) => !new RegExp(rivals(options)).test(word)), ...options]);

/** The text without these options in the first line of a mount point. */
export const withoutOptions = (text: string, point: string, options: readonly string[]): string =>
  inLineOf(text, point, (there) => {
    const rest = there.filter((word) => !new RegExp(exactly(options)).test(word));
    return rest.length === 0 ? ['defaults'] : rest;
  });

function inLineOf(text: string, point: string, change: (options: readonly string[]) => readonly string[]): string {
  const lines = text.split('\n');
  const words = lines.map((line) => line.split(/[ \t]+/).filter((word) => word !== ''));
  const at = words.findIndex(([source = '', there]) => !source.startsWith('#') && there === point);
  const found = words[at];
  if (!found) return text;
  const options = change((found[3] ?? '').split(',').filter((word) => word !== ''));
  const line = [...found.slice(0, 3), options.join(','), ...found.slice(4)].join(' ');
  return lines.with(at, line).join('\n');
}
