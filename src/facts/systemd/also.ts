/**
 * What `Also=` in [Install] of a unit enables with it when a first boot applies the presets: the named units, whatever the
 * presets say of them, and what these name in turn (systemd.unit(5); tried with `systemctl preset-all --preset-mode=enable-only`
 * of systemd 252).
 */
import { type Account, type Answer, type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type Search, searchUnits } from './find.ts';
import { isInstance, parseUnitName, templateOf } from './names.ts';
import { searchDirs } from './paths.ts';
import { firstBootPresets } from './presets.ts';
import { parseUnitText } from './syntax.ts';

const system: Account = { name: 'root', uid: 0, gid: 0, home: '/root' };
/** What a preset can enable. */
const types = ['service', 'socket', 'timer', 'path', 'target', 'mount'];

/** By the names of the units: the line of `Also=` that enables them. Empty where the next boot applies no presets. */
export const enabledAlso = source(
  (): Touches => [
    firstBootPresets,
    searchUnits.of('system', system),
    // Below /run an image has nothing, and only an image has its first boot before it.
    ...searchDirs('system', '~', '').flatMap((dir) =>
      types.map(
        (type) =>
          ({ do: 'read', path: `${dir}/*.${type}`, later: true, ...(dir.startsWith('/run/') ? { unasked: 'an image has nothing below /run' } : {}) }) as const,
      ),
    ),
  ],
  learnAlso,
);

function* learnAlso(): Asking<ReadonlyMap<string, Where> | Unknown> {
  const presets = yield* firstBootPresets();
  if (presets.is === 'unknown') return presets;
  const found = new Map<string, Where>();
  if (!presets.applied) return found;
  const search = yield* searchUnits('system', system);
  const all = [...new Set(search.dirs.flatMap((d) => [...d.entries]))].filter((n) => types.includes(parseUnitName(n)?.type ?? ''));
  let names = all.filter((name) => presets.enabling(name) !== undefined);
  while (names.length > 0) {
    const paths = names.flatMap((name) => fileOf(search, name) ?? []);
    const texts: readonly Answer<string>[] = yield* together(paths.map((path) => read(path)));
    const shut = texts.findIndex((t) => t.is === 'blocked');
    const answer = texts[shut];
    if (answer?.is === 'blocked') return unknown(answer, paths[shut] ?? '');
    const next = texts.flatMap((text, at) => (text.is === 'got' ? alsoIn(text.value, paths[at] ?? '') : [])).filter(({ name }) => !found.has(name));
    for (const { name, at } of next) found.set(name, at);
    names = [...new Set(next.map(({ name }) => name))];
  }
  return found;
}

/** The file of the foremost directory that has the unit, or its template. */
function fileOf({ dirs }: Search, name: string): string | undefined {
  const unit = parseUnitName(name);
  for (const one of unit && isInstance(unit) ? [name, templateOf(unit)] : [name]) {
    const dir = dirs.find((d) => d.entries.has(one));
    if (dir) return `${dir.path}/${one}`;
  }
  return undefined;
}

function alsoIn(text: string, path: string): { readonly name: string; readonly at: Where }[] {
  // Most units have none, and are not taken apart.
  if (!/^\s*Also\s*=/m.test(text)) return [];
  return parseUnitText(text, path)
    .assignments.filter((a) => a.section === 'Install' && a.key === 'Also')
    .flatMap((a) => a.value.split(/\s+/).map((name) => ({ name, at: { ...a.where, said: 'enabled with it at the first boot' } })))
    .filter(({ name }) => parseUnitName(name) !== undefined);
}
