/** How crio.service starts CRI-O: which files it is told to read, and what its command line and its variables set. */
import type { Asking } from '../ask.ts';
import { type Environment, gapOf, sureValues } from '../environment/environment.ts';
import { environmentOfUnit } from '../environment/unit.ts';
import type { Json, Unknown, Where } from '../fact.ts';
import { rootAccount } from '../host/accounts.ts';
import { seeTool } from '../host/tool-version.ts';
import { source } from '../source.ts';
import { execCommands } from '../systemd/exec-line.ts';
import { type LoadOptions, loadUnit, unitNamed } from '../systemd/load.ts';
import { mergeSettings } from '../systemd/merge.ts';
import { expander } from '../systemd/specifiers.ts';
import { sinceReset } from '../systemd/syntax.ts';
import { flagKeys, flagRuntimes, flagsIn, flagValue, flagVariables } from './crio-flags.ts';

/** A key that the unit sets, in the place of all files. */
export interface GivenKey {
  readonly path: readonly string[];
  readonly value: Json;
  readonly where: readonly Where[];
}

/** A file that the unit names, or none: `--config ""`. */
export interface GivenPath {
  readonly value: string;
  readonly where: readonly Where[];
}

export interface CrioStart {
  readonly is: 'start';
  /** Whether crio.service is there and not masked. */
  readonly unit: boolean;
  readonly config?: GivenPath;
  readonly configDir?: GivenPath;
  readonly keys: readonly GivenKey[];
  /** Keys of which a place that could not be read may set another value. */
  readonly gaps: readonly { readonly path: readonly string[]; readonly why: Unknown }[];
  /** Words that CRI-O refuses: it does not start. */
  readonly refused?: Unknown;
}

const unit = 'crio.service';
const options: LoadOptions = { manager: 'system', as: rootAccount };
const names = [...flagVariables.values()];
const nothing: CrioStart = { is: 'start', unit: false, keys: [], gaps: [] };

/** What crio.service adds to the files. A host without the program is not asked for the units that it may not show. */
export const crioStart = source([unitNamed(unit, 'system'), environmentOfUnit.of(unit, options), seeTool.of('crio')], readStart);

function* readStart(): Asking<CrioStart | Unknown> {
  const loaded = yield* loadUnit(unit, options);
  // An image has no runtime directories, so nothing in them is missed.
  const unseen = loaded.is === 'unknown' ? loaded : loaded.unseen.find((u) => u.why !== 'unsupported');
  if (unseen) {
    const seen = yield* seeTool('crio');
    return seen.is === 'absent' ? nothing : unseen;
  }
  if (loaded.is === 'unknown' || !loaded.exists || loaded.masked) return nothing;
  const environment = yield* environmentOfUnit(unit, options, names);
  const expand = expander(loaded.unit, loaded.manager, rootAccount);
  const line = sinceReset(mergeSettings(loaded, expand).counting('ExecStart')).at(-1);
  const command = line && execCommands(line.value, expand, sureValues(environment)).at(-1);
  for (const name of command?.unresolved ?? []) {
    const gap = gapOf(environment, name);
    if (gap) return gap;
  }
  return startOf(flagsIn(command?.words.slice(1) ?? []), line ? [line.where] : [], environment);
}

/** A flag wins over its variable, and both over files. */
function startOf(flags: ReadonlyMap<string, readonly string[]>, at: readonly Where[], environment: Environment): CrioStart {
  const keys: GivenKey[] = [];
  const gaps: { path: readonly string[]; why: Unknown }[] = [];
  let refused: Unknown | undefined;
  for (const [flag, { path, type }] of flagKeys) {
    const given = givenBy(flag, flags, at, environment);
    if (!given) continue;
    if ('is' in given) {
      gaps.push({ path, why: given });
      continue;
    }
    const value = flagValue(type, given.words);
    if (value === undefined && given.words.at(-1) !== '')
      refused ??= { is: 'unknown', why: 'unparsable', said: `CRI-O refuses ${given.words.at(-1)} for --${flag}, so it does not start`, where: given.where };
    else if (value !== undefined) keys.push({ path, value, where: given.where });
  }
  const runtimes = givenBy('runtimes', flags, at, environment);
  if (runtimes && !('is' in runtimes))
    for (const [name, value] of flagRuntimes(runtimes.words)) keys.push({ path: ['crio', 'runtime', 'runtimes', name], value, where: runtimes.where });
  const config = pathOf('config', flags, at, environment);
  const configDir = pathOf('config-dir', flags, at, environment);
  return { is: 'start', unit: true, keys, gaps, ...(config ? { config } : {}), ...(configDir ? { configDir } : {}), ...(refused ? { refused } : {}) };
}

interface Given {
  readonly words: readonly string[];
  readonly where: readonly Where[];
}

function givenBy(flag: string, flags: ReadonlyMap<string, readonly string[]>, at: readonly Where[], environment: Environment): Given | Unknown | undefined {
  const words = flags.get(flag);
  if (words) return { words, where: at.map((w) => ({ ...w, said: `--${flag}` })) };
  const name = flagVariables.get(flag);
  if (name === undefined) return undefined;
  const gap = gapOf(environment, name);
  if (gap) return gap;
  const found = environment.variables.get(name);
  return found && { words: [found.value], where: found.where.map((w, index) => (index === 0 ? { ...w, said: name } : w)) };
}

function pathOf(flag: string, flags: ReadonlyMap<string, readonly string[]>, at: readonly Where[], environment: Environment): GivenPath | undefined {
  const given = givenBy(flag, flags, at, environment);
  return given && !('is' in given) ? { value: given.words.at(-1) ?? '', where: given.where } : undefined;
}
