/** Failures that are the user's to fix, with the exit status that the contract gives them. */
import type { Problem } from '../rules/rule.ts';

/** The target could not be reached or read, so nothing was judged: exit 4. */
export { TargetError } from '../collect/targets/target.ts';

/** One mistake in a command line. */
export interface Mistake {
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The flag, where the command has none of that name. */
  readonly flag?: string | undefined;
}

/** Usage, configuration or rule files are wrong: exit 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;
  /** All that is wrong, in the order of the command line. */
  readonly mistakes: readonly Mistake[];
  /** It shows in the command line alone, so that the command's help is the place to look. */
  readonly inWords: boolean;
  constructor(message: string, hint?: string, mistakes: readonly Mistake[] = [{ message, hint }], inWords = false) {
    super(message);
    this.hint = hint;
    this.mistakes = mistakes;
    this.inWords = inWords;
  }

  /** One error that tells all these mistakes of a command line. */
  static of(mistakes: readonly Mistake[]): UsageError {
    return new UsageError(mistakes.map((m) => m.message).join('; '), mistakes[0]?.hint, mistakes, true);
  }
}

type Results<T extends readonly (() => unknown)[]> = { -readonly [K in keyof T]: Awaited<ReturnType<T[K]>> };

/** Does all the work in turn. The mistakes of all of it are thrown as one UsageError; any other error comes after those. */
export async function allOf<const T extends readonly (() => unknown)[]>(...work: T): Promise<Results<T>> {
  const results: unknown[] = [];
  const mistakes: Mistake[] = [];
  const others: unknown[] = [];
  for (const part of work)
    try {
      results.push(await part());
    } catch (error) {
      if (error instanceof UsageError) mistakes.push(...error.mistakes);
      else others.push(error);
    }
  if (mistakes.length > 0) throw UsageError.of(mistakes);
  if (others.length > 0) throw others[0];
  return results as Results<T>;
}

/** What each gives; the mistakes of all of them are thrown as one UsageError. */
export function eachOf<T, R>(things: readonly T[], work: (thing: T) => R): R[] {
  const mistakes: Mistake[] = [];
  const results = things.flatMap((thing) => {
    try {
      return [work(thing)];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      mistakes.push(...error.mistakes);
      return [];
    }
  });
  if (mistakes.length > 0) throw UsageError.of(mistakes);
  return results;
}

/** {@link allOf}, of work that waits for nothing. */
export const allNow = <const T extends readonly (() => unknown)[]>(...work: T): Results<T> =>
  eachOf<() => unknown, unknown>(work, (part) => part()) as Results<T>;

/** Mistakes in files that people wrote, all of them: exit 2. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`${problems.length} mistake${problems.length === 1 ? '' : 's'}`);
    this.problems = problems;
  }
}

/** An output could not be written: exit 5, whatever the gate said. */
export class OutputError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What the system said of a file, without its code and its call: `permission denied`. */
export const saidBySystem = (error: unknown): string => (error as Error).message.replace(/^E[A-Z0-9]+: /, '').replace(/, .*$/s, '');

/** A defect in pretrip: exit 70. */
export class DefectError extends Error {}

export const exitStatus = { passed: 0, failed: 1, usage: 2, incomplete: 3, target: 4, output: 5, defect: 70, interrupted: 130, terminated: 143 } as const;

/** What each exit status says, for help. */
export const exitMeaning: Readonly<Record<keyof typeof exitStatus, string>> = {
  passed: 'gate passed, everything decided',
  failed: 'a failure at or above --fail-on',
  usage: 'usage, configuration or rules are wrong',
  incomplete: 'incomplete: something at or above --fail-on is unknown, nothing was judged, or no account or engine was found to judge',
  target: 'a target could not be read',
  output: 'an output could not be written, whatever the gate says',
  defect: 'a defect in pretrip',
  interrupted: 'interrupted (Ctrl-C)',
  terminated: 'terminated',
};
