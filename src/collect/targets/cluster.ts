/** A host whose cluster is not asked: what only the cluster could tell stays open. */
import type { AnyAnswer, Ask, Target } from '../../facts/ask.ts';
import { asksCluster } from '../../facts/cluster.ts';

const notAsked: AnyAnswer = { is: 'blocked', why: 'unsupported', said: 'the cluster is asked with --kubectl alone' };

/** The target; without `kubectl`, no question goes to its cluster. */
export function askingCluster(target: Target, kubectl: boolean | undefined): Target {
  if (kubectl) return target;
  return {
    async answer(asks: readonly Ask[]): Promise<readonly AnyAnswer[]> {
      const put = asks.filter((ask) => !asksCluster(ask));
      const answers = put.length > 0 ? await target.answer(put) : [];
      let next = 0;
      return asks.map((ask) => (asksCluster(ask) ? notAsked : (answers[next++] as AnyAnswer)));
    },
  };
}
