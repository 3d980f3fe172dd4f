/** Facts of a target, learnt as a scan learns them: a live host is recorded first, and its secrets are masked. */
import { type Host, type Progress, record, replay } from './collect/record.ts';
import type { Snapshot } from './collect/snapshot/snapshot.ts';
import { type Asking, together } from './facts/ask.ts';
import type { Fact } from './facts/fact.ts';
import { groundOfQuery, type Kind, type Query } from './facts/kind.ts';
import { settle } from './facts/settle.ts';
import { hold } from './facts/source.ts';
import { lookerFor, lookerOf, type Occasion } from './scan.ts';

/** What is to be learnt: a kind, and the query put to it. */
export interface Question {
  readonly kind: Kind;
  readonly query: Query;
}

/**
 * What a host, or a recording of one, says to questions put by the account that looks: a fact each, in their order. Nothing
 * is asked that the kinds do not promise.
 */
export async function learnFacts(
  from: Host | Snapshot,
  questions: readonly Question[],
  occasion: Occasion & { readonly progress?: Progress },
): Promise<Fact[]> {
  const ask = ({ audited, given }: ReturnType<typeof lookerOf>): Asking<Fact[]> =>
    together(questions.map(({ kind, query }) => hold(() => groundOfQuery(kind, query), audited, kind.learn(query, audited, given), true)));
  const snapshot = 'answers' in from ? from : await record(ask(lookerFor(from.user, from, occasion)), from, occasion, occasion.tool.version, occasion.progress);
  return settle(ask(lookerOf(snapshot)), replay(snapshot));
}
