/** Kind `quadlet-labels`: whether SELinux lets the container of a Quadlet file use what it mounts of the host. */
import { type Answer, type Asking, nothing, read, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { type Fact, FactBuilder, type Known, type Unknown, unknown } from '../../facts/fact.ts';
import { cleanPath } from '../../facts/host/path-list.ts';
import { selinux } from '../../facts/host/selinux.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Flag } from '../../facts/podman/podman-flags.ts';
import { type Cuts, cutFields, cutsFor, setCuts } from '../../facts/quadlet/quadlet-cuts.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { type Finding, setFindings, underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { labelledByHand, labelsOf, labelsTogether, relabelled, unlabelled, unrelabelled } from '../../facts/quadlet/quadlet-labels.ts';
import { hostMounts } from '../../facts/quadlet/quadlet-mounts.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { completed, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { playedYaml } from '../../facts/quadlet/quadlet-surroundings.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { anyone, forAccount } from '../../facts/source.ts';

const local = '/etc/selinux/targeted/contexts/files/file_contexts.local';

const shape = record({
  enforcing: boolean('SELinux denies what its policy does not allow'),
  kept: list(string('a path'), 'mounts of the host whose label stays as it is, and that containers may not use under it'),
  refused: list(string('a path'), 'mounts of the host that are to get a new label and that Podman refuses to give one'),
  ...cutFields,
});

export const quadletLabels = defineKind({
  name: 'quadlet-labels',
  noun: 'the labels of its mounts',
  describe:
    'Whether SELinux enforces, and which mounts of the host a container, or one of those in the YAML of a .kube file, may not use because nobody gives them a label: neither :z or :Z, nor label=disable, nor the policy, nor semanage fcontext.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => [quadletHosts, selinux, containersConf, playedYaml, forAccount(generatedService, anyone), { do: 'read', path: local }],
  *learn({ path }): Asking<Fact> {
    return yield* underEachRelease(path, Object.keys(shape.fields), describeLabels);
  },
});

function* describeLabels(host: QuadletHost, file: QuadletFile): Asking<FactBuilder | Unknown> {
  const [mode, source] = yield* together([selinux(), sourceOf(host, file)]);
  const here = { path: file.path };
  const fact = new FactBuilder().consulted(here);
  if (mode.is === 'unknown') return mode;
  fact.set('enforcing', mode.enforcing, mode.where);
  if (!mode.enforcing) return fact.set('kept', [], here).set('refused', [], here);
  if ('is' in source) return source;
  const [conf, played] = yield* together([containersConf(source.owner, source.moves), source.ending === 'kube' ? playedYaml(source) : nothing()]);
  const byHand: Answer<string> = yield* read(local);
  const { flags, open } = completed(source, conf, played);
  const off = switchedOff(conf);
  const doubt = off === true ? undefined : off;
  // Each container of a pod has a label of its own.
  const containers = played && !('is' in played) ? played.containers : [flags];
  const shared = played ? source.command.flags : (source.pod?.command.flags ?? []);
  const confined = containers.filter((own) => !unlabelled([...own, ...shared]));
  const apart = off === true || confined.length === 0;
  const labels = labelsTogether(confined.map((own) => labelsOf(own, file.directory, source.owner, byHand.is === 'got' ? labelledByHand(byHand.value) : [])));
  const shut = byHand.is === 'blocked' ? unknown(byHand, local) : undefined;
  // What a module of containers.conf says of labels, or what is filled in, may change any of it.
  const hidden = open ?? (labels.kept.length > 0 ? (shut ?? doubt) : undefined);
  setFindings(fact, 'kept', { each: apart || hidden ? [] : labels.kept, unseen: apart ? undefined : hidden }, here);
  setFindings(
    fact,
    'refused',
    { each: apart || open || doubt ? [] : labels.refused, unseen: apart ? undefined : (open ?? (labels.refused.length > 0 ? doubt : undefined)) },
    here,
  );
  const cut = (found: readonly Finding[], now: (words: string) => string): Cuts => {
    const mounts = (f: Flag) => hostMounts([{ ...f, value: source.expand(f.value) }], file.directory);
    const is = (f: Flag): boolean => mounts(f).some((m) => found.some((l) => l.said === cleanPath(m.source)));
    return cutsFor(source.assignments, found, { flag: is, word: (w) => is({ name: 'mount', value: w, where: here }), now });
  };
  setCuts(fact, here, { kept: cut(labels.kept, relabelled), refused: cut(labels.refused, unrelabelled) });
  return fact;
}

/** Whether containers.conf gives no container a label; unknown where that cannot be told. */
function switchedOff(conf: Known | Unknown): true | Unknown | undefined {
  if (conf.is === 'unknown') return conf;
  const label = lookup(conf, 'containers', 'label');
  return label.gap ?? (label.value === false ? true : undefined);
}
