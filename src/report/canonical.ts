/** One spelling for equal values: keys in a fixed order. */
import { severities } from '../verdicts/report.ts';
import { stepKeys } from '../verdicts/steps.ts';

/** Keys in the order a reader wants them, whatever object they stand in; others follow by code unit. */
const order = [
  ...[
    'format',
    'gate',
    'status',
    'failOn',
    'allowIncomplete',
    'tool',
    'target',
    'kind',
    'name',
    'identity',
    'version',
    'code',
    'takenAt',
    'snapshot',
    'user',
    'accounts',
    'truncated',
    'offline',
    'caveats',
  ],
  ...['id', 'title', 'rule', 'subject', 'about', 'fingerprint', 'outcome', 'severity', 'message', 'why', 'truth'],
  ...['do', 'argv', 'socket', 'path', 'privilege', 'line', 'column', 'text', 'said', 'looked', 'where', 'evidence'],
  ...stepKeys,
  ...[
    'remedy',
    'next',
    'missing',
    'url',
    'references',
    'controls',
    'profiles',
    'undecidedProfiles',
    'selection',
    'formerly',
    'answer',
    'by',
    'when',
    'until',
    'because',
    'expired',
  ],
  ...[
    'params',
    'numbering',
    'stricter',
    'rules',
    'verdicts',
    'summary',
    'selected',
    'pass',
    'fail',
    'unknown',
    'notApplicable',
    'waived',
    'attested',
    'bySeverity',
    ...severities,
  ],
];
// A key that steps share with what stands before them keeps its place.
const rank = new Map([...new Set(order)].map((key, at) => [key, at]));

/** The value with its keys in canonical order, at every depth. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const keys = inOrder(Object.keys(value));
  // Object.fromEntries defines properties: a key `__proto__` stays a key.
  return Object.fromEntries(keys.map((key) => [key, canonical((value as Record<string, unknown>)[key])]));
}

/** Reports hold thousands of objects of a few forms: each form is sorted once. */
const sorted = new Map<string, readonly string[]>();

function inOrder(keys: readonly string[]): readonly string[] {
  const form = [keys.length, ...keys].join('\0');
  const known = sorted.get(form);
  if (known) return known;
  const made = keys.toSorted((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
  if (sorted.size < 1000) sorted.set(form, made);
  return made;
}

const rankOf = (key: string): number => rank.get(key) ?? order.length;
