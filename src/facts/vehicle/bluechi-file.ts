/** BlueChi's configuration files: eclipse-bluechi/bluechi:src/libbluechi/common/cfg.c on top of inih. */
import type { Where } from '../fact.ts';

export interface Option {
  readonly value: string;
  readonly where: readonly Where[];
}

export interface BluechiFile {
  /** Keyed by `section` + newline + `key`. */
  readonly options: ReadonlyMap<string, Option>;
  /** BlueChi does not start, or reads past the file, because of this line. */
  readonly broken?: Where;
}

/** A line longer than this is cut into pieces. */
const maxLine = 500;

/**
 * Reads one file. An indented line goes on with the value above it, and a key that stands
 * twice in a section has both values joined: no separator comes between. ` ;` begins a comment.
 */
export function parseBluechi(text: string, path: string): BluechiFile {
  const options = new Map<string, Option>();
  let section = '';
  let key = '';
  let broken: Where | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const where = { path, line: index + 1 };
    const line = raw.trim();
    if (raw.length >= maxLine) broken ??= { ...where, said: `longer than ${maxLine} characters` };
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    if (/^[ \t]/.test(raw) && key !== '') join(options, key, uncommented(line), where);
    else if (line.startsWith('[')) {
      const end = line.indexOf(']');
      if (end < 0) broken ??= { ...where, said: 'no closing bracket' };
      else [section, key] = [line.slice(1, end), ''];
    } else {
      const at = line.search(/[=:]/);
      if (at < 0) broken ??= { ...where, said: 'neither a section nor an assignment' };
      else {
        key = optionKey(section, line.slice(0, at).trim());
        join(options, key, uncommented(line.slice(at + 1)).trim(), where);
      }
    }
  }
  return { options, ...(broken ? { broken } : {}) };
}

export const optionKey = (section: string, key: string): string => `${section}\n${key}`;

function join(options: Map<string, Option>, key: string, value: string, where: Where): void {
  const old = options.get(key);
  options.set(key, { value: (old?.value ?? '') + value, where: [...(old?.where ?? []), where] });
}

function uncommented(value: string): string {
  const at = value.search(/(^|\s);/);
  return at < 0 ? value : value.slice(0, at);
}

/** BlueChi's booleans: everything else, `1` too, is false. */
export const bluechiBool = (value: string): boolean => ['true', 't', 'yes', 'y', 'on'].includes(value.toLowerCase());
