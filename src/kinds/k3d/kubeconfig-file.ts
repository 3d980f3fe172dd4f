/** Kind `kubeconfig-file`: the kubeconfig files of an account. Their content holds keys and is never read. */

import { type Account, type Asking, stat, together } from '../../facts/ask.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, type Known, missing, type Subject, type Subjects, type Unknown, unknown } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { unasked } from '../../facts/pattern.ts';
import { boolean, mode, record, string } from '../../facts/shape.ts';
import { inQuestion, type Touches } from '../../facts/source.ts';

/** The default file, and where k3d writes on request; KUBECONFIG may name further ones here. */
const places = ['~/.kube/*', '~/.config/k3d/*', '~/.k3d/*', '/etc/rancher/k3s/*'] as const;

const touches: Touches = [
  { do: 'stat', path: '~/.kube/config' },
  sessionVariables.of(inQuestion, ['KUBECONFIG']),
  ...unasked(
    'KUBECONFIG is tried with one of these places',
    places.map((path) => ({ do: 'stat', path })),
  ),
];

const shape = record({
  path: string('the file'),
  mode: mode('permission bits'),
  owned: boolean('whether it belongs to the account'),
});

export const kubeconfigFile = defineKind({
  name: 'kubeconfig-file',
  describe: 'One kubeconfig of the account: those in KUBECONFIG, else ~/.kube/config. Only its inode is looked at.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path' } },
  shape,
  touches: () => touches,
  *learn(query, as): Asking<Fact> {
    return yield* inspect(query.path, as);
  },
  find: {
    none: 'no kubeconfig was found',
    shape,
    touches: () => touches,
    *learn(as): Asking<Subjects> {
      const variable = (yield* sessionVariables(as, ['KUBECONFIG'])).get('KUBECONFIG');
      if (variable?.gap) return variable.gap;
      const paths = (variable?.value ?? `${as.home}/.kube/config`).split(':').filter((p) => p !== '');
      const facts = yield* together([...new Set(paths)].map((path) => inspect(path, as)));
      const each: Subject[] = [];
      let incomplete: Unknown | undefined;
      for (const [at, fact] of facts.entries()) {
        if (fact.is === 'unknown') incomplete ??= fact;
        else if (fact.exists) each.push({ key: `kubeconfig:${paths[at] ?? ''}`, as, fact });
      }
      const consulted = [...(variable?.where ?? []), ...paths.map((path) => ({ path }))];
      return { is: 'known', each, consulted, ...(incomplete ? { incomplete } : {}) };
    },
  },
});

function* inspect(path: string, as: Account): Asking<Known | Unknown> {
  const known = places.some((place) => path.slice(0, path.lastIndexOf('/')) === place.slice(0, -2).replace(/^~/, () => as.home));
  if (!known || path.endsWith('/..'))
    return { is: 'unknown', why: 'unsupported', said: `${path} is outside the places where kubeconfigs are looked at`, where: [{ path }] };
  const answer = yield* stat(path);
  if (answer.is === 'absent') return missing({ path });
  if (answer.is === 'blocked') return unknown(answer, path);
  const end = answer.value.real ?? { is: 'got', value: answer.value };
  if (end.is === 'absent') return missing({ path, said: 'a dangling link' });
  if (end.is === 'blocked') return unknown(end, path);
  const at = { path };
  return new FactBuilder()
    .consulted(at)
    .set('path', path, at)
    .set('mode', end.value.mode, at)
    .set('owned', end.value.uid === as.uid, at)
    .build();
}
