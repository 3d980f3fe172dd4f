/** Kind `k3s-selinux`: whether SELinux confines what K3s runs. */
import { type Asking, list, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { selinux } from '../../facts/host/selinux.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, says } from '../../facts/shape.ts';

/** Stores of modules: libsemanage's, and where the root is an ostree. */
const stores = ['/var/lib/selinux/targeted/active/modules', '/etc/selinux/targeted/active/modules'];
const priorities = ['100', '200', '400'];
const directories = stores.flatMap((store) => [...priorities, 'disabled'].map((name) => `${store}/${name}`));

export const k3sSelinux = defineKind({
  name: 'k3s-selinux',
  noun: 'SELinux',
  absent: 'no service here starts K3s',
  describe: "Whether SELinux is enforcing, K3s is told to heed it, and the policy has K3s' module (package k3s-selinux).",
  fields: {},
  shape: record({
    enforcing: says(boolean('SELinux denies what its policy does not allow'), { no: 'SELinux is not enforcing' }),
    flag: boolean('K3s is told to heed it: --selinux, selinux: true or K3S_SELINUX'),
    module: boolean('the active store of the targeted policy has the module k3s, and it is not disabled'),
  }),
  touches: () => [k3sModel, selinux, ...[...stores, ...directories].map((path) => ({ do: 'list' as const, path }))],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const state = yield* selinux();
    const fact = new FactBuilder().consulted(model.where);
    if (state.is === 'unknown') return fact.gap('', state).build();
    fact.set('enforcing', state.enforcing, state.where);
    const gap = model.flags.gap('selinux');
    if (gap) fact.gap('flag', gap);
    else fact.set('flag', model.flags.on('selinux'), model.flags.one('selinux')?.where ?? model.where);
    if (!state.enforcing) return fact.build();
    const found = yield* moduleIn();
    if ('said' in found && 'is' in found) fact.gap('module', found);
    else fact.set('module', found.there, ...found.where);
    return fact.build();
  },
});

function* moduleIn(): Asking<{ readonly there: boolean; readonly where: readonly Where[] } | Unknown> {
  const whole = yield* together(stores.map((path) => list(path)));
  for (const [at, answer] of whole.entries()) if (answer.is === 'blocked') return unknown(answer, stores[at] as string);
  if (whole.every((answer) => answer.is === 'absent'))
    return { is: 'unknown', why: 'ambiguous', said: 'no store of modules of the targeted policy was found', where: stores.map((path) => ({ path })) };
  const answers = yield* together(directories.map((path) => list(path)));
  const has = (at: number): boolean => {
    const answer = answers[at];
    return answer?.is === 'got' && answer.value.includes('k3s');
  };
  const paths = directories.filter((path, at) => has(at) && !path.endsWith('/disabled'));
  const off = directories.find((path, at) => path.endsWith('/disabled') && has(at));
  if (off !== undefined) return { there: false, where: [{ path: `${off}/k3s` }] };
  const blocked = answers.findIndex((answer) => answer.is === 'blocked');
  const refusal = answers[blocked];
  if (refusal?.is === 'blocked') return unknown(refusal, directories[blocked] as string);
  return { there: paths.length > 0, where: (paths.length > 0 ? paths : stores).map((path) => ({ path: paths.length > 0 ? `${path}/k3s` : path })) };
}
