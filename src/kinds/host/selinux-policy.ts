/** Kind `selinux-policy`: the modules of SELinux's active policy, and its switches. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, unparsable } from '../../facts/fact.ts';
import { selinuxConfigPath, selinuxType } from '../../facts/host/selinux-config.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

/** Where libsemanage keeps what is built: semanage.conf(5) store-root, and where it was before. */
const stores = (type: string): readonly string[] => ['/var/lib/selinux', '/etc/selinux'].map((root) => `${root}/${type}/active/modules`);
const priorities = ['100', '200', '300', '400'] as const;
const booleans = ['container_manage_cgroup', 'container_use_devices'] as const;
const booleanPath = (name: string): string => `/sys/fs/selinux/booleans/${name}`;

export const selinuxPolicy = defineKind({
  name: 'selinux-policy',
  noun: 'the policy of SELinux',
  absent: 'no policy of SELinux is installed',
  describe:
    'The modules in the active store of SELinux (semodule -l), and the booleans about containers. Absent where there is no store. Packages prove nothing: a module that was refused is in none.',
  fields: {},
  shape: record({
    type: string('SELINUXTYPE: targeted'),
    modules: listOf(string('a module'), 'modules of the active store that are not disabled'),
    on: listOf(string('a boolean'), 'of container_manage_cgroup and container_use_devices those that are on; both are off as they are shipped'),
  }),
  touches: () => [
    { do: 'read', path: selinuxConfigPath },
    ...stores('*').flatMap((store) =>
      [...priorities, 'disabled'].map((p) => ({ do: 'list', path: `${store}/${p}`, first: [`${store.replace('*', 'targeted')}/${p}`] }) as const),
    ),
    ...booleans.map((name) => ({ do: 'read', path: booleanPath(name) }) as const),
  ],
  *learn(): Asking<Fact> {
    const config = yield* read(selinuxConfigPath);
    if (config.is === 'blocked') return unknown(config, selinuxConfigPath);
    const type = config.is === 'got' ? selinuxType(config.value) : 'targeted';
    // It becomes part of a path.
    if (!/^[\w-]+$/.test(type)) return unparsable(`${selinuxConfigPath} names no policy`, { path: selinuxConfigPath });
    const folders = stores(type).flatMap((store) => [...priorities, 'disabled'].map((p) => `${store}/${p}`));
    const [lists, switches] = yield* together([together(folders.map((f) => list(f))), together(booleans.map((name) => read(booleanPath(name))))]);
    const shut = lists.findIndex((l) => l.is === 'blocked');
    const refusal = lists[shut];
    if (refusal?.is === 'blocked') return unknown(refusal, folders[shut] ?? '');
    const seen = folders.filter((_, at) => lists[at]?.is === 'got');
    if (seen.length === 0) return missing({ path: stores(type)[0] ?? '' });
    const names = (off: boolean): string[] =>
      folders.flatMap((folder, at) => {
        const found = lists[at];
        return found?.is === 'got' && folder.endsWith('/disabled') === off ? [...found.value] : [];
      });
    const disabled = new Set(names(true));
    const modules = [...new Set(names(false))].filter((m) => !disabled.has(m)).sort();
    const fact = new FactBuilder().consulted(...seen.map((path) => ({ path })));
    fact.set('type', type, { path: selinuxConfigPath }).set('modules', modules, ...seen.map((path) => ({ path })));
    for (const name of disabled) fact.note('modules', `${name} is disabled`, { path: seen.find((f) => f.endsWith('/disabled')) ?? '' });
    putBooleans(fact, switches);
    return fact.build();
  },
});

/** "1 1": the value in force, and the one that waits to be committed. */
function putBooleans(fact: FactBuilder, answers: readonly Answer<string>[]): void {
  const on: string[] = [];
  for (const [at, name] of booleans.entries()) {
    const answer = answers[at];
    const path = booleanPath(name);
    if (answer?.is === 'blocked') fact.gap('on', unknown(answer, path));
    if (answer?.is !== 'got') continue;
    if (!/^[01]\b/.test(answer.value.trim())) fact.gap('on', unparsable(`${path} holds neither 0 nor 1`, { path }));
    if (answer.value.startsWith('1')) on.push(name);
  }
  fact.set('on', on, ...booleans.map((name) => ({ path: booleanPath(name) })));
}
