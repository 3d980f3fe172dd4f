/** Random reports from a hostile host. */

import type { Evidence, Outcome, Report, RuleCard, Verdict } from '../../src/verdicts/report.ts';
import { outcomes, severities, truths } from '../../src/verdicts/report.ts';
import type { Step } from '../../src/verdicts/steps.ts';
import { fc } from '../property.ts';
import { sample } from './sample.ts';

const nasty = [
  ...['\u001b[2J', '\u009b31m', '\u0000', '\r', '\n', '\t', '\u202e', '\u200b', '\u2028', '\ud800', '\udc00x', '\ufffe', '\u{e0041}', '\u{1f4a5}'],
  ...['::error::x', '\n::set-output name=a::b', '##[error]x', '##vso[task.setvariable]y', ']]>', '<x a="1">', '&amp;', '&#0;', '](http://x)'],
  ...['../..', '/', '.', ' ', '  ', '地図', 'é', '\\', '%2e', '__proto__', '"', "'", '```', 'x'.repeat(150)],
];

/** Text as a host may have it: ordinary, or with what terminals, runners, XML or URIs trip over. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 6 })), { maxLength: 5 }).map((parts) => parts.join('')),
);

const where = fc.record(
  {
    path: fc.oneof(
      text,
      text.map((t) => `/etc/${t}`),
      text.map((t) => `command:${t}`),
      text.map((t) => `socket:/${t}`),
    ),
    line: fc.integer({ min: 1, max: 9999 }),
    column: fc.integer({ min: 1, max: 200 }),
    said: text,
  },
  { requiredKeys: ['path'] },
);

const evidence: fc.Arbitrary<Evidence> = fc.record({
  truth: fc.constantFrom(...truths),
  said: text,
  where: fc.array(where, { maxLength: 3 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ write: text, content: text, mode: fc.constant('0644'), needs: fc.constant('root' as const) }),
  fc.record({ chmod: text, mode: fc.constant('0600'), note: text }),
  fc.record({ link: text, to: text }),
  fc.record({ set: text, format: fc.constantFrom('toml', 'ini', 'yaml'), key: text, value: fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text)) }),
  fc.record({ dropIn: text, name: text, keys: fc.dictionary(text, fc.dictionary(text, text, { maxKeys: 2 }), { maxKeys: 2 }) }),
  fc.record({ unit: text, do: fc.constant('enable-now'), needs: fc.constant('user' as const), account: text }),
  fc.record({ run: fc.array(text, { minLength: 1, maxLength: 3 }) }),
  fc.record({ manual: text }),
  fc.record({ verify: fc.oneof(text, fc.array(text, { maxLength: 2 })) }),
);

const severity = fc.constantFrom(...severities);

const card = (id: string): fc.Arbitrary<RuleCard> =>
  fc.record({
    id: fc.constant(id),
    title: text,
    severity,
    why: text,
    remedy: fc.array(step, { maxLength: 2 }),
    references: fc.array(fc.record({ title: text, url: fc.oneof(text, fc.constant('https://example.org/a?b')) }, { requiredKeys: ['title'] }), {
      maxLength: 2,
    }),
    controls: fc.array(
      fc.oneof(
        text,
        text.map((t) => `NIST SP 800-53: ${t}`),
      ),
      { maxLength: 12 },
    ),
    profiles: fc.array(text, { maxLength: 2 }),
  });

const verdict: fc.Arbitrary<Verdict> = fc
  .record({
    rule: fc.constantFrom('a.one', 'a.two', 'b.three.x-y'),
    subject: fc.option(text, { nil: undefined }),
    outcome: fc.constantFrom(...outcomes),
    severity,
    message: text,
    evidence: fc.array(evidence, { maxLength: 3 }),
    remedy: fc.array(step, { maxLength: 5 }),
    next: text,
    attested: fc.option(
      fc.record(
        { answer: fc.constantFrom('yes' as const, 'no' as const), by: text, when: text, until: text, note: text, expired: fc.constant(true as const) },
        { requiredKeys: ['answer', 'by', 'when', 'until'] },
      ),
      { nil: undefined, freq: 3 },
    ),
    waived: fc.option(fc.record({ by: text, until: text, because: text }), { nil: undefined, freq: 3 }),
  })
  .map(({ subject, remedy, next, waived, attested, ...rest }) => ({
    ...rest,
    ...(subject === undefined ? {} : { subject }),
    ...(rest.outcome === 'fail' ? { remedy } : {}),
    ...(rest.outcome === 'unknown' ? { next } : {}),
    ...(rest.outcome === 'unknown' && attested ? { attested } : {}),
    ...(waived === undefined || (rest.outcome !== 'fail' && rest.outcome !== 'unknown') ? {} : { waived }),
  }));

const profileList = fc.array(fc.record({ id: text.filter((t) => t !== ''), because: text }), { maxLength: 2 });

const { undecidedProfiles: _, ...decided } = sample;

/** Reports that the schema takes and whose numbers balance. */
export const report: fc.Arbitrary<Report> = fc
  .record({
    name: text,
    user: text,
    profiles: profileList,
    undecidedProfiles: fc.option(profileList, { nil: undefined }),
    params: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())),
    rules: fc.tuple(card('a.one'), card('a.two'), card('b.three.x-y')),
    verdicts: fc.uniqueArray(verdict, { maxLength: 6, selector: (v) => JSON.stringify([v.rule, (v.subject ?? '').toWellFormed()]) }),
  })
  .map(({ name, user, profiles, undecidedProfiles, params, rules, verdicts }) => {
    const answered = verdicts.filter((v) => v.outcome === 'unknown' && v.attested && !v.attested.expired).length;
    const count = (outcome: Outcome): number => verdicts.filter((v) => v.outcome === outcome).length;
    return {
      ...decided,
      target: { ...sample.target, name, user },
      profiles,
      ...(undecidedProfiles ? { undecidedProfiles } : {}),
      params,
      rules,
      verdicts,
      summary: {
        selected: rules.length,
        pass: count('pass'),
        fail: count('fail'),
        unknown: count('unknown'),
        notApplicable: count('not-applicable'),
        waived: verdicts.filter((v) => v.waived !== undefined).length,
        ...(answered > 0 ? { attested: answered } : {}),
      },
    };
  });
