/** The JSON Schema of the result document (src/verdicts/report.ts); steps and asks follow from their tables. Pure. */
import { asks, type Sort, sorts } from '../facts/asks.ts';
import { type Fields, type FieldType, fieldsOf, requiredOf } from '../facts/fields.ts';
import { outcomes, severities, truths } from '../verdicts/report.ts';
import { acts, allNeeds, besideTexts, rowOf } from '../verdicts/steps.ts';

type Schema = Readonly<Record<string, unknown>>;

const fieldSchemas: Readonly<Record<FieldType, Schema>> = {
  text: { type: 'string' },
  path: { type: 'string' },
  mode: { type: 'string' },
  words: { $ref: '#/$defs/words' },
  argv: { $ref: '#/$defs/words' },
  check: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/words' }] },
  account: { $ref: '#/$defs/account' },
  choice: { type: 'string' },
  value: { $ref: '#/$defs/value' },
  keys: { type: 'object', additionalProperties: { type: 'object', additionalProperties: { $ref: '#/$defs/value' } } },
  names: { anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: { type: 'string' } }] },
};

/** An ask that would help, and who has to put it. */
function askSchema(sort: Sort): Schema {
  const { required, properties } = fieldsSchema(asks[sort].fields);
  return {
    required: ['do', ...required, 'privilege'],
    properties: { do: { const: sort }, ...properties, privilege: { $ref: '#/$defs/privilege' } },
  };
}

function fieldsSchema(fields: Fields): { readonly required: readonly string[]; readonly properties: Schema } {
  return {
    required: requiredOf(fields),
    properties: Object.fromEntries(fieldsOf(fields).map(({ name, holds }) => [name, fieldSchemas[holds]])),
  };
}

/** What is referred to by name. */
const definitions: Schema = {
  digest: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
  profile: {
    type: 'object',
    required: ['id', 'because'],
    additionalProperties: false,
    properties: { id: { type: 'string', minLength: 1 }, because: { type: 'string' } },
  },
  count: { type: 'integer', minimum: 0 },
  counts: {
    type: 'object',
    required: ['pass', 'fail', 'unknown', 'notApplicable'],
    additionalProperties: false,
    properties: {
      pass: { $ref: '#/$defs/count' },
      fail: { $ref: '#/$defs/count' },
      unknown: { $ref: '#/$defs/count' },
      notApplicable: { $ref: '#/$defs/count' },
    },
  },
  severity: { enum: severities },
  ruleId: { type: 'string', minLength: 1, description: 'Dotted and lower-case: podman.api.service-timeout.' },
  rule: {
    type: 'object',
    required: ['id', 'title', 'severity', 'why', 'remedy', 'references', 'controls', 'profiles'],
    additionalProperties: false,
    properties: {
      id: { $ref: '#/$defs/ruleId' },
      title: { type: 'string', description: 'What holds when the rule passes.' },
      failing: { type: 'string', description: 'What is so when it fails.' },
      severity: { $ref: '#/$defs/severity' },
      why: { type: 'string', description: 'What breaks, and when.' },
      remedy: { type: 'array', items: { $ref: '#/$defs/step' } },
      references: {
        type: 'array',
        items: {
          type: 'object',
          required: ['title'],
          additionalProperties: false,
          properties: { title: { type: 'string' }, url: { type: 'string' } },
        },
      },
      controls: { type: 'array', description: 'Controls it is relevant to: NIST SP 800-53: CM-6.', items: { type: 'string' } },
      profiles: { type: 'array', items: { type: 'string' } },
      formerly: { type: 'array', description: 'Ids the rule had before.', items: { $ref: '#/$defs/ruleId' } },
    },
  },
  verdict: {
    type: 'object',
    required: ['rule', 'outcome', 'severity', 'message', 'evidence'],
    additionalProperties: false,
    properties: {
      rule: { $ref: '#/$defs/ruleId' },
      subject: {
        type: 'string',
        description: 'What the verdict is about, when the rule judges several things: user:alice. Absent: the host.',
      },
      about: {
        type: 'object',
        description: 'The subject in its parts: {"kind": "user", "name": "alice"}. Absent: the host, or (others), which nobody could tell apart.',
        required: ['kind', 'name'],
        additionalProperties: false,
        properties: { kind: { type: 'string', minLength: 1 }, name: { type: 'string', minLength: 1 } },
      },
      fingerprint: {
        type: 'string',
        description: 'What stays the same from run to run, whatever the outcome: it follows from rule, target and subject.',
        pattern: '^[0-9a-f]{16}$',
      },
      outcome: { enum: outcomes },
      severity: { $ref: '#/$defs/severity' },
      message: {
        type: 'string',
        description: 'One sentence with expected and actual; for not-applicable and unknown, the reason.',
      },
      evidence: { type: 'array', items: { $ref: '#/$defs/evidence' } },
      remedy: {
        type: 'array',
        description: 'The steps that fix this failure, for this subject.',
        items: { $ref: '#/$defs/step' },
      },
      next: { type: 'string', description: 'What to do so that it can be decided.' },
      missing: { $ref: '#/$defs/missing' },
      waived: {
        type: 'object',
        description: 'Stands beside the outcome and never replaces it.',
        required: ['by', 'until', 'because'],
        additionalProperties: false,
        properties: { by: { type: 'string' }, until: { type: 'string' }, because: { type: 'string' } },
      },
      attested: {
        type: 'object',
        description: 'What a person answered where nobody can look (--attest): it stands beside the outcome, which stays unknown.',
        required: ['answer', 'by', 'when', 'until'],
        additionalProperties: false,
        properties: {
          answer: { enum: ['yes', 'no'], description: 'yes: what the rule asks for holds; no: the gate fails.' },
          by: { type: 'string' },
          when: { type: 'string' },
          until: { type: 'string', description: 'The last day, or moment, on which it counts.' },
          note: { type: 'string' },
          expired: { const: true, description: 'It no longer counted when the host was inspected.' },
        },
      },
    },
    allOf: [
      { if: { properties: { outcome: { not: { const: 'fail' } } } }, then: { properties: { remedy: false } } },
      { if: { properties: { outcome: { not: { const: 'unknown' } } } }, then: { properties: { next: false, missing: false, attested: false } } },
    ],
  },
  evidence: {
    type: 'object',
    required: ['truth', 'said', 'where'],
    additionalProperties: false,
    properties: {
      truth: { enum: truths, description: 'Whether the expectation holds.' },
      said: { type: 'string' },
      where: { type: 'array', description: 'The deciding place first.', items: { $ref: '#/$defs/where' } },
    },
  },
  where: {
    type: 'object',
    required: ['path'],
    additionalProperties: false,
    properties: {
      path: { type: 'string', description: "A file's path, or command:ARGV, env:NAME, socket:PATH." },
      line: { type: 'integer', minimum: 1 },
      column: { type: 'integer', minimum: 1 },
      text: { type: 'string', description: 'The line itself, secrets masked, cut where it is long. Only of files that were read.' },
      said: { type: 'string', description: 'What this place contributed.' },
      looked: { const: true, description: 'It was looked at, and does not set the value.' },
    },
  },
  missing: {
    type: 'array',
    description:
      'The smallest further capture that would decide what is unknown, as far as can be told beforehand: `pretrip capture --for`. mend: a file that cannot be parsed; look: a person has to look. No capture decides those two.',
    minItems: 1,
    items: {
      type: 'object',
      required: ['because'],
      properties: { because: { type: 'string', description: 'Why it is not known.' } },
      unevaluatedProperties: false,
      oneOf: [
        ...sorts.map((sort) => askSchema(sort)),
        { required: ['do', 'path'], properties: { do: { const: 'mend' }, path: { type: 'string' } } },
        { required: ['do'], properties: { do: { const: 'look' }, path: { type: 'string' } } },
      ],
    },
  },
  privilege: {
    type: 'string',
    description: 'Who can ask: root, that account, or whoever asks the host while it runs.',
    pattern: '^(root|running host|user .+)$',
  },
  account: {
    type: 'object',
    description: 'The account that a program is run as. Absent: whoever captures.',
    required: ['name', 'uid', 'gid', 'home'],
    additionalProperties: false,
    properties: { name: { type: 'string' }, uid: { $ref: '#/$defs/count' }, gid: { $ref: '#/$defs/count' }, home: { type: 'string' } },
  },
  words: { type: 'array', items: { type: 'string' } },
  step: {
    type: 'object',
    properties: {
      needs: { enum: allNeeds },
      account: { type: 'string', description: 'Whose step it is, where `needs` says user; of a subid step, whose ids.' },
      ...Object.fromEntries(Object.entries(besideTexts).map(([name, description]) => [name, { type: 'string', description }])),
      after: { type: 'array', description: 'What is due before it takes effect.', items: { $ref: '#/$defs/after' } },
    },
    unevaluatedProperties: false,
    oneOf: acts.map((act) => ({ description: rowOf(act).describe, ...fieldsSchema(rowOf(act).fields) })),
  },
  scalar: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
  value: { description: 'What a key of a file is set to.', anyOf: [{ $ref: '#/$defs/scalar' }, { type: 'array', items: { $ref: '#/$defs/scalar' } }] },
  after: {
    type: 'object',
    required: ['do', 'needs'],
    additionalProperties: false,
    properties: {
      do: { type: 'string', description: 'daemon-reload, restart UNIT, restart-manager, relogin, reboot, …' },
      run: { $ref: '#/$defs/words', description: 'The command.' },
      say: { type: 'string', description: 'What is due, where no command does it.' },
      needs: { enum: allNeeds },
      account: { type: 'string' },
      cuts: { type: 'string', description: 'What it ends or cuts off.' },
    },
  },
};

/** Published as schemas/report.schema.json. */
export const reportSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:pretrip:report:1',
  title: 'pretrip report',
  description:
    'What `pretrip scan -o json` writes, format pretrip-report/1. Every other format is made from it. pass + fail + unknown + notApplicable is the number of verdicts; a waived verdict is also counted under its outcome.',
  type: 'object',
  required: ['format', 'tool', 'target', 'profiles', 'params', 'rules', 'verdicts', 'summary'],
  additionalProperties: false,
  properties: {
    format: { const: 'pretrip-report/1' },
    tool: {
      type: 'object',
      required: ['name', 'version', 'rules'],
      additionalProperties: false,
      properties: {
        name: { const: 'pretrip' },
        version: { type: 'string', minLength: 1 },
        code: {
          description: 'Digest of the program file that judged; sources: a checkout that was not built.',
          anyOf: [{ $ref: '#/$defs/digest' }, { const: 'sources' }],
        },
        rules: { $ref: '#/$defs/digest', description: 'Digest of the texts of all rules and profiles that were at hand.' },
      },
    },
    target: {
      type: 'object',
      required: ['kind', 'name', 'takenAt', 'snapshot'],
      additionalProperties: false,
      properties: {
        kind: { type: 'string', minLength: 1, description: 'local, ssh, snapshot, root, image, …' },
        name: { type: 'string' },
        identity: {
          type: 'string',
          description:
            'Under which code hosts and CI servers know it from run to run, where the name is an accident, of a directory or a runner. Absent: its name.',
        },
        takenAt: {
          type: 'string',
          description: 'When the target was looked at: RFC 3339, UTC.',
          pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$',
        },
        snapshot: { $ref: '#/$defs/digest', description: 'Digest of the snapshot that was judged: its header and answers.' },
        user: { type: 'string', description: 'Who looked: privileges decide what could be seen.' },
        accounts: { $ref: '#/$defs/words', description: 'Whose containers it is about, where that was named (--account).' },
        truncated: { const: true, description: 'The snapshot lacks its end record: what it does not hold is unknown.' },
        offline: { const: true, description: 'Nothing ran there: a root directory, an image. Paths of steps are those within it.' },
      },
    },
    caveats: {
      type: 'array',
      description: 'What bounds the whole report, told first: no account was found, there is no engine, the target is a part of a host.',
      items: {
        type: 'object',
        required: ['about', 'said'],
        additionalProperties: false,
        properties: { about: { enum: ['accounts', 'engine', 'target'] }, said: { type: 'string', minLength: 1 } },
      },
    },
    profiles: {
      type: 'array',
      description: 'The profiles judged, and why they were chosen.',
      items: { $ref: '#/$defs/profile' },
    },
    undecidedProfiles: {
      type: 'array',
      description: 'Profiles of which nobody could tell whether their subject is present.',
      items: {
        type: 'object',
        required: ['id', 'because'],
        additionalProperties: false,
        properties: { id: { type: 'string', minLength: 1 }, because: { type: 'string' }, missing: { $ref: '#/$defs/missing' } },
      },
    },
    selection: {
      type: 'object',
      description: 'What was asked for, in the words of the command line: enough to select the same again. Absent: nothing in particular.',
      additionalProperties: false,
      properties: {
        profiles: { $ref: '#/$defs/words' },
        select: { $ref: '#/$defs/words' },
        ignore: { $ref: '#/$defs/words' },
        params: { $ref: '#/$defs/words' },
        accounts: { $ref: '#/$defs/words' },
      },
    },
    params: { type: 'object', description: "Values of the rules' parameters." },
    numbering: { type: 'string', description: 'The release of a benchmark that was chosen: controls that begin with it have its numbers.' },
    stricter: {
      type: 'object',
      description: 'Parameters that chosen profiles give different values, and the profile of the one that counts.',
      additionalProperties: { type: 'string' },
    },
    rules: { type: 'array', description: 'The rules judged; a reader needs nothing else.', items: { $ref: '#/$defs/rule' } },
    verdicts: { type: 'array', description: 'Sorted by rule id, then subject.', items: { $ref: '#/$defs/verdict' } },
    summary: {
      type: 'object',
      required: ['selected', 'pass', 'fail', 'unknown', 'notApplicable', 'waived'],
      additionalProperties: false,
      properties: {
        selected: { $ref: '#/$defs/count', description: 'Rules.' },
        pass: { $ref: '#/$defs/count', description: 'Verdicts, here and below.' },
        fail: { $ref: '#/$defs/count' },
        unknown: { $ref: '#/$defs/count' },
        notApplicable: { $ref: '#/$defs/count' },
        waived: { $ref: '#/$defs/count', description: 'Verdicts that somebody has accepted for a time; also counted under their outcomes.' },
        attested: { $ref: '#/$defs/count', description: 'Unknown verdicts that somebody answered (--attest); also counted under unknown. Absent: none.' },
        bySeverity: {
          type: 'object',
          description: 'The same counts of verdicts by severity.',
          required: severities,
          additionalProperties: false,
          properties: Object.fromEntries(severities.map((severity) => [severity, { $ref: '#/$defs/counts' }])),
        },
      },
    },
    gate: {
      type: 'object',
      description: 'The gate that was applied when this was written: 0 passed, 1 failed, 3 incomplete. Of this target alone, where several were scanned.',
      required: ['status', 'failOn', 'allowIncomplete'],
      additionalProperties: false,
      properties: { status: { enum: [0, 1, 3] }, failOn: { enum: [...severities, 'never'] }, allowIncomplete: { type: 'boolean' } },
    },
  },
  $defs: definitions,
};
