/**
 * Every sentence that the shipped rules say on their cases, and what is wrong with it as English. Also a command:
 * `npm run sentences -- RULE…` prints those of rules whose id starts so, for who writes them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostNamed } from '../cli/hosts.ts';
import { shippedRules } from '../cli/paths.ts';
import { overlay } from '../collect/composed/composed.ts';
import { pathKey } from '../facts/fact.ts';
import type { Shape } from '../facts/shape.ts';
import { kinds } from '../kinds/kinds.ts';
import { loadCases } from '../rules/text/cases.ts';
import { judgeOn } from '../try.ts';
import type { Outcome } from '../verdicts/report.ts';
import { shippedPack } from './pages.ts';

/** One sentence of a rule, and a case that says it. */
export interface Said {
  readonly rule: string;
  readonly outcome: Outcome;
  readonly message: string;
  readonly subject?: string;
  /** The case: its place and its name. */
  readonly at: string;
  /** All that the case's host holds, as text. */
  readonly host: string;
}

/** The sentences of failures, of what is unknown and of what does not apply; each once a rule. `wants`: which rules. */
export function sentencesOf(wants: (id: string) => boolean = () => true): Said[] {
  return shippedPack()
    .rules.filter(({ id }) => wants(id))
    .flatMap((rule) => {
      const file = join(shippedRules, `${rule.id.replaceAll('.', '/')}.test.yaml`);
      const read = existsSync(file) ? loadCases(file, readFileSync(file, 'utf8')).cases : undefined;
      const base = hostNamed(read?.on ?? 'empty') ?? {};
      const said = new Map<string, Said>();
      for (const trial of read?.cases ?? []) {
        const host = overlay(base, trial.host);
        for (const { outcome, message, subject } of judgeOn(rule, host, trial.params).verdicts) {
          const key = `${outcome} ${message}`;
          if (outcome === 'pass' || said.has(key)) continue;
          const at = `${rule.id}.test.yaml:${trial.line} ${trial.it}`;
          said.set(key, { rule: rule.id, outcome, message, at, host: JSON.stringify(host), ...(subject === undefined ? {} : { subject }) });
        }
      }
      return [...said.values()];
    });
}

/** Sentences are at most so long, as a rule; none is longer than {@link mostLetters}. */
export const usualLetters = 160;
export const mostLetters = 240;

/** Names of our own: fields with a capital in them, and dotted paths of fields; those of `config` are the program's own. */
const ownNames: ReadonlySet<string> = new Set(
  kinds.flatMap((kind) =>
    [kind.shape, ...(kind.find ? [kind.find.shape] : [])]
      .flatMap((shape) => namesIn(shape, []))
      .filter((name) => kind.name !== 'config' || !name.includes('.')),
  ),
);

function namesIn(shape: Shape, path: readonly string[]): string[] {
  const here = path.length > 1 ? [pathKey(path)] : path.filter((name) => /[a-z][A-Z]/.test(name));
  if (shape.type === 'record')
    return [
      ...here,
      ...Object.entries(shape.fields).flatMap(([name, field]) => [...(/[a-z][A-Z]/.test(name) ? [name] : []), ...namesIn(field, [...path, name])]),
    ];
  return here;
}

const machine: readonly (readonly [RegExp, string])[] = [
  [/[{}]/, 'braces'],
  [/\bwanted\b/, '"wanted"'],
  [/ is (?:true|false)\b/, 'a bare yes or no'],
  [/\bno [a-z0-9-]+ of the kind that the rule is about/, 'the kind has no words for "none" (find.none), and the rule no ifNone: { not-applicable: … }'],
  [/\b(?:mend|mends|mended)\b/, '"mend" (say fix)'],
  [/(?<![/\w])(?:undefined|null|NaN|\[object)\b/, 'a value of a program'],
  [/ (?:\.(?![\w/])|;|,)/, 'a blank before a stop'],
];

const programs = /^(?:ssh|sudo|podman|systemd|netavark|crun|runc|pasta|zypper|firewalld|docker|loginctl|conmon|buildah|skopeo|crio|mount|modprobe|flannel)\b/;

/** What is wrong with a sentence for a person, in words; empty when nothing is. What stands on the host is its own. */
export function faultsOf({ message, host, outcome }: Said): string[] {
  const words = message.split(/[\s,;:()"'’]+/).map((w) => w.replace(/[.?!]+$/, ''));
  const own = words.filter((word) => ownNames.has(word) && !host.includes(word));
  return [
    ...machine.flatMap(([pattern, what]) => (pattern.test(message) && !pattern.test(hostsPart(message, host)) ? [what] : [])),
    ...own.map((word) => `"${word}" is a name of our own`),
    ...(message.length > mostLetters ? [`${message.length} letters`] : []),
    ...(/^[a-z]+[ ,:]/.test(message) && !programs.test(message) && !host.includes(message.split(/[ ,:]/)[0] ?? '') ? ['it opens without a capital'] : []),
    ...(outcome === 'fail' && / should /.test(message) ? ['"should": say what is so'] : []),
  ];
}

/** A word of the sentence that only the host can have brought with it. */
const hostsPart = (message: string, host: string): string =>
  (message.match(/\S*[{}]\S*/g) ?? []).filter((word) => host.includes(word.replace(/[.,;:]$/, ''))).join(' ');

const headings: Readonly<Record<Exclude<Outcome, 'pass'>, string>> = { fail: 'Fails', unknown: 'Not decided', 'not-applicable': 'Does not apply' };

/** The page to be read from top to bottom: the sentences of each rule. */
export function sentencesPage(): string {
  const all = sentencesOf();
  const lines = shippedPack()
    .rules.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((rule) => [
      `## ${rule.id}`,
      '',
      ...(['fail', 'unknown', 'not-applicable'] as const).flatMap((outcome) => {
        const mine = all.filter((s) => s.rule === rule.id && s.outcome === outcome).map((s) => `- ${s.message.replaceAll('<', '&lt;')}`);
        return mine.length === 0 ? [] : [`${headings[outcome]}:`, '', ...mine.sort(), ''];
      }),
    ]);
  return `<!-- Generated from the cases beside the rules by npm run generate. -->\n\n# Every sentence\n\nWhat the shipped rules say on the hosts of their cases, when they do not pass.\n\n${lines.join('\n')}`;
}

if (process.argv[1]?.endsWith('sentences.ts')) {
  const wanted = process.argv.slice(2);
  const all = sentencesOf((id) => wanted.length === 0 || wanted.some((w) => id === w || id.startsWith(`${w}.`)));
  for (const said of all) {
    const faults = faultsOf(said);
    process.stdout.write(`${said.rule} ${said.outcome}: ${said.message}${faults.map((f) => `\n    !! ${f}`).join('')}\n`);
  }
  const fails = all.filter((s) => s.outcome === 'fail');
  const long = fails.filter((s) => s.message.length > usualLetters).length;
  process.stdout.write(
    `${all.length} sentences, ${all.filter((s) => faultsOf(s).length > 0).length} with faults; ${long} of ${fails.length} failures longer than ${usualLetters}\n`,
  );
}
