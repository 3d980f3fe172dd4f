/**
 * What other auditors of the CIS benchmark write, read as one: kube-bench's JSON (aquasecurity/kube-bench:check/controls.go,
 * check/check.go), the report of Rancher's security scan in full and in its short keys
 * (rancher/security-scan:pkg/kb-summarizer/report/report.go, summarizer/summarizer.go), and the resource that holds it.
 * Everything in it was written by somebody else. Pure.
 */

export const otherStates = ['pass', 'fail', 'warn', 'info', 'skip', 'mixed', 'not-applicable'] as const;
export type OtherState = (typeof otherStates)[number];

/** One control as another auditor saw it. */
export interface OtherControl {
  readonly number: string;
  readonly state: OtherState;
  readonly expected?: string;
  readonly actual?: string;
  readonly reason?: string;
}

export interface OtherScan {
  readonly tool: string;
  /** As the file calls it: `k3s-cis-1.9`. */
  readonly version: string;
  /** The release of the benchmark in it: `1.9`. Absent: it names none of K3s. */
  readonly benchmark?: string;
  readonly controls: readonly OtherControl[];
}

type Loose = { readonly [key: string]: unknown };

const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.filter(isLoose) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Text from base64 of gzip; undefined where it is not that. */
export type Unpack = (packed: string) => string | undefined;

/** The scan in a parsed JSON file; undefined where it is none. `unpack` is asked for values that a report holds packed. */
export function otherScanIn(value: unknown, unpack: Unpack): OtherScan | undefined {
  const inner = resource(value);
  if (inner !== undefined) return otherScanIn(inner, unpack);
  if (Array.isArray(value)) return kubeBench(value);
  if (!isLoose(value)) return undefined;
  if (Array.isArray(value.Controls)) return kubeBench(value.Controls);
  if (Array.isArray(value.tests)) return kubeBench([value]);
  if (Array.isArray(value.results) && typeof value.version === 'string') return rancher(value, value.results, fullKeys, unpack);
  return Array.isArray(value.o) && typeof value.v === 'string' ? rancher(value, value.o, shortKeys, unpack) : undefined;
}

/** What a ClusterScanReport holds as text; of a list the last one that is there. */
function resource(value: unknown): unknown {
  if (!isLoose(value)) return undefined;
  if (value.kind === 'List' || value.kind === 'ClusterScanReportList') return resource(listOf(value.items).at(-1));
  const { reportJSON } = isLoose(value.spec) ? value.spec : {};
  if (value.kind !== 'ClusterScanReport' || typeof reportJSON !== 'string') return undefined;
  try {
    return JSON.parse(reportJSON);
  } catch {
    return undefined;
  }
}

function kubeBench(groups: readonly unknown[]): OtherScan | undefined {
  const controls = groups.filter(isLoose).filter((c) => Array.isArray(c.tests));
  if (controls.length === 0) return undefined;
  const checks = controls.flatMap((c) => listOf(c.tests)).flatMap((group) => listOf(group.results));
  return scanOf(
    'kube-bench',
    textOf(controls[0]?.version),
    checks.map((c) => control(c.test_number, c.status, { expected: c.expected_result, actual: c.actual_value, reason: c.reason })),
  );
}

const fullKeys = { checks: 'checks', state: 'state', expected: 'expected_result', actual: 'actual_value_per_node', version: 'version' } as const;
const shortKeys = { checks: 'o', state: 's', expected: 'er', actual: 'avmap', version: 'v' } as const;

function rancher(value: Loose, groups: readonly unknown[], keys: typeof fullKeys | typeof shortKeys, unpack: Unpack): OtherScan {
  const checks = listOf(groups).flatMap((group) => listOf(group[keys.checks]));
  const packed = packedValues(unpack(textOf(value.actual_value_map_data)));
  return scanOf(
    "Rancher's security scan",
    textOf(value[keys.version]),
    checks.map((c) => control(c.id, c[keys.state], { expected: c[keys.expected], actual: perNode(c[keys.actual]) || packed.get(textOf(c.id)) })),
  );
}

const perNode = (map: unknown): string =>
  isLoose(map)
    ? Object.entries(map)
        .flatMap(([node, v]) => (textOf(v) === '' ? [] : [`${node}: ${textOf(v)}`]))
        .join('; ')
    : '';

/** The values by control, which newer reports hold apart (summarizer.go: handleAvMapData). What is no such list has none. */
function packedValues(text: string | undefined): ReadonlyMap<string, string> {
  try {
    const groups: unknown = JSON.parse(text ?? '[]');
    return new Map(
      listOf(groups)
        .flatMap((group) => listOf(group.actual_value_checks))
        .map((c) => [textOf(c.id), perNode(c.actual_value_node_map)]),
    );
  } catch {
    return new Map();
  }
}

function scanOf(tool: string, version: string, controls: readonly (OtherControl | undefined)[]): OtherScan {
  const benchmark = /k3s-cis-(\d+\.\d+)/.exec(version)?.[1] ?? /^cis-(\d+\.\d+)-k3s/.exec(version)?.[1];
  return { tool, version, ...(benchmark === undefined ? {} : { benchmark }), controls: controls.filter((c) => c !== undefined) };
}

const states: Readonly<Record<string, OtherState>> = {
  ...{ pass: 'pass', fail: 'fail', warn: 'warn', info: 'info', skip: 'skip', mixed: 'mixed', notapplicable: 'not-applicable', na: 'not-applicable' },
  ...{ p: 'pass', f: 'fail', w: 'warn', s: 'skip', m: 'mixed', n: 'not-applicable' },
};

/** What is no control, or has no state that anybody knows, is left out. */
function control(
  number: unknown,
  state: unknown,
  more: Readonly<Record<'expected' | 'actual', unknown>> & { readonly reason?: unknown },
): OtherControl | undefined {
  const known = states[textOf(state).toLowerCase()];
  if (known === undefined || !/^\d+(?:\.\d+)+$/.test(textOf(number))) return undefined;
  const told = Object.entries(more).flatMap(([key, text]) => (textOf(text) === '' ? [] : [[key, textOf(text)]]));
  return { number: textOf(number), state: known, ...Object.fromEntries(told) };
}
