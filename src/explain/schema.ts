/** The JSON Schema of rule files, derived from kinds and operators: editors complete and check with it. Pure. */
import { type Argument, operators } from '../expect/operators.ts';
import { slotWords } from '../expect/phrase.ts';
import type { Field, FieldType } from '../facts/fields.ts';
import type { Kind, QueryField } from '../facts/kind.ts';
import type { RecordShape, Shape } from '../facts/shape.ts';
import { referenceWords } from '../rules/fill.ts';
import { subjectsOfProfiles } from '../rules/profile.ts';
import { idPattern } from '../rules/rule.ts';
import { modePattern, pathPattern } from '../rules/step-patterns.ts';
import { afterPattern } from '../verdicts/afters.ts';
import { severities } from '../verdicts/report.ts';
import { type Act, acts, allNeeds, besideTexts, rowOf, writtenFields } from '../verdicts/steps.ts';

type Schema = Record<string, unknown>;

const slots = Object.keys(slotWords)
  .map((word) => `{${word}}`)
  .join(', ');

const reference: Schema = {
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    param: { type: 'string', description: 'the name of a parameter' },
    each: { type: 'string', description: 'a field of the subject, under forEach' },
  },
};
const scalar: Schema = { type: ['string', 'number', 'boolean'] };
const texts: Schema = { type: 'array', items: { type: 'string' } };

const ifNone: Schema = {
  description: 'what becomes of the rule where forEach finds nothing; without it, it is not applicable',
  anyOf: [
    { const: 'unknown' },
    {
      type: 'object',
      required: ['unknown'],
      additionalProperties: false,
      properties: {
        unknown: { type: 'string', description: 'why that is not enough to know, and what to do' },
        severity: { enum: severities },
        when: { $ref: '#/definitions/items', description: 'not so: not applicable' },
      },
    },
    {
      type: 'object',
      required: ['not-applicable'],
      additionalProperties: false,
      properties: { 'not-applicable': { type: 'string', description: 'what is not here: follows "Does not apply:"' } },
    },
  ],
};

export function ruleSchema(kinds: readonly Kind[]): Schema {
  const findable = kinds.filter((k) => k.find);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'pretrip rule',
    type: 'object',
    required: ['id', 'title', 'severity', 'why', 'check'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', description: 'dotted and lower case; the path of the file', pattern: idPattern.source },
      title: { type: 'string', minLength: 1, description: 'what holds when the rule passes' },
      failing: { type: 'string', minLength: 1, description: 'what is so when it fails: the opposite of the title' },
      severity: { enum: severities },
      why: { type: 'string', minLength: 1, description: 'what breaks, and when' },
      profiles: texts,
      controls: { ...texts, description: 'NIST SP 800-53 ids unless prefixed' },
      formerly: { ...texts, description: 'ids this rule had before' },
      references: {
        type: 'array',
        items: {
          anyOf: [
            { type: 'string' },
            { type: 'object', required: ['title'], additionalProperties: false, properties: { title: { type: 'string' }, url: { type: 'string' } } },
          ],
        },
      },
      params: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['default'],
          additionalProperties: false,
          properties: {
            default: {},
            describe: { type: 'string' },
            stricter: {
              anyOf: [{ enum: ['more', 'less'] }, { type: 'array', minItems: 2 }],
              description: 'which of two values asks for more; a list goes from the mildest to the strictest',
            },
          },
        },
      },
      forEach: {
        description: 'judge each of several subjects',
        anyOf: [
          { enum: findable.map((k) => k.name) },
          {
            type: 'object',
            minProperties: 1,
            maxProperties: 1,
            additionalProperties: false,
            properties: Object.fromEntries(findable.map((k) => [k.name, { anyOf: [{ const: 'all' }, { $ref: `#/definitions/subject-${k.name}` }] }])),
          },
        ],
      },
      running: {
        type: 'boolean',
        description: 'true: it is about what runs, and not applicable to an image; false: it is about images, and not applicable to a running host',
      },
      ifNone,
      when: { $ref: '#/definitions/items', description: 'not so: not applicable; unknown: unknown' },
      check: { $ref: '#/definitions/items', description: 'every item must hold' },
      remedy: { type: 'array', items: { $ref: '#/definitions/step' } },
    },
    definitions: definitions(kinds),
  };
}

export function profileSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'pretrip profile',
    type: 'object',
    required: ['id', 'title', 'describe', 'because'],
    additionalProperties: false,
    properties: {
      id: { type: 'string' },
      title: { type: 'string' },
      describe: { type: 'string' },
      about: {
        enum: subjectsOfProfiles,
        description:
          'accounts: root’s engine is none of it, and asked for where no account is found, its rules are unknown; host: it says nothing of an engine',
        default: 'engine',
      },
      because: { type: 'string', description: 'why it was chosen: follows "because"' },
      present: { description: 'chosen without being named when any of these holds', allOf: [{ $ref: 'schema.json#/definitions/items' }] },
      params: { type: 'object', additionalProperties: { type: 'object' } },
      narrows: {
        description: 'parameters of the profile, by name: each leaves the rules that have a control of one release of a benchmark, and its numbers',
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['controls', 'describe'],
          additionalProperties: false,
          properties: {
            controls: { type: 'string', description: 'start of the controls before the release: "CIS K3s" of "CIS K3s 2.1 1.2.1"' },
            describe: { type: 'string' },
          },
        },
      },
    },
  };
}

function definitions(kinds: readonly Kind[]): Schema {
  return {
    items: { type: 'array', minItems: 1, items: { $ref: '#/definitions/item' } },
    item: itemSchema(kinds),
    reference,
    step: stepSchema(),
    ...Object.fromEntries(shapeTypes.map((type) => [`matcher-${type}`, matcherSchema(type)])),
    ...Object.fromEntries(kinds.flatMap((k) => (k.find ? [[`subject-${k.name}`, expectSchema(k.find.shape)]] : []))),
    ...Object.fromEntries(
      kinds.map((k) => [
        `expect-${k.name}`,
        expectSchema({ ...k.shape, fields: { exists: { type: 'boolean', describe: 'whether it is there' }, ...k.shape.fields } }),
      ]),
    ),
  };
}

/** if/then per kind: the editor's message names the wrong key instead of "does not match any". */
function itemSchema(kinds: readonly Kind[]): Schema {
  const group = { $ref: '#/definitions/items' };
  return {
    type: 'object',
    properties: {
      any: { ...group, description: 'one must hold' },
      all: { ...group, description: 'all must hold' },
      none: { ...group, description: 'none may hold' },
      ...Object.fromEntries(kinds.map((k) => [k.name, { ...querySchema(k), description: k.describe }])),
      ifMissing: { enum: ['fail', 'pass', 'not-applicable'], description: 'when the subject itself is not there' },
      expect: { type: 'object', minProperties: 1 },
      running: { type: 'boolean', description: 'true: it applies only where a running host answers; false: only where none does' },
      severity: { enum: severities, description: 'severity of a failure of this item' },
      question: { type: 'string', description: 'what a person has to answer where this does not hold: then it is unknown, and no failure' },
      say: {
        anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, items: { type: 'string' } }],
        description: `the sentence for this finding, with slots: {FIELD}, {KIND: FIELD}, {each.FIELD}, {param.NAME}, ${slots}; of several the first whose slots all have a value`,
      },
    },
    additionalProperties: false,
    allOf: kinds.map((k) => ({
      if: { required: [k.name] },
      then: { required: ['expect'], properties: { expect: { $ref: `#/definitions/expect-${k.name}` } } },
    })),
  };
}

function querySchema(kind: Kind): Schema {
  const fields: Schema = {
    type: 'object',
    additionalProperties: false,
    required: Object.entries(kind.fields).flatMap(([n, f]) => (f.required ? [n] : [])),
    properties: Object.fromEntries(
      Object.entries(kind.fields).map(([n, f]) => [n, { anyOf: [{ ...fieldSchema(f) }, { $ref: '#/definitions/reference' }], description: f.describe }]),
    ),
  };
  const main = kind.main === undefined ? { const: true } : fieldSchema(kind.fields[kind.main] as QueryField);
  return { anyOf: [main, { $ref: '#/definitions/reference' }, fields] };
}

function fieldSchema(field: QueryField): Schema {
  if (field.values) return { enum: field.values };
  return field.type === 'strings' ? texts : { type: field.type };
}

/** Paths of a shape as properties, with patterns for free keys and elements. */
function expectSchema(shape: RecordShape): Schema {
  const properties: Record<string, Schema> = {};
  const patterns: Record<string, Schema> = {};
  const walk = (at: Shape, path: readonly string[], free: boolean): void => {
    if (path.length > 0) {
      const schema = { allOf: [{ $ref: `#/definitions/matcher-${at.type}` }], ...(at.describe ? { description: at.describe } : {}) };
      if (free) patterns[`^${path.join('\\.')}$`] = schema;
      else properties[path.join('.')] = schema;
    }
    if (at.type === 'record') for (const [name, field] of Object.entries(at.fields)) walk(field, [...path, free ? literal(name) : name], free);
    else if (at.type === 'map' || at.type === 'list')
      walk(at.of, [...(free ? path : path.map(literal)), at.type === 'map' ? '("[^"]+"|[^."]+|\\*)' : '(\\*|\\d+)'], true);
    else if (at.type === 'any' && path.length > 0) patterns[`^${(free ? path : path.map(literal)).join('\\.')}\\..+$`] = { $ref: '#/definitions/matcher-any' };
  };
  walk(shape, [], false);
  return { type: 'object', minProperties: 1, additionalProperties: false, properties, patternProperties: patterns };
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const shapeTypes: readonly Shape['type'][] = ['string', 'number', 'boolean', 'version', 'mode', 'list', 'record', 'map', 'any'];

function matcherSchema(type: Shape['type']): Schema {
  const tests = Object.entries(operators).filter(([, o]) => o.on.includes(type));
  const properties: Record<string, Schema> = Object.fromEntries(
    tests.map(([name, o]) => [name, { anyOf: [argumentSchema(o.argument), { $ref: '#/definitions/reference' }], description: o.describe }]),
  );
  return {
    anyOf: [
      scalar,
      texts,
      { $ref: '#/definitions/reference' },
      {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        properties: { ...properties, not: { type: 'object', minProperties: 1 }, ifUnset: { description: 'stands in for an unset value' } },
      },
    ],
  };
}

function argumentSchema(argument: Argument): Schema {
  switch (argument) {
    case 'choices':
    case 'list':
      return { type: 'array', minItems: 1 };
    case 'scalar-or-list':
      return { type: ['string', 'number', 'boolean', 'array'] };
    case 'pattern':
      return { type: 'string' };
    case 'ordered':
      return { type: ['number', 'string'] };
    case 'mode':
      return { type: 'string', pattern: '^0[0-7]{3,4}$' };
    case 'boolean':
      return { type: 'boolean' };
    default:
      return {};
  }
}

/** if/then per step, as for kinds: what may stand beside the acting word. */
function stepSchema(): Schema {
  const matcher = (type: string): Schema => ({ $ref: `#/definitions/matcher-${type}` });
  const condition: Schema = { type: 'object', minProperties: 1, additionalProperties: { anyOf: [matcher('any'), matcher('mode')] } };
  const beside: Schema = {
    ...Object.fromEntries(Object.entries(besideTexts).map(([name, description]) => [name, { ...words, description }])),
    needs: { enum: allNeeds, description: 'with whose privileges' },
    after: { type: 'array', minItems: 1, items: { type: 'string', pattern: afterPattern }, description: 'what is due before it takes effect' },
    if: {
      anyOf: [condition, { type: 'array', minItems: 1, items: condition }],
      description: 'only where this was found: KIND.path, each.path, or item.path beside every, and a matcher; of a list, one must hold',
    },
    unless: { anyOf: [condition, { type: 'array', minItems: 1, items: condition }], description: 'not where this was found; the same forms as of `if`' },
    running: { type: 'boolean', description: 'true: only where a running host answers; false: only where none does' },
    every: { type: 'string', description: 'a step for each element of this list: KIND.path' },
  };
  // Steps have fields of one name that hold different things: which is said below.
  const fields = Object.fromEntries(acts.flatMap((act) => writtenFields(act).map(({ name }) => [name, {}])));
  return {
    type: 'object',
    properties: { ...fields, ...beside, ...Object.fromEntries(acts.map((act) => [act, { description: rowOf(act).describe }])) },
    additionalProperties: false,
    oneOf: acts.map((act) => ({ required: [act] })),
    allOf: acts.map((act) => ({
      if: { required: [act] },
      then: {
        required: writtenFields(act).flatMap(({ name, optional }) => (optional ? [] : [name])),
        properties: { ...beside, ...propertiesOf(act) },
        additionalProperties: false,
      },
    })),
  };
}

const propertiesOf = (act: Act): Schema =>
  Object.fromEntries(
    writtenFields(act).map((field) => [field.name, { ...fieldOf(act, field), ...(field.name === act ? { description: rowOf(act).describe } : {}) }]),
  );

const fieldOf = (act: Act, { name, holds }: Field): Schema => (holds === 'choice' ? { enum: rowOf(act).choices?.[name] ?? [] } : stepFields[holds]);

const referenceOr = (word: string, otherwise: Schema): Schema => ({
  type: 'object',
  required: [word, 'otherwise'],
  additionalProperties: false,
  properties: { [word]: { type: 'string' }, otherwise },
});
const text: Schema = { type: 'string' };
const stepReference: Schema = {
  anyOf: [
    {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: Object.fromEntries(referenceWords.map((word) => [word, text])),
    },
    referenceOr('at', { anyOf: [text, referenceOr('found', text)] }),
  ],
};
const words: Schema = { anyOf: [{ type: 'string' }, stepReference] };
const argv: Schema = { type: 'array', minItems: 1, items: words };
const plain: Schema = { anyOf: [scalar, stepReference] };
const setting: Schema = { anyOf: [plain, { type: 'array', items: plain }] };

const stepFields: Readonly<Record<FieldType, Schema>> = {
  path: { anyOf: [{ type: 'string', pattern: pathPattern }, stepReference] },
  text: words,
  mode: { anyOf: [{ type: 'string', pattern: modePattern }, stepReference] },
  words: argv,
  argv,
  check: { anyOf: [argv, { type: 'string' }] },
  account: {},
  choice: {},
  value: setting,
  keys: { type: 'object', minProperties: 1, additionalProperties: { type: 'object', minProperties: 1, additionalProperties: setting } },
  names: { anyOf: [{ type: 'string' }, { type: 'object', minProperties: 1, additionalProperties: words }] },
};
