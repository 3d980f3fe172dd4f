/** Reports of yesterday are taken away where nothing was judged today: whatever sends them on would send them again. */
import { lstatSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import * as Errors from '@oclif/core/errors';
import { ProblemsError, TargetError, UsageError } from './errors.ts';
import { formats, type Output, pathFor } from './outputs.ts';
import { usualTarget } from './targets.ts';
import { type FlagTable, wordsIn } from './words.ts';
import { writeWhole } from './write-file.ts';

/** Runs a command that writes reports. Where nothing is judged, exit statuses 2 and 4, the reports that it was to write are withdrawn. */
export async function withdrawing(argv: readonly string[], flags: FlagTable, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const told = error instanceof UsageError || error instanceof ProblemsError || error instanceof TargetError || error instanceof Errors.CLIError;
    if (told && !(error instanceof Errors.ExitError)) {
      // The flags may be what is wrong: only the words of the command line are sure.
      const { outputs, names, targets, others } = wordsOf(argv, flags);
      const inputs = new Set(others.flatMap((word) => [word, word.replace(/^[^=]*=/, '')]).map((word) => resolve(word)));
      const safe = outputs.filter(({ path = '' }) => !inputs.has(resolve(path)));
      const called = names.length > 0 ? names : targets.length > 0 ? targets : [usualTarget];
      withdraw(safe, called, error.message, true);
    }
    throw error;
  }
}

/**
 * Takes away the reports of targets that were not judged, as far as their files are known; what a format has in place of
 * a report is written. `whole`: of no target there is a report, so that files for all of them go as well.
 */
export function withdraw(outputs: readonly Pick<Output, 'format' | 'path'>[], targets: readonly string[], said: string, whole = false): void {
  for (const { format, path } of outputs) {
    if (path === undefined || (!whole && !path.includes('{target}'))) continue;
    const paths = path.includes('{target}') ? targets.flatMap((target) => namesOf(target).map((name) => pathFor(path, name))) : [path];
    const [first] = paths;
    try {
      for (const old of paths) if (isFile(old)) rmSync(old, { force: true });
      if (!format.instead || first === undefined || lstatSync(first, { throwIfNoEntry: false }) !== undefined) continue;
      writeWhole(first, format.instead({ name: targets[0] ?? usualTarget, said }));
    } catch {
      // What is wrong may be the path itself; the error that is told says so.
    }
  }
}

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** What a target may be called in reports, by its argument alone: the first is the likeliest. */
function namesOf(target: string): string[] {
  if (target === usualTarget) return [hostname()];
  const address = /^[a-z][a-z0-9+.-]*:\/\/(.+)$/i.exec(target)?.[1];
  if (address !== undefined) return [address];
  const name = basename(resolve(target));
  return [...new Set([name.replace(/(?:\.pretrip)?\.(?:jsonl|raw|json|ya?ml)(?:\.(?:gz|zst))?$/, ''), name])];
}

interface Words {
  readonly outputs: readonly Pick<Output, 'format' | 'path'>[];
  /** --name. */
  readonly names: readonly string[];
  readonly targets: readonly string[];
  /** All but the outputs: among them are files that are read. */
  readonly others: readonly string[];
}

/** The outputs, names and targets in a command line, whatever is wrong with it. */
function wordsOf(argv: readonly string[], flags: FlagTable): Words {
  const outputs: Pick<Output, 'format' | 'path'>[] = [];
  const [names, targets, others]: [string[], string[], string[]] = [[], [], []];
  for (const word of wordsIn(argv, flags)) {
    if (word.is === 'argument') targets.push(word.text);
    else if (word.is === 'option' && word.name === 'output') outputs.push(...outputIn(word.value));
    else if (word.is === 'option') (word.name === 'name' ? names : others).push(word.value);
  }
  return { outputs, names, targets, others: [...others, ...targets] };
}

function outputIn(text: string): Pick<Output, 'format' | 'path'>[] {
  const [, format = '', path = ''] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
  const known = formats.get(format);
  return known && path !== '-' ? [{ format: known, path }] : [];
}
