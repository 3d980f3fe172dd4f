/** Kind `crio-seccomp`: the seccomp profiles that CRI-O puts containers under. */
import { type Asking, read, together } from '../../facts/ask.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { crioSettings } from '../../facts/crio/crio-settings.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { parseJson } from '../../facts/text/json.ts';
import { entry, plain, type TextNode } from '../../facts/text/node.ts';

const states = ['filters', 'open', 'missing', 'broken'] as const;

export const crioSeccomp = defineKind({
  name: 'crio-seccomp',
  noun: 'the seccomp profiles of CRI-O',
  absent: 'CRI-O is not installed',
  describe:
    'The profiles that crio.conf names in the place of the built-in one: for all containers, for those of a runtime, and for privileged ones, which have none by themselves.',
  fields: {},
  shape: record({
    named: list(
      record({
        key: string('the key: seccomp_profile, privileged_seccomp_profile, or seccomp_profile of a runtime'),
        path: string('the file as it is named; any other word is taken for one, "unconfined" too'),
        state: string('filters: it refuses some calls; open: it allows all; missing: there is no such file; broken: it is no profile', states),
      }),
      'the profiles that are named',
    ),
  }),
  touches: () => [crioSettings, { do: 'read', named: 'the seccomp profiles that crio.conf names', later: true }],
  *learn(): Asking<Fact> {
    const crio = yield* crioSettings();
    if (crio.is === 'unknown') return crio;
    if (crio.is === 'absent') return missing(...crio.consulted);
    const named = profilesOf(crio.fact);
    const fact = new FactBuilder().consulted(...crio.fact.consulted);
    if ('is' in named) return fact.gap('named', named).build();
    const texts = yield* together(named.map(({ path }) => read(path.startsWith('/') ? path : `/${path}`)));
    for (const [at, text] of texts.entries()) if (text.is === 'blocked') return fact.gap('named', unknown(text, named[at]?.path ?? '')).build();
    const values = named.map(({ key, path }, at) => {
      const text = texts[at];
      return { key, path, state: text?.is === 'got' ? stateOf(text.value) : 'missing' };
    });
    fact.set('named', values, ...(named.length > 0 ? named.flatMap((n) => n.where) : crio.fact.consulted));
    for (const [at, { path, where }] of named.entries()) fact.at(['named', String(at)], ...where, { path });
    return fact.build();
  },
});

interface Named {
  readonly key: string;
  readonly path: string;
  readonly where: readonly Where[];
}

function profilesOf(conf: Known): readonly Named[] | Unknown {
  const named: Named[] = [];
  for (const key of ['seccomp_profile', 'privileged_seccomp_profile']) {
    const { value, where, gap } = lookup(conf, 'crio', 'runtime', key);
    // A release that is not known leaves the built-in value of the newer key open: nothing names a profile there.
    if (gap && where.length > 0) return gap;
    if (typeof value === 'string' && value !== '') named.push({ key, path: value, where });
  }
  const { value, gap } = lookup(conf, 'crio', 'runtime', 'runtimes');
  if (gap) return named;
  for (const [name, handler] of Object.entries((value ?? {}) as Record<string, Record<string, Json>>)) {
    const path = handler.seccomp_profile;
    if (typeof path === 'string' && path !== '')
      named.push({ key: `seccomp_profile of the runtime ${name}`, path, where: lookup(conf, 'crio', 'runtime', 'runtimes', name).where });
  }
  return named;
}

function stateOf(text: string): (typeof states)[number] {
  const parsed = parseJson(text);
  if (parsed.is === 'broken' || parsed.root.is !== 'map') return 'broken';
  const refuses = (node: TextNode | undefined, key: string): boolean => {
    const action = node && entry(node, key);
    return action !== undefined && !/^SCMP_ACT_(?:ALLOW|LOG)$/.test(String(plain(action.value)));
  };
  const calls = entry(parsed.root, 'syscalls')?.value;
  const rules = calls?.is === 'list' ? calls.items : [];
  return refuses(parsed.root, 'defaultAction') || rules.some((rule) => refuses(rule, 'action')) ? 'filters' : 'open';
}
