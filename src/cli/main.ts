/** argv in, exit status out. The only place that turns failures into words and numbers. */
import { Config } from '@oclif/core/config';
import * as Errors from '@oclif/core/errors';
import { visible } from '../report/text.ts';
import { type Called, checkCommand, commandIn, meantFlag } from './calling/called.ts';
import { helpTopics, topicList } from './calling/topics.ts';
import { DefectError, exitStatus, OutputError, ProblemsError, TargetError, UsageError } from './errors.ts';
import { manifest, packageRoot } from './paths.ts';
import { err, hearErrors, out, problemText } from './print.ts';

/** Runs pretrip. `table` is the file that exports oclif's COMMANDS. Never throws; sets `process.exitCode`. */
export async function main(given: readonly string[], table: string): Promise<void> {
  hearErrors();
  let named: Called | undefined;
  try {
    const pjson = { ...manifest, oclif: { ...(manifest.oclif as object), commands: { strategy: 'explicit', target: table, identifier: 'COMMANDS' } } };
    const page = topicAsked(given);
    if (page !== undefined) {
      await out(page);
      return;
    }
    const argv = given[0] === 'help' ? [...given.slice(given[1] === 'help' ? 2 : 1), '--help'] : given;
    named = commandIn(argv);
    // A command called by its name needs no help, topics or suggestions: loading those takes longer than most of its work.
    if (!named) checkCommand(argv);
    if (named) await new named.command(named.rest, new PlainConfig({ root: packageRoot, pjson: pjson as never, version: manifest.version })).start();
    else await help(argv, await Config.load({ root: packageRoot, pjson: pjson as never }));
  } catch (error) {
    const status = await explain(error, named);
    // Help ends by way of an error that is none; what it could not print counts all the same.
    if (status !== 0 || process.exitCode === undefined) process.exitCode = status;
  }
}

/** The page that `pretrip help TOPIC` asks for. */
function topicAsked([first, second]: readonly string[]): string | undefined {
  if (first !== 'help' || second === undefined) return undefined;
  return Object.hasOwn(helpTopics, second) ? helpTopics[second]?.page() : undefined;
}

async function help(argv: readonly string[], config: Config): Promise<void> {
  const { run } = await import('@oclif/core/run');
  hearErrors();
  try {
    await run([...argv], config);
  } finally {
    if (argv.every((word) => word === '--help' || word === '-h')) await out(topicList());
    // What standard output says of help comes a moment later.
    await new Promise(setImmediate);
  }
}

/** pretrip has no plugins, so there are no hooks to run. */
class PlainConfig extends Config {
  override runHook: Config['runHook'] = async () => ({ failures: [], successes: [] });
}

async function explain(error: unknown, named: Called | undefined): Promise<number> {
  const undone = named?.command.undone ?? 'nothing was judged';
  if (error instanceof ProblemsError) {
    await err(`${problemText(error.problems)}${error.message}; ${undone}\n`);
    return exitStatus.usage;
  }
  if (error instanceof UsageError) {
    await err(usageText(error, named));
    return exitStatus.usage;
  }
  if (error instanceof TargetError) {
    await err(
      told(
        error.message.replace(/\n|$/, (end) => `; ${undone}${end}`),
        error.hint,
      ),
    );
    return exitStatus.target;
  }
  if (error instanceof OutputError) {
    await err(told(error.message, error.hint));
    return exitStatus.output;
  }
  if (error instanceof DefectError) {
    await err(`pretrip: a defect in pretrip itself; the results above are not complete. Please report this:\n${safe(error.message)}\n`);
    return exitStatus.defect;
  }
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 0;
  if (error instanceof Errors.CLIError) {
    // Command lines are checked before oclif reads them: what it finds all the same has no words of ours.
    await err(usageText(UsageError.of([{ message: error.message.replace(/\nSee more help with --help$/, '') }]), named));
    return exitStatus.usage;
  }
  await err(`pretrip: a defect in pretrip itself. Please report this:\n${safe(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return exitStatus.defect;
}

/** All mistakes of a command line, and the page that tells how it is written. */
function usageText({ mistakes, inWords }: UsageError, named: Called | undefined): string {
  const lines = mistakes.map(({ message, hint, flag }) => told(message, hint ?? (flag === undefined ? undefined : meantFlag(flag, named))));
  const see = inWords && named ? `  see: pretrip ${named.words.join(' ')} --help\n` : '';
  return `${[...new Set(lines)].join('')}${see}`;
}

const told = (message: string, hint: string | undefined): string => `pretrip: ${safe(message)}\n${hint ? `  ${safe(hint).replaceAll('\n', '\n  ')}\n` : ''}`;

const safe = (text: string): string => text.split('\n').map(visible).join('\n');
