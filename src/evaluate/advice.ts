/** What to do so that something unknown can be decided. */
import { commandAt } from '../facts/asks.ts';
import type { Unknown } from '../facts/fact.ts';

const words: Record<Unknown['why'], (first: string, running: boolean) => string> = {
  denied: (path) => `scan as root or as the owner: ${path} may not be read by this account`,
  unsupported: () => 'scan the running host, or a snapshot of it: this target cannot be asked',
  timeout: () => 'scan again when the host is less busy, or with a longer --timeout: there was no answer in time',
  'too-large': (path) => `look at ${path} by hand: it is larger than the limit`,
  failed: (path) => `find out why ${commandAt(path) ?? path} ${commandAt(path) === undefined ? 'cannot be read' : 'fails'}, then scan again`,
  'not-text': (path) => `look at ${path} by hand: it is not UTF-8 text`,
  redacted: () => 'scan the host itself: the value was masked before it was recorded',
  'not-recorded': () => 'capture again: this snapshot does not hold the answer',
  unparsable: (path) => (commandAt(path) === undefined ? `fix ${path}, then scan again` : `look at what ${commandAt(path)} prints, then scan again`),
  question: () => 'have somebody who answers for the cluster say so, and keep the answer with its date',
  unasked: () => 'scan or capture the server with --kubectl, which asks the cluster with the kubeconfig of the host',
  ambiguous: (_, running) => `settle by hand what the evidence leaves open${running ? '' : ', or scan the running host'}`,
};

/** Advice for the first reason of each sort, joined to one line. `running`: a running host was looked at. */
export function advice(reasons: readonly Unknown[], running = false): string {
  const seen = new Map<string, string>();
  for (const reason of reasons) {
    const sort = reason.next ?? reason.why;
    if (!seen.has(sort)) seen.set(sort, reason.next ?? words[reason.why](reason.where[0]?.path ?? 'it', running));
  }
  return [...seen.values()].join('; ') || words['not-recorded']('it', running);
}
