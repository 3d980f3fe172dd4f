/** The menu in a generated grub.cfg, and which entry boots by default (GRUB manual: menuentry, submenu, default). Pure. */
import type { Where } from '../fact.ts';

export interface MenuEntry {
  readonly title: string;
  readonly id?: string;
  /** The kernel's arguments, or of a submenu its entries. */
  readonly line?: { readonly text: string; readonly where: Where };
  readonly entries: readonly MenuEntry[];
}

export interface GrubMenu {
  readonly entries: readonly MenuEntry[];
  /** `set default=`, with `${saved_entry}` as it is written. */
  readonly default?: string;
  /** The menu is made from the files in loader/entries (`blscfg`). */
  readonly bls: boolean;
}

interface Open {
  readonly title: string;
  readonly id?: string;
  line?: NonNullable<MenuEntry['line']>;
  readonly entries: MenuEntry[];
}

export function parseGrub(text: string, path: string): GrubMenu {
  const root: Open = { title: '', entries: [] };
  const stack: Open[] = [root];
  let chosen: string | undefined;
  let bls = false;
  let other = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const opening = /^(?:menuentry|submenu)\s+(?:'([^']*)'|"([^"]*)")(.*)\{$/.exec(line);
    const set = /^set\s+default=(?:"([^"]*)"|'([^']*)'|(\S+))$/.exec(line);
    const value = set ? (set[1] ?? set[2] ?? set[3]) : undefined;
    const kernel = /^linux(?:16|efi)?\s+(.*)$/.exec(line)?.[1];
    const top = stack.at(-1) as Open;
    if (opening) {
      const id = /(?:\$menuentry_id_option|--id[= ])\s*(?:'([^']*)'|"([^"]*)"|([^\s'"]+))/.exec(opening[3] ?? '');
      const name = id?.[1] ?? id?.[2] ?? id?.[3];
      stack.push({ title: opening[1] ?? opening[2] ?? '', entries: [], ...(name === undefined ? {} : { id: name }) });
    } else if (value !== undefined && !value.includes('next_entry')) chosen = value;
    else if (/^blscfg\b/.test(line)) bls = true;
    else if (kernel !== undefined && stack.length > 1) top.line ??= { text: kernel, where: { path, line: index + 1 } };
    else if (line.endsWith('{') && stack.length > 1) other += 1;
    else if (line === '}' && stack.length > 1) {
      if (other > 0) other -= 1;
      else (stack.at(-2) as Open).entries.push(stack.pop() as Open);
    }
  }
  return { entries: root.entries, bls, ...(chosen === undefined ? {} : { default: chosen }) };
}

/** The entry that a default names: by number, title or id, with `>` into submenus. A submenu alone means its first entry. */
export function entryNamed(entries: readonly MenuEntry[], name: string): MenuEntry | undefined {
  const cut = name.indexOf('>');
  const first = cut < 0 ? name : name.slice(0, cut);
  const found = /^\d+$/.test(first) ? entries[Number(first)] : entries.find((e) => e.id === first || e.title === first);
  if (found === undefined) return undefined;
  if (cut >= 0) return entryNamed(found.entries, name.slice(cut + 1));
  return found.line || found.entries.length === 0 ? found : entryNamed(found.entries, '0');
}

/** All entries with a kernel, submenus opened. */
export const kernelEntries = (entries: readonly MenuEntry[]): readonly MenuEntry[] =>
  entries.flatMap((e) => [...(e.line ? [e] : []), ...kernelEntries(e.entries)]);

/** grubenv: a block of `name=value` lines. */
export function parseGrubEnv(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split('\n')
      .filter((l) => /^\w+=/.test(l))
      .map((l): [string, string] => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]),
  );
}
