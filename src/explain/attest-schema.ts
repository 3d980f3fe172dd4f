/** The JSON Schema of a file of answers (`--attest FILE`), also what it is checked by. */

const text = (description: string) => ({ type: 'string', minLength: 1, description });
const moment = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$' };

/** Published as schemas/attestations.schema.json. */
export const attestSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:pretrip:attestations:1',
  title: 'pretrip attestations',
  description: 'Answers of people to what no look at a host decides, for `pretrip scan --attest FILE`.',
  type: 'array',
  items: {
    type: 'object',
    required: ['rule', 'answer', 'who', 'when', 'until'],
    anyOf: [{ required: ['subject'] }, { required: ['target'] }],
    additionalProperties: false,
    properties: {
      rule: text('Id of the rule whose question is answered.'),
      subject: text('What of a host it is about, as reports name it: user:alice. Without it, all that the rule judges on the target.'),
      target: {
        description: 'Name of the target, or several. Without it, every target that has the subject.',
        type: ['string', 'array'],
        minLength: 1,
        minItems: 1,
        items: { type: 'string', minLength: 1 },
      },
      answer: { enum: ['yes', 'no'], description: 'yes: what the rule asks for holds; no: it does not, and the gate fails.' },
      who: text('Who answers for it.'),
      when: { ...moment, description: 'When it was answered: a day, or RFC 3339 in UTC.' },
      until: { ...moment, description: 'The last day, or moment, on which it counts, in UTC.' },
      note: text('What it rests on.'),
    },
  },
} as const;
