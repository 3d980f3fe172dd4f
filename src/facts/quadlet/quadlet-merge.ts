/** A Quadlet file with its drop-ins, as the generator merges them. */

import { type Release, since } from '../containers/podman-release.ts';
import type { Note, Unknown, Where } from '../fact.ts';
import { unknown } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import type { QuadletDisk, QuadletFile } from './quadlet-disk.ts';
import { parseQuadlet } from './quadlet-text.ts';

export interface MergedQuadlet {
  readonly assignments: readonly Assignment[];
  /** Section names with the place of the first header. */
  readonly sections: ReadonlyMap<string, Where>;
  readonly dropIns: readonly string[];
  readonly notes: readonly Note[];
  /** Drop-ins that the generator cannot load: it goes on without them. */
  readonly skipped: readonly { readonly said: string; readonly where: Where }[];
  readonly unseen?: Unknown;
}

/** Merges a file that parses. Drop-ins came with Podman 5.0. */
export function mergeQuadlet(file: QuadletFile, directories: readonly string[], disk: QuadletDisk, release: Release): MergedQuadlet {
  const own = file.text.is === 'got' ? parseQuadlet(file.text.value, file.path, release) : undefined;
  const assignments: Assignment[] = own?.is === 'parsed' ? [...own.text.assignments] : [];
  const sections = new Map<string, Where>();
  for (const [name, line] of own?.is === 'parsed' ? own.text.sections : []) sections.set(name, { path: file.path, line });
  const notes: Note[] = [];
  const skipped: { said: string; where: Where }[] = [];
  const dropIns: string[] = [];
  let unseen: Unknown | undefined = file.text.is === 'blocked' ? unknown(file.text, file.path) : undefined;
  for (const { path, hides } of since(release, '5.0') ? dropInsOf(file, directories, disk, release) : []) {
    for (const hidden of hides) notes.push({ said: `${path} hides ${hidden}`, where: [{ path }, { path: hidden }] });
    const text = disk.files.get(path)?.text;
    if (text?.is === 'blocked') unseen ??= unknown(text, path);
    if (text?.is !== 'got') continue;
    const parsed = parseQuadlet(text.value, path, release);
    if (parsed.is === 'broken') {
      skipped.push({ said: `${path.slice(path.lastIndexOf('/') + 1)}: ${parsed.said}`, where: { path, line: parsed.line } });
      continue;
    }
    dropIns.push(path);
    assignments.push(...parsed.text.assignments);
    for (const [name, line] of parsed.text.sections) if (!sections.has(name)) sections.set(name, { path, line });
  }
  return { assignments, sections, dropIns, notes, skipped, ...(unseen ? { unseen } : {}) };
}

/**
 * The drop-ins of a unit sorted by name; of two with one name the first found counts. Up to 5.5 the
 * directory in front wins, from 5.6 on the more specific name does.
 */
function dropInsOf(file: QuadletFile, directories: readonly string[], disk: QuadletDisk, release: Release): { path: string; hides: string[] }[] {
  const names = dropInNames(file.name);
  const places = since(release, '5.6') ? names.flatMap((n) => directories.map((d) => `${d}/${n}`)) : directories.flatMap((d) => names.map((n) => `${d}/${n}`));
  const byName = new Map<string, { path: string; hides: string[] }>();
  for (const place of places) {
    for (const name of disk.directories.get(place)?.names ?? []) {
      if (!name.endsWith('.conf')) continue;
      const known = byName.get(name);
      if (known) known.hides.push(`${place}/${name}`);
      else byName.set(name, { path: `${place}/${name}`, hides: [] });
    }
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
}

/** `foo-bar@1.container`: itself, its template, `foo-@.container`, `foo-.container`, then `container`, each with `.d`. */
export function dropInNames(name: string): string[] {
  const dot = name.lastIndexOf('.');
  const stem = name.slice(0, dot);
  const ending = `${name.slice(dot)}.d`;
  const at = stem.indexOf('@');
  const base = at < 0 ? stem : stem.slice(0, at);
  const parts = base.split('-').slice(0, -1);
  const cut = parts.flatMap((_, i) => {
    const prefix = `${parts.slice(0, i + 1).join('-')}-`;
    return at < 0 ? [`${prefix}${ending}`] : [`${prefix}${ending}`, `${prefix}@${ending}`];
  });
  const template = at >= 0 && at < stem.length - 1 ? [`${base}@${ending}`] : [];
  return [ending.slice(1), ...cut, ...template, `${name}.d`].reverse();
}
