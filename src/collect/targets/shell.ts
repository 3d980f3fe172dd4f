/** What targets share that lead to a shell on another host. */
import type { Host } from '../record.ts';
import { redactText } from '../redact/redact.ts';
import { remote } from '../script/remote.ts';
import { openSession, SessionError, usualLimits } from '../script/session.ts';
import { askingCluster } from './cluster.ts';
import { type OpenedHost, type Reach, TargetError } from './target.ts';

/** A shell on another host. */
export interface Shell {
  readonly kind: string;
  /** The host's name; by default, what it calls itself. */
  readonly name?: string;
  /** Starts the shell, which reads commands from its standard input. */
  readonly argv: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** What went wrong, in words for the user. */
  explain(error: SessionError): { readonly message: string; readonly hint?: string };
}

/** A host may be silent for as long as somebody has said that it may take. */
const silenceFor = (timeout: number): number => (timeout > usualLimits.seconds ? timeout : Math.min(usualLimits.silence, timeout));

/**
 * Runs the first script there. Failures of the connection become TargetErrors; later ones, too, since nothing that came
 * may be judged then.
 */
export async function openShell(shell: Shell, reach: Reach): Promise<OpenedHost> {
  const limits = { ...usualLimits, seconds: reach.timeout, silence: silenceFor(reach.timeout) };
  const session = await openSession(shell.argv, shell.environment ?? {}, limits);
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      // What the far side says, and the command that leads there, may hold a secret.
      const { message, hint } = shell.explain(new SessionError(redactText(error.message), redactText(error.stderr), error.exit));
      throw new TargetError(`${redactText(message)}`, hint);
    }
  };
  const found = await told(remote(session, reach.questions()));
  if (!found) throw new TargetError(`${shell.name ?? shell.kind}: the capture script did not say where it ran`);
  // The time is ours: whoever sets the host's clock must not decide what is out of date.
  const host: Host = {
    kind: shell.kind,
    name: shell.name ?? found.host.name,
    user: found.host.user,
    target: askingCluster({ answer: (asks) => told(found.target.answer(asks)) }, reach.kubectl),
    looked: found.looked,
  };
  return { host, close: () => session.close() };
}
