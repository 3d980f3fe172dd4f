/** argv in, exit status out. The only place that turns failures into words and numbers. */
import { Config } from '@oclif/core/config';
import * as Errors from '@oclif/core/errors';
import { visible } from '../report/text.ts';
import { hintFor } from '../rules/text/suggest.ts';
import { COMMANDS } from './commands.ts';
import { DefectError, exitStatus, OutputError, ProblemsError, TargetError, UsageError } from './errors.ts';
import { manifest, packageRoot } from './paths.ts';
import { err, hearErrors, problemText } from './print.ts';

/** Runs pretrip. `table` is the file that exports oclif's COMMANDS. Never throws; sets `process.exitCode`. */
export async function main(given: readonly string[], table: string): Promise<void> {
  hearErrors();
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  try {
    const pjson = { ...manifest, oclif: { ...(manifest.oclif as object), commands: { strategy: 'explicit', target: table, identifier: 'COMMANDS' } } };
    const named = commandIn(argv);
    // A command called by its name needs no help, topics or suggestions: loading those takes longer than most of its work.
    if (!named) checkCommand(argv);
    if (named) await new named.command(named.rest, new PlainConfig({ root: packageRoot, pjson: pjson as never, version: manifest.version })).start();
    else {
      const { run } = await import('@oclif/core/run');
      hearErrors();
      await run([...argv], await Config.load({ root: packageRoot, pjson: pjson as never }));
      // What standard output says of help comes a moment later.
      await new Promise(setImmediate);
    }
  } catch (error) {
    const status = await explain(error, commandIn(argv)?.command);
    // Help ends by way of an error that is none; what it could not print counts all the same.
    if (status !== 0 || process.exitCode === undefined) process.exitCode = status;
  }
}

/** The first word must be a command or a topic, the second a command of that topic. Throws UsageError with the nearest name. */
function checkCommand(argv: readonly string[]): void {
  const [first, second] = argv;
  if (first === undefined || first === '--help' || first === '-h') return;
  if (first.startsWith('-')) throw new UsageError(`flags stand behind a command, and ${first} stands before any`, `pretrip scan ${first}`);
  const ids = Object.keys(COMMANDS).map((id) => id.split(':'));
  const topic = ids.filter((id) => id[0] === first);
  if (topic.length === 0) {
    const hint = /[/:.]/.test(first)
      ? `to inspect it: pretrip scan ${first}`
      : `${hintFor(first, [...new Set(ids.map((id) => id[0] ?? ''))])}; see pretrip --help`;
    throw new UsageError(`there is no command "${first}"`, hint);
  }
  const within = topic.flatMap((id) => id[1] ?? []);
  if (within.length > 0 && second !== undefined && !second.startsWith('-') && !within.includes(second))
    throw new UsageError(`there is no command "${first} ${second}"`, `${hintFor(second, within)}; see pretrip ${first} --help`);
}

/** pretrip has no plugins, so there are no hooks to run. */
class PlainConfig extends Config {
  override runHook: Config['runHook'] = async () => ({ failures: [], successes: [] });
}

/** The command that the first words name, unless help is wanted. */
function commandIn(argv: readonly string[]): { command: (typeof COMMANDS)[keyof typeof COMMANDS]; rest: string[] } | undefined {
  if (argv.some((a) => a === '--help' || a === '-h')) return undefined;
  for (const words of [2, 1]) {
    const id = argv.slice(0, words).join(':');
    if (Object.hasOwn(COMMANDS, id)) return { command: COMMANDS[id as keyof typeof COMMANDS], rest: argv.slice(words) };
  }
  return undefined;
}

async function explain(error: unknown, command?: { flags: object }): Promise<number> {
  if (error instanceof ProblemsError) {
    await err(`${problemText(error.problems)}${error.message}; nothing was judged\n`);
    return exitStatus.usage;
  }
  if (error instanceof UsageError || error instanceof TargetError) {
    await err(`pretrip: ${safe(error.message)}\n${error.hint ? `  ${safe(error.hint)}\n` : ''}`);
    return error instanceof UsageError ? exitStatus.usage : exitStatus.target;
  }
  if (error instanceof OutputError) {
    await err(`pretrip: ${safe(error.message)}\n${error.hint ? `  ${safe(error.hint)}\n` : ''}`);
    return exitStatus.output;
  }
  if (error instanceof DefectError) {
    await err(`pretrip: a defect in pretrip itself; the results above are not complete. Please report this:\n${safe(error.message)}\n`);
    return exitStatus.defect;
  }
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 0;
  if (error instanceof Errors.CLIError) {
    await err(`pretrip: ${safe(error.message.replace(/\nSee more help with --help$/, ''))}\n  ${safe(flagHint(error, command))}see: pretrip --help\n`);
    return exitStatus.usage;
  }
  await err(`pretrip: a defect in pretrip itself. Please report this:\n${safe(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return exitStatus.defect;
}

/** The nearest flag of the command, where the mistake is a flag that it does not have. */
function flagHint(error: object, command: { flags: object } | undefined): string {
  const [flag] = 'flags' in error && Array.isArray(error.flags) ? (error.flags as unknown[]) : [];
  if (typeof flag !== 'string' || !flag.startsWith('--') || !command) return '';
  const hint = hintFor(flag.slice(2), Object.keys(command.flags));
  return hint.startsWith('did you mean') ? `${hint.replace('"', '"--')} ` : '';
}

const safe = (text: string): string => text.split('\n').map(visible).join('\n');
