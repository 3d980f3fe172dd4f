/** Kind `k3s-pods`: the pods of the cluster that are given something. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json } from '../../facts/fact.ts';
import { apiObjects, nameOf, namespaceOf } from '../../facts/k3s/api-objects.ts';
import { patchesFor } from '../../facts/k3s/pod-patches.ts';
import { havingTrait, type TraitName, traitNames } from '../../facts/k3s/pod-traits.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const k3sPods = defineKind({
  name: 'k3s-pods',
  noun: 'pods of the cluster',
  describe: 'Pods of the cluster that have a trait: privileged, a path of the host, no seccomp profile. Asks the cluster, so only where --kubectl is given.',
  main: 'that',
  fields: {
    that: { type: 'string', required: true, values: traitNames, describe: 'the trait' },
    except: { type: 'strings', describe: 'namespaces whose pods are left out' },
    within: { type: 'string', describe: 'a namespace whose pods alone are meant' },
  },
  shape: record({
    pods: list(string('NAMESPACE/POD, with the container behind a colon'), 'those that have it'),
    patches: list(
      record({ namespace: string('its namespace'), workload: string('KIND/NAME'), patch: string('a strategic merge patch, in JSON') }),
      'what takes it from those that a workload makes',
    ),
    others: list(string('NAMESPACE/POD'), 'those that no patch changes: nothing makes them, or only who knows the program can tell'),
  }),
  touches: () => [apiObjects.of('pods')],
  *learn({ that, except = [], within }): Asking<Fact> {
    const found = yield* apiObjects('pods');
    if (found.is === 'unknown') return found;
    const meant = found.items.filter((pod) => !except.includes(namespaceOf(pod)) && (within === undefined || namespaceOf(pod) === within));
    const pods = meant.flatMap((pod) =>
      havingTrait(pod, that as TraitName).map((container) => `${namespaceOf(pod)}/${nameOf(pod)}${container === '' ? '' : `:${container}`}`),
    );
    const { patches, others } = patchesFor(meant, that as TraitName);
    return new FactBuilder()
      .consulted(found.where)
      .set('pods', pods, found.where)
      .set('patches', patches as unknown as Json, found.where)
      .set(
        'others',
        others.map((pod) => `${namespaceOf(pod)}/${nameOf(pod)}`),
        found.where,
      )
      .build();
  },
});
