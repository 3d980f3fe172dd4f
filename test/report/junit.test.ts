import { describe, expect, test } from 'vitest';
import type { Choices } from '../../src/report/format.ts';
import * as formats from '../../src/report/formats.ts';
import type { Style } from '../../src/report/style.ts';
import { visible } from '../../src/report/text.ts';
import { xmlText, xmlValue } from '../../src/report/xml.ts';
import type { Report } from '../../src/verdicts/report.ts';
import { severities } from '../../src/verdicts/report.ts';
import { gate } from '../../src/verdicts/summarize.ts';
import { oracle } from '../oracles.ts';
import { fc } from '../property.ts';
import { rendering } from './every-format.ts';
import { report, text } from './random.ts';
import { sample, style } from './sample.ts';
import { type Element, readXml } from './xml-reader.ts';
import { canonicalXml, xmllint } from './xmllint.ts';

const junit = rendering(formats.junit);

const rich = { dialect: 'rich' };
const casesOf = (xml: string): Element[] => readXml(xml).children.flatMap((suite) => suite.children.filter(({ name }) => name === 'testcase'));
const fate = (element: Element): string => element.children.find(({ name }) => name !== 'properties')?.name ?? 'pass';
const fates = (choices: Choices = {}, as: Style = style): string[] => casesOf(junit(sample, as, choices)).map(fate);

describe.each(['junit-windyroad.xsd', 'junit-10.xsd'])('%s', (schema) => {
  test('takes the common dialect of the sample and of random hostile reports', oracle('xmllint'), () => {
    expect(xmllint(junit(sample, style), schema)).toBe('');
    fc.assert(
      fc.property(report, (any) => {
        expect(xmllint(junit(any, style), schema)).toBe('');
      }),
      { numRuns: 25 },
    );
  });

  test('refuses the rich dialect: it is not checked by chance', oracle('xmllint'), () => {
    expect(xmllint(junit(sample, style, rich), schema)).toMatch(/is not allowed|not expected/);
  });
});

describe('well-formed', () => {
  test('in both dialects; our reader and xmllint see the same', oracle('xmllint'), () => {
    fc.assert(
      fc.property(report, (any) => {
        for (const choices of [{}, rich]) {
          const xml = junit(any, style, choices);
          expect(readXml(canonicalXml(xml).replaceAll('&#xD;', '&#13;').replaceAll('&#xA;', '&#10;').replaceAll('&#x9;', '&#9;'))).toEqual(readXml(xml));
        }
      }),
      { numRuns: 20 },
    );
  });

  test('a value comes back as what is visible of it', () => {
    fc.assert(
      fc.property(text, (value) => {
        const back = readXml(`<a b=${xmlValue(value)}>${xmlText(value)}</a>`);
        expect(back.attributes.b).toBe(visible(value));
        expect(back.text).toBe(
          value
            .split(/([\n\t])/)
            .map((part, at) => (at % 2 === 1 ? part : visible(part)))
            .join(''),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('markup, forbidden characters and CDATA ends', () => {
    expect(xmlText('a<b>&"]]>\u0000\u001b\ufffe\ud800')).toBe('a&lt;b&gt;&amp;&quot;]]&gt;\\u0000\\u001b\\ufffe\\ud800');
    expect(xmlValue('a\n"b"')).toBe('"a\\n&quot;b&quot;"');
    expect(xmlText('::error::x')).toBe('&#58;:error&#58;:x');
  });
});

describe('mapping', () => {
  test('a waived unknown is skipped too, and says so', () => {
    const verdicts = sample.verdicts.map((v) => ({ ...v, waived: { by: 'me', until: '2027-01-01', because: 'why' } }));
    const cases = casesOf(junit({ ...sample, verdicts }, style));
    expect(cases.map(fate)).not.toContain('error');
    expect(cases[1]?.children[0]?.attributes.message).toBe('waived until 2027-01-01 by me: why (unknown: permission denied: /home/carol/.kube/config)');
    expect(fate(cases[6] as Element)).toBe('pass');
  });

  test('a waived failure is skipped, an unknown is an error and never a pass', () => {
    expect(fates()).toEqual([
      ...['failure', 'error', 'skipped', 'skipped', 'failure', 'skipped'],
      ...['pass', 'failure', 'failure', 'skipped', 'skipped', 'skipped'],
    ]);
    const said = casesOf(junit(sample, style)).flatMap((c) => c.children.map(({ attributes }) => attributes.message));
    expect(said).toContain('Does not apply: no network has DNS enabled.');
    expect(said.join('\n')).toMatch(/waived until 2027-03-31 by platform@example.org: the account is removed in March, ticket OPS-7 \(fail: /);
  });

  test('failures below the threshold may be skipped or pass', () => {
    const counts = (below: string, as = style): number[] => {
      const all = fates({ 'below-threshold': below }, as);
      return ['failure', 'skipped', 'pass'].map((what) => all.filter((f) => f === what).length);
    };
    expect(counts('failure')).toEqual([7, 2, 1]);
    expect(counts('skipped')).toEqual([4, 6, 1]);
    expect(counts('pass')).toEqual([4, 3, 4]);
    expect(counts('skipped', { ...style, failOn: 'never' })[0]).toBe(0);
  });

  test('each failure holds its place alone at a line start, the steps, a link', () => {
    const body = casesOf(junit(sample, style))[0]?.children[0]?.text ?? '';
    expect(body).toMatch(/^\/etc\/systemd\/system\/user@\.service\.d\/zz\.conf:3:1 {2}sets memory pids$/m);
    expect(body).toMatch(/^fix: as root: write/m);
    expect(body).toMatch(/^see: https:\/\/rootlesscontaine\.rs/m);
  });

  test('unknowns count as the gate counts them, and never pass', () => {
    const unknowns = (choices: Choices, as = style): string[] => fates(choices, as).filter((_, at) => sample.verdicts[at]?.outcome === 'unknown');
    expect(unknowns({})).toEqual(['error', 'skipped']);
    expect(unknowns({ unknown: 'skipped' })).toEqual(['skipped', 'skipped']);
    expect(unknowns({}, { ...style, allowIncomplete: true })).toEqual(['skipped', 'skipped']);
    expect(unknowns({ 'below-threshold': 'failure' })).toEqual(['error', 'error']);
    expect(unknowns({ 'below-threshold': 'pass' })).toEqual(['error', 'skipped']);
  });

  test('the document is red where the gate is, and only there', () => {
    fc.assert(
      fc.property(
        report,
        fc.constantFrom(...severities, 'never' as const),
        fc.boolean(),
        fc.constantFrom('error', 'skipped'),
        (any, failOn, allowIncomplete, unknown) => {
          const seen = casesOf(junit(any, { ...style, failOn, allowIncomplete }, { unknown })).map(fate);
          const { status } = gate([any], failOn, allowIncomplete || unknown === 'skipped');
          expect(seen.includes('failure') || seen.includes('error')).toBe(status !== 0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a case is known by target, rule and subject; titles and texts stand in its body', () => {
    const names = (any: Report): string[] => casesOf(junit(any, style)).map(({ attributes }) => `${attributes.classname} ${attributes.name}`);
    const reworded = { ...sample, rules: sample.rules.map((card) => ({ ...card, title: 'other', why: 'other' })) };
    expect(names(reworded)).toEqual(names(sample));
    expect(names(sample).slice(0, 2)).toEqual(['edge-01.cgroup.delegate.configured edge-01', 'edge-01.k3s.rootless.kubeconfig user:carol']);
    const [, , , , , skipped] = casesOf(junit(sample, style));
    expect(skipped?.children[0]?.text).toMatch(/^needed: Containers resolve names of the cluster$/m);
  });

  test('rich test cases name a file that no repository has, and a line, always', () => {
    const cases = casesOf(junit(sample, style, rich));
    expect(cases[0]?.attributes).toMatchObject({ file: 'pretrip/edge-01/etc/systemd/system/user%40.service.d/zz.conf', line: '3' });
    for (const { attributes } of cases)
      expect(attributes).toMatchObject({ file: expect.stringMatching(/^pretrip\/edge-01\//) as string, line: expect.any(String) as string });
  });

  test('a target that was not judged is one error', oracle('xmllint'), () => {
    const xml = formats.junit.instead?.({ name: 'edge-01', said: 'edge-01: no route to host; nothing was judged' }) ?? '';
    expect(casesOf(xml).map(fate)).toEqual(['error']);
    for (const schema of ['junit-windyroad.xsd', 'junit-10.xsd']) expect(xmllint(xml, schema)).toBe('');
  });

  test('names are unique and suites count their cases', () => {
    fc.assert(
      fc.property(report, fc.constantFrom({}, rich), (any, choices) => {
        const root = readXml(junit(any, style, choices));
        const names = casesOf(junit(any, style, choices)).map(({ attributes }) => `${attributes.classname}\n${attributes.name}`);
        expect(new Set(names).size).toBe(names.length);
        for (const suite of root.children) {
          const seen = suite.children.filter(({ name }) => name === 'testcase').map(fate);
          const count = (what: string): string => String(seen.filter((f) => f === what).length);
          expect(suite.attributes).toMatchObject({
            tests: String(seen.length),
            failures: count('failure'),
            errors: count('error'),
            skipped: count('skipped'),
          });
        }
      }),
      { numRuns: 40 },
    );
  });
});
