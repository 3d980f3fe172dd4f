/** Kind `attestation`: what somebody answers for, as no host tells it. */
import { nothing } from '../../facts/ask.ts';
import { FactBuilder } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record } from '../../facts/shape.ts';

export const attestation = defineKind({
  name: 'attestation',
  describe: 'What somebody has to answer for: no host tells it. For items with a `question`, which stays open.',
  fields: {},
  shape: record({ given: boolean('never: nothing on a host is an answer') }),
  touches: () => [],
  *learn() {
    yield* nothing();
    return new FactBuilder().set('given', false).build();
  },
});
