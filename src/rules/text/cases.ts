/** Reads the cases beside a rule: hosts written down, and what the rule must give on each. */
import { isMap, isScalar } from 'yaml';
import type { HostSpec } from '../../collect/composed/composed.ts';
import type { Json } from '../../facts/fact.ts';
import { type Outcome, outcomes, type Severity, severities } from '../../verdicts/report.ts';
import type { Problem } from '../rule.ts';
import { hostIn, hostKeys } from './read-host.ts';
import { Source, type YamlNode } from './source.ts';

export interface Case {
  readonly it: string;
  /** Changes to the base host. */
  readonly host: HostSpec;
  readonly params: Readonly<Record<string, Json>>;
  /** Outcome by subject key; `''` is the host itself. */
  readonly gives: Readonly<Record<string, Outcome>>;
  readonly severity?: Severity;
  /** `path` or `path:line` that the evidence must name. */
  readonly citing: readonly string[];
  /** Text that the message or the evidence must hold. */
  readonly saying: readonly string[];
  /** Text that no message may hold: what else would be wrong, and is not. */
  readonly unsaid: readonly string[];
  readonly line: number;
}

export interface Cases {
  /** Name of the base host in fixtures/hosts. */
  readonly on: string;
  /** Outcomes that the rule has on no host. */
  readonly never: readonly Outcome[];
  readonly cases: readonly Case[];
}

const caseKeys = ['it', 'params', 'gives', 'severity', 'citing', 'saying', 'unsaid', ...hostKeys] as const;

export function loadCases(file: string, text: string): { cases?: Cases; problems: readonly Problem[] } {
  const source = new Source(file, text);
  if (source.problems.length > 0) return { problems: source.problems };
  const top = source.fields(source.root, 'a test file', ['on', 'never', 'cases']);
  const on = top.has('on') ? source.text(top.get('on'), 'on') : 'empty';
  const never = top.has('never') ? source.items(top.get('never') ?? null, 'never').flatMap((node) => source.word(node, 'never', outcomes) ?? []) : [];
  if (!top.has('cases')) source.problem(source.root, 'a test file needs "cases"');
  const cases = source.items(top.get('cases') ?? null, 'cases').flatMap((node) => readCase(source, node) ?? []);
  if (source.problems.length > 0) return { problems: source.problems };
  return { cases: { on: on ?? 'empty', never, cases }, problems: [] };
}

function readCase(source: Source, node: YamlNode): Case | undefined {
  const fields = source.fields(node, 'a case', caseKeys);
  const it = fields.has('it') ? source.text(fields.get('it'), 'it') : undefined;
  if (it === undefined) source.problem(node, 'a case needs "it": what it shows');
  if (!fields.has('gives')) source.problem(node, 'a case needs "gives": pass, fail, unknown or not-applicable');
  const gives = fields.has('gives') ? readGives(source, fields.get('gives')) : {};
  const severity = fields.has('severity') ? source.word(fields.get('severity'), 'severity', severities) : undefined;
  const host = hostIn(source, fields);
  const texts = (key: 'citing' | 'saying' | 'unsaid'): string[] => {
    const value = fields.get(key);
    if (value === undefined) return [];
    return isScalar(value) ? [String(value.value)] : source.texts(value, key);
  };
  return {
    it: it ?? '',
    host,
    params: (fields.has('params') ? source.json(fields.get('params')) : {}) as Record<string, Json>,
    gives,
    ...(severity ? { severity } : {}),
    citing: texts('citing'),
    saying: texts('saying'),
    unsaid: texts('unsaid'),
    line: source.at(node).line ?? 1,
  };
}

function readGives(source: Source, node: YamlNode): Record<string, Outcome> {
  if (!isMap(node)) {
    const outcome = source.word(node, 'gives', outcomes);
    return outcome ? { '*': outcome } : {};
  }
  return Object.fromEntries(
    source.entries(node, 'gives').flatMap(({ key, value }) => {
      const outcome = source.word(value, `gives for "${key}"`, outcomes);
      return outcome ? [[key, outcome] as const] : [];
    }),
  );
}
