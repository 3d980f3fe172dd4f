/** A host with CRI-O, and what a kind says of it. */
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Asking } from '../../../src/facts/ask.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';

/** The part of a kind without a query that these tests call. */
interface Learning {
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a query type of its own, and none is asked here
  learn(query: any, as: typeof rootAccount, context?: any): Asking<Fact>;
}

/** `conf` stands in the one drop-in. */
export function onCrio(kind: Learning, conf: string, files: HostSpec['files'] = {}, release = '1.34.2', more: Partial<HostSpec> = {}): Fact {
  const { commands, ...rest } = more;
  return settle(
    kind.learn({}, rootAccount),
    answerer({
      ...rest,
      files: { '/usr/bin/crio': { mode: '0755' }, ...(conf === '' ? {} : { '/etc/crio/crio.conf.d/50.conf': conf }), ...files },
      commands: { ...(release === '' ? {} : { 'crio --version': { stdout: `crio version ${release}\n` } }), ...commands },
    }),
  );
}
