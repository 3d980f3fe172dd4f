/** Kind `audit`: whether auditd starts, and what its rules record. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record } from '../../facts/shape.ts';
import { startsAtBoot } from '../../facts/systemd/started.ts';

const folder = '/etc/audit/rules.d';
const compiled = '/etc/audit/audit.rules';
const service = 'auditd.service';

/** What a rule has to name to record it. */
const about = {
  identity: /(?:^-w\s+|-F\s+(?:path|dir)=)\/etc\/(?:passwd|shadow|group|gshadow|sudoers|security)/,
  programs: /-S\s+\S*\bexecve\b|-F\s+perm=x\b.*-F\s+(?:path|dir)=|-k\s+exec\w*/,
  modules: /-S\s+\S*\b(?:init_module|finit_module|delete_module)\b|(?:^-w\s+|-F\s+path=)\/(?:usr\/)?s?bin\/(?:insmod|modprobe|rmmod|kmod)\b/,
  mounts: /-S\s+\S*\bu?mount2?\b/,
} as const;

export const audit = defineKind({
  name: 'audit',
  noun: 'the audit',
  describe: 'The audit of the kernel: whether auditd starts, and what the rules in /etc/audit/rules.d (augenrules(8)) record.',
  fields: {},
  shape: record({
    started: boolean('auditd starts at boot'),
    silenced: boolean('-a task,never stands before the rules, so that no rule about system calls ever fires'),
    identity: boolean('changes of accounts and groups are recorded'),
    programs: boolean('starts of programs are recorded'),
    modules: boolean('loading of kernel modules is recorded'),
    mounts: boolean('mounts are recorded'),
  }),
  touches: () => [startsAtBoot.of(service), { do: 'list', path: folder }, { do: 'read', path: `${folder}/*.rules` }, { do: 'read', path: compiled }],
  *learn(): Asking<Fact> {
    const [started, rules] = yield* together([startsAtBoot(service), ruleLines()]);
    const fact = new FactBuilder().consulted({ path: folder });
    if ('is' in started) fact.gap('started', started);
    else fact.set('started', started.length > 0, ...(started.length > 0 ? started.map((s) => s.at) : [{ path: '/etc/systemd/system' }]));
    if ('is' in rules) return ['silenced', ...Object.keys(about)].reduce((f, field) => f.gap(field, rules), fact).build();
    const never = rules.findIndex((r) => /^-[aA]\s+(?:task,never|never,task)\b/.test(r.text));
    fact.set('silenced', never >= 0, ...(never >= 0 ? [rules[never]?.at ?? { path: folder }] : [{ path: folder }]));
    for (const [field, pattern] of Object.entries(about)) {
      const found = rules.find((r) => pattern.test(r.text));
      // Watches of files are rules about system calls as well.
      fact.set(field, found !== undefined && never < 0, found?.at ?? { path: folder });
    }
    return fact.build();
  },
});

interface Line {
  readonly text: string;
  readonly at: Where;
}

/** The rules in their natural order, those before the last `-D` left out; audit.rules where rules.d is empty. */
function* ruleLines(): Asking<readonly Line[] | Unknown> {
  const [names, whole] = yield* together([list(folder), read(compiled)]);
  if (names.is === 'blocked') return unknown(names, folder);
  const order = new Intl.Collator('en', { numeric: true });
  const files = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.rules')).sort(order.compare);
  const paths = files.map((n) => `${folder}/${n}`);
  const texts: readonly Answer<string>[] = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') return unknown(text, paths[at] ?? folder);
  if (paths.length === 0 && whole.is === 'blocked') return unknown(whole, compiled);
  const all = paths.length > 0 ? texts.map((t, at): [string, Answer<string>] => [paths[at] ?? '', t]) : [[compiled, whole] as [string, Answer<string>]];
  const lines = all.flatMap(([path, text]) =>
    (text.is === 'got' ? text.value.split('\n') : []).map((raw, index) => ({ text: raw.trim(), at: { path, line: index + 1 } })),
  );
  return lines.slice(lines.findLastIndex((l) => l.text === '-D') + 1).filter((l) => l.text.startsWith('-'));
}
