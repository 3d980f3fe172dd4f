/** What neither the schema of SARIF nor its validators check: the limits of code hosts, and our own promises. */
import type { Location, Log, Result, Run } from 'sarif';

/** Every breach, as one sentence each; empty for a document that code hosts take. */
export function sarifLint(text: string): string[] {
  const log = JSON.parse(text) as Log;
  const problems: string[] = [];
  const check = (holds: boolean, said: string): void => {
    if (!holds) problems.push(said);
  };
  check(log.runs.length > 0 && log.runs.length <= 20, 'runs: 1 to 20');
  const categories = log.runs.map((run) => `${run.tool.driver.name} ${run.automationDetails?.id?.replace(/[^/]*$/, '')}`);
  check(new Set(categories).size === categories.length, 'two runs have one tool and category');
  for (const run of log.runs) {
    lintRun(run, check);
    for (const [at, result] of (run.results ?? []).entries()) lintResult(result, run, (holds, said) => check(holds, `result ${at}: ${said}`));
  }
  return problems;
}

type Check = (holds: boolean, said: string) => void;

function lintRun(run: Run, check: Check): void {
  const results = run.results ?? [];
  const rules = run.tool.driver.rules ?? [];
  check(results.length <= 25_000, 'more than 25,000 results');
  check(rules.length <= 25_000, 'more than 25,000 rules');
  check(new Set(results.map(({ guid }) => guid)).size === results.length, 'guids repeat');
  check(new Set(rules.map(({ id }) => id)).size === rules.length, 'rule ids repeat');
  const lines = results.map(({ partialFingerprints }) => partialFingerprints?.primaryLocationLineHash);
  check(new Set(lines).size === results.length, 'fingerprints repeat');
  check(/^pretrip\/[^/]+\/[^/]+\/$/.test(run.automationDetails?.id ?? ''), 'category is not pretrip/<target>/<profiles>/');
  const suppressed = results.filter((result) => result.suppressions !== undefined).length;
  check(suppressed === 0 || suppressed === results.length, 'suppressions on some results only');
  for (const invocation of run.invocations ?? []) {
    check(invocation.startTimeUtc === undefined || invocation.startTimeUtc.endsWith('Z'), 'a time is not UTC');
    const gaps = results.some(({ kind }) => kind === 'open');
    check(!gaps || !invocation.executionSuccessful, 'successful although something is unknown');
    check(!gaps || (invocation.toolExecutionNotifications ?? []).length > 0, 'unknown without a notification');
  }
  for (const rule of rules) {
    const { tags = [], 'security-severity': score, precision } = rule.properties ?? {};
    const problem = (holds: boolean, said: string): void => check(holds, `rule ${rule.id}: ${said}`);
    problem(tags.length <= 10 && new Set(tags).size === tags.length, 'more than 10 tags, or one twice');
    problem(typeof score === 'string' && /^(?:10|\d)\.\d$/.test(score), 'security-severity is no number in a string');
    problem(['very-high', 'high', 'medium', 'low'].includes(precision), 'precision');
    problem((rule.name ?? '').length > 0 && (rule.name ?? '').length <= 255, 'name');
    for (const part of [rule.shortDescription, rule.fullDescription]) {
      problem((part?.text ?? '') !== '' && Array.from(part?.text ?? '').length <= 1024, 'description');
    }
    problem((rule.help?.text ?? '') !== '' && (rule.help?.markdown ?? '') !== '', 'help');
  }
}

function lintResult(result: Result, run: Run, check: Check): void {
  check(result.kind === 'fail' || result.level === 'none', 'a level although it is no failure');
  check(result.kind !== 'fail' || result.level !== 'none', 'a failure without a level');
  check((result.message.text ?? '') !== '', 'no message');
  check(/[.!?。…)]$/.test(result.message.text ?? ''), `not a sentence: ${result.message.text}`);
  check(run.tool.driver.rules?.[result.ruleIndex ?? -1]?.id === result.ruleId, 'ruleIndex points elsewhere');
  check((result.locations ?? []).length === 1, 'not one location');
  const all = [...(result.locations ?? []), ...(result.relatedLocations ?? [])];
  check(all.length <= 1000, 'more than 1,000 locations');
  for (const location of all) lintLocation(location, run, check);
  const ids = (result.relatedLocations ?? []).map(({ id }) => id);
  check(new Set(ids).size === ids.length, 'ids of related locations repeat');
  check(/^[0-9a-f]{16}:1$/.test(result.partialFingerprints?.primaryLocationLineHash ?? ''), 'fingerprint');
  check(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(result.guid ?? ''), 'guid is no UUIDv5');
}

function lintLocation(location: Location, run: Run, check: Check): void {
  const { artifactLocation, region } = location.physicalLocation ?? {};
  const uri = artifactLocation?.uri ?? '';
  check(/^pretrip\/(?:[\w.~@-]|%[0-9A-F]{2})+(?:\/(?:[\w.~@-]|%[0-9A-F]{2})+)+$/.test(uri), `uri: ${uri}`);
  check(!uri.split('/').some((segment) => /^(?:\.|%2E)+$/i.test(segment)), `dots in ${uri}`);
  check(URL.canParse(uri, 'https://example.org/') && new URL(uri, 'https://example.org/').pathname === `/${uri}`, `unstable uri: ${uri}`);
  check((region?.startLine ?? 0) >= 1, 'no line');
  check(run.artifacts?.[artifactLocation?.index ?? -1]?.location?.uri === uri, 'artifact index points elsewhere');
}
