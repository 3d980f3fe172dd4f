/** Kind `parameter`: the value of a parameter, for rules that ask for other things by it. */
import { nothing } from '../../facts/ask.ts';
import { FactBuilder } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { record, version } from '../../facts/shape.ts';

export const parameter = defineKind({
  name: 'parameter',
  describe: 'The value of a parameter of the rule, for items that hold by one value of it and not by another.',
  main: 'value',
  fields: { value: { type: 'string', required: true, describe: 'the parameter: { param: NAME }' } },
  shape: record({ value: version('its value') }),
  touches: () => [],
  *learn({ value }) {
    yield* nothing();
    return new FactBuilder().set('value', value).build();
  },
});
