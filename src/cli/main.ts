/** argv in, exit status out. The only place that turns failures into words and numbers. */
import { Config, Errors, run } from '@oclif/core';
import { visible } from '../report/text.ts';
import { DefectError, exitStatus, ProblemsError, TargetError, UsageError } from './errors.ts';
import { manifest, packageRoot } from './paths.ts';
import { err, problemText } from './print.ts';

/** Runs pretrip. `table` is the file that exports oclif's COMMANDS. Never throws; sets `process.exitCode`. */
export async function main(argv: readonly string[], table: string): Promise<void> {
  process.stdout.on('error', ignoreClosedPipe);
  try {
    const pjson = { ...manifest, oclif: { ...(manifest.oclif as object), commands: { strategy: 'explicit', target: table, identifier: 'COMMANDS' } } };
    const config = await Config.load({ root: packageRoot, pjson: pjson as never });
    await run([...argv], config);
  } catch (error) {
    process.exitCode = await explain(error);
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

async function explain(error: unknown): Promise<number> {
  if (error instanceof ProblemsError) {
    await err(`${problemText(error.problems)}${error.message}; nothing was judged\n`);
    return exitStatus.usage;
  }
  if (error instanceof UsageError || error instanceof TargetError) {
    await err(`pretrip: ${safe(error.message)}\n${error.hint ? `  ${safe(error.hint)}\n` : ''}`);
    return error instanceof UsageError ? exitStatus.usage : exitStatus.target;
  }
  if (error instanceof DefectError) {
    await err(`pretrip: a defect in pretrip itself; the results above are not complete. Please report this:\n${safe(error.message)}\n`);
    return exitStatus.defect;
  }
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 0;
  if (error instanceof Errors.CLIError) {
    await err(`pretrip: ${safe(error.message.replace(/\nSee more help with --help$/, ''))}\n  see: pretrip --help\n`);
    return exitStatus.usage;
  }
  await err(`pretrip: a defect in pretrip itself. Please report this:\n${safe(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return exitStatus.defect;
}

const safe = (text: string): string => text.split('\n').map(visible).join('\n');
