/** What all commands share: how their words are read, and nothing else. Errors go up to `main`. */
import { Command } from '@oclif/core/command';
import type { Input, ParserOutput } from '@oclif/core/interfaces';
import { allOf, type Mistake, UsageError } from './errors.ts';
import { quieten } from './quiet.ts';
import { checkedWords, type FlagTable, valueMistakes, wordsIn } from './words.ts';

// biome-ignore lint/suspicious/noExplicitAny: what oclif calls FlagOutput and ArgOutput, and does not export.
type Values = Record<string, any>;

export abstract class PretripCommand extends Command {
  /** What is lost when a target cannot be read or a rule is wrong: the end of that sentence. */
  static readonly undone: string = 'nothing was judged';

  /** Runs the command with the arguments it was made with. */
  async start(): Promise<void> {
    await this._run();
  }

  /**
   * The command line, checked: what `check` makes of it. Its own mistakes (UsageError) are told together with those of
   * flags and arguments, all at once. `given` names the flags that stand on the command line itself.
   */
  protected async read<F extends Values, B extends Values, A extends Values, T>(
    command: Input<F, B, A>,
    check: (parsed: ParserOutput<F, B, A>, given: ReadonlySet<string>) => T | Promise<T>,
  ): Promise<T> {
    const flags = (command.flags ?? {}) as FlagTable;
    const words = wordsIn(this.argv, flags);
    const { argv, mistakes } = checkedWords(words, flags);
    const given = new Set(words.flatMap((w) => ('name' in w ? [w.name] : [])));
    const strays = argumentMistakes(command as Form, argv.slice(argv.indexOf('--') + 1));
    const unset = variableMistakes(flags, given);
    const found = [...mistakes, ...strays.mistakes, ...unset];
    // What cannot be parsed cannot be checked further.
    if (strays.missing || unset.length > 0 || words.some((w) => w.is === 'argument' && w.text === '')) throw UsageError.of(found);
    const parsed = await this.parse(command, [...variableWords(flags, given), ...(strays.extra === 0 ? argv : argv.slice(0, -strays.extra))]);
    quieten((parsed.flags as { quiet?: boolean }).quiet === true);
    const [, result] = await allOf(
      () => {
        if (found.length > 0) throw UsageError.of(found);
      },
      () => fromVariables(flags, given, () => check(parsed, given)),
    );
    return result;
  }

  /** oclif would print and exit by itself; `main` knows the exit statuses. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }
}

interface Strays {
  readonly mistakes: Mistake[];
  /** Arguments at the end that nobody takes. */
  readonly extra: number;
  readonly missing: boolean;
}

interface Form {
  readonly args?: object;
  readonly strict?: boolean | undefined;
  readonly examples?: readonly unknown[] | undefined;
}

function argumentMistakes({ args = {}, strict, examples }: Form, given: readonly string[]): Strays {
  const wanted = Object.entries(args) as [string, { required?: boolean; description?: string }][];
  const lacking = wanted.slice(given.length).filter(([, a]) => a.required);
  const example = examples?.map(String)[0]?.replace(/^\$ |<%=.*?%>/g, (found) => (found.startsWith('$') ? '' : 'pretrip'));
  const missing = lacking.map(
    ([name, { description = '' }]): Mistake => ({
      message: `${name.toUpperCase()} is missing: name ${description}`,
      hint: example && `such as: ${example}`,
    }),
  );
  const extra = strict === false ? [] : given.slice(wanted.length);
  const most = wanted.length === 0 ? 'no argument' : wanted.length === 1 ? 'one argument' : `${wanted.length} arguments`;
  const many =
    extra.length === 0
      ? []
      : [{ message: `${extra.map((e) => `"${e}"`).join(' and ')} ${extra.length === 1 ? 'is' : 'are'} too much: this command takes ${most}` }];
  return { mistakes: [...missing, ...many], extra: extra.length, missing: missing.length > 0 };
}

/** Does the work; a mistake about a value that a variable of the environment gave says so. */
async function fromVariables<T>(flags: FlagTable, given: ReadonlySet<string>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const set = Object.entries(flags).flatMap(([name, { env }]) => (env === undefined || given.has(name) || !process.env[env] ? [] : [env]));
    const source = (message: string): string | undefined => set.find((env) => process.env[env]?.split(',').some((part) => message.includes(part)));
    throw UsageError.of(
      error.mistakes.map((m) => {
        const env = source(m.message);
        return env === undefined ? m : { ...m, hint: `${m.hint ? `${m.hint}\n` : ''}${env} is set in the environment` };
      }),
    );
  }
}

/** What variables of the environment stand for, as flags: oclif would hand a list on as the text that it is. */
const variableWords = (flags: FlagTable, given: ReadonlySet<string>): string[] =>
  Object.entries(flags).flatMap(([name, { env, type }]) => {
    const value = env === undefined || given.has(name) || type !== 'option' ? undefined : process.env[env];
    return value ? [`--${name}=${value}`] : [];
  });

/** Variables of the environment that stand for flags which are not given. */
const variableMistakes = (flags: FlagTable, given: ReadonlySet<string>): Mistake[] =>
  Object.entries(flags).flatMap(([name, flag]) => {
    const value = flag.env === undefined || given.has(name) ? undefined : process.env[flag.env];
    return value === undefined || value === '' ? [] : valueMistakes(`${flag.env}:`, value, flag);
  });
