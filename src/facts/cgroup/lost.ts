/** Controllers that some file grants, yet the merged `Delegate=` lacks: because the file is hidden, or a later line takes them back. */
import type { Answer } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { type Delegation, mergeDelegate } from '../systemd/delegate.ts';
import type { LoadedUnit } from '../systemd/load.ts';
import { sectionsOf } from '../systemd/names.ts';
import { type Assignment, parseUnitText } from '../systemd/syntax.ts';
import { parseBoolean } from '../systemd/words.ts';

export interface Lost {
  readonly controllers: readonly string[];
  /** The lines that grant them, each with what is in the way. */
  readonly where: readonly Where[];
  readonly unseen: readonly Unknown[];
}

const isDelegate = (a: Assignment): boolean => a.section === 'Service' && a.key === 'Delegate';

/** Compares what every file grants by itself with what the unit ends up with. `texts`: those of its files, hidden ones included. */
export function lostControllers(unit: LoadedUnit, merged: Delegation, texts: ReadonlyMap<string, Answer<string>>): Lost {
  const unseen: Unknown[] = [];
  const grants: { controllers: readonly string[]; where: Where }[] = [];
  for (const file of hiddenFiles(unit)) {
    const text = texts.get(file.path);
    if (text?.is === 'blocked' && text.why !== 'failed') unseen.push(unknown(text, file.path));
    if (text?.is !== 'got') continue;
    for (const a of parseUnitText(text.value, file.path, sectionsOf('service')).assignments.filter(isDelegate)) {
      grants.push({ controllers: mergeDelegate([a]).controllers, where: { ...a.where, said: `hidden by ${file.by}` } });
    }
  }
  const assignments = unit.assignments.filter(isDelegate);
  // Whatever stood before, the last line that leaves nothing takes it back.
  const last = assignments.findLastIndex((later) => later.value === '' || parseBoolean(later.value) === false);
  const taker = assignments[last];
  for (const a of assignments.slice(0, Math.max(last, 0))) {
    if (taker)
      grants.push({ controllers: mergeDelegate([a]).controllers, where: { ...a.where, said: `taken back by ${taker.where.path}:${taker.where.line}` } });
  }
  const missing = (cs: readonly string[]): string[] => cs.filter((c) => !merged.controllers.includes(c));
  const found = grants.filter((g) => missing(g.controllers).length > 0);
  return {
    controllers: [...new Set(found.flatMap((g) => missing(g.controllers)))],
    where: found.map((g) => ({ ...g.where, said: `grants ${missing(g.controllers).join(' ')}, ${g.where.said}` })),
    unseen,
  };
}

function hiddenFiles(unit: LoadedUnit): { path: string; by: string }[] {
  const fragment = unit.fragment?.path ?? '';
  return [...unit.shadowed.map((path) => ({ path, by: fragment })), ...unit.dropIns.flatMap((d) => d.hides.map((path) => ({ path, by: d.path })))];
}
