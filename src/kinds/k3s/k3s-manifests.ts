/** Kind `k3s-manifests`: what the manifests on this host give their workloads of the host. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unparsable, type Where } from '../../facts/fact.ts';
import { type ManifestFile, manifestFiles } from '../../facts/k3s/manifest-files.ts';
import { type Given, inManifest, type Need } from '../../facts/k3s/manifest-pods.ts';
import { signaturesIn } from '../../facts/k3s/manifest-signatures.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, type Shape, string } from '../../facts/shape.ts';
import { placed } from '../../facts/text/node.ts';

const finding = (value: string): Shape =>
  record({
    workload: string('DaemonSet kube-system/agent; of a chart HelmChart kube-system/agent'),
    who: string('the same, with the container in front: app of DaemonSet kube-system/agent'),
    value: string(value),
    path: string('the manifest'),
    key: string('where it stands, where a program can take it out; unset in a file of several documents, and in values of charts'),
    element: string('the element of the list under that key'),
  });

/** The lists of the fact, and what they are about. */
const fields: { readonly [N in Need]: readonly [field: string, describe: string, value: string] } = {
  privileged: ['privileged', 'containers that are privileged', 'empty'],
  namespace: ['namespaces', 'workloads that share a namespace of the host', 'hostPID, hostIPC or hostNetwork'],
  path: ['paths', 'workloads that mount a path of the host, and volumes that stand on one', 'the path of the host'],
  capability: ['capabilities', 'containers that are given a capability', 'the capability, without CAP_'],
};

export const k3sManifests = defineKind({
  name: 'k3s-manifests',
  noun: 'the manifests on this host',
  absent: 'K3s deploys no manifest from this host',
  describe:
    'Manifests that K3s deploys (server/manifests) and pods that the kubelet starts from files (agent/pod-manifests): what they give workloads of the host. What is skipped or disabled is left out; of charts the values are read, and their templates are not.',
  fields: {
    paths: { type: 'strings', describe: 'paths of the host that `paths` leaves out' },
    capabilities: { type: 'strings', describe: 'capabilities that `capabilities` leaves out' },
  },
  shape: record({
    ...Object.fromEntries(Object.values(fields).map(([field, describe, value]) => [field, list(finding(value), describe)])),
    byHand: list(
      record({
        workload: string('as above'),
        who: string('as above'),
        what: string('privileged, hostNetwork, or a path or capability'),
        path: string('the manifest'),
      }),
      'those of all these lists that no program can take out',
    ),
    charts: list(
      record({ name: string('NAMESPACE/NAME'), path: string('the manifest') }),
      'Helm charts whose pods no manifest shows; those that K3s brings along are left out',
    ),
    signatures: record(
      {
        all: list(string('a policy'), 'policies of admission, with their controller, by which no image is let in unsigned'),
        some: list(string('a policy'), 'the same, for the images or namespaces that they name'),
        idle: list(string('a policy'), 'policies that only tell of unsigned images, or whose controller no manifest brings along'),
        others: list(string('a workload or chart'), 'programs that check images by settings that no manifest shows'),
      },
      'what makes the API server refuse images that nobody signed',
    ),
  }),
  touches: () => [manifestFiles],
  *learn({ paths = [], capabilities = [] }): Asking<Fact> {
    const found = yield* manifestFiles();
    if (found.is === 'unknown') return found;
    if (found.is === 'absent') return missing(...found.consulted);
    const seen = found.files.map((file) => ({ path: file.path, ...inManifest(file) }));
    const bad = seen.find(({ broken }) => broken);
    const more = found.more ?? (bad?.broken && unparsable(`${bad.path} does not parse: ${bad.broken.message}`, placed(bad.path, bad.broken.at)));
    const fact = new FactBuilder().consulted(...found.consulted, ...found.files.map(({ path }) => ({ path })));
    const expected = ({ need, value }: Given): boolean => (need === 'path' && paths.includes(value)) || (need === 'capability' && capabilities.includes(value));
    const given = seen.flatMap((one) => one.given).filter((one) => !expected(one));
    for (const [need, [field]] of Object.entries(fields)) {
      const those = given.filter((one) => one.need === need);
      put(
        fact,
        field,
        those.map(asJson),
        those.map((one) => placed(one.path, one.at)),
        more,
      );
    }
    const byHand = given.filter(({ key }) => key === undefined);
    put(
      fact,
      'byHand',
      byHand.map((one) => ({ ...pick(one), what: whatOf(one) })),
      byHand.map((one) => placed(one.path, one.at)),
      more,
    );
    const charts = seen.flatMap((one) => one.charts);
    put(
      fact,
      'charts',
      charts.map(({ name, path }) => ({ name, path })),
      charts.map((one) => placed(one.path, one.at)),
      more,
    );
    putSignatures(fact, found.files, more);
    return fact.build();
  },
});

function putSignatures(fact: FactBuilder, files: readonly ManifestFile[], more: Unknown | undefined): void {
  const { policies, others } = signaturesIn(files);
  const named = (field: string, those: readonly { readonly name: string; readonly path: string }[]): void => {
    const places = those.map(({ path }) => ({ path }));
    fact.set(['signatures', field], [...new Set(those.map(({ name }) => name))], ...(places.length > 0 ? places : files.map(({ path }) => ({ path }))));
    // What was found is there, whatever else may be.
    if (more && those.length === 0) fact.gap(['signatures', field], more);
  };
  for (const [field, refuses] of [
    ['all', 'all'],
    ['some', 'some'],
    ['idle', 'none'],
  ] as const)
    named(
      field,
      policies.filter((p) => p.refuses === refuses),
    );
  named('others', others);
}

const whoOf = ({ workload, container }: Given): string => (container ? `${container} of ${workload}` : workload);
const whatOf = ({ need, value }: Given): string => (need === 'privileged' ? 'privileged' : need === 'capability' ? `the capability ${value}` : value);
const pick = (one: Given) => ({ workload: one.workload, who: whoOf(one), path: one.path });

const asJson = (one: Given): Json => ({
  ...pick(one),
  value: one.value,
  ...(one.key === undefined ? {} : { key: one.key }),
  ...(one.element === undefined ? {} : { element: one.element }),
});

/** A list with the place of each element. Where there may be more, one element more is unknown. */
function put(fact: FactBuilder, field: string, all: readonly Json[], places: readonly Where[], more: Unknown | undefined): void {
  fact.set(field, [...all, ...(more ? [{}] : [])], ...places);
  for (const [at, place] of places.entries()) fact.at([field, String(at)], place);
  if (more) fact.gap([field, String(all.length)], more);
}
