/** Kind `quadlet-labels`: whether SELinux lets the container of a Quadlet file use what it mounts of the host. */
import { type Answer, type Asking, nothing, read, together } from '../../facts/ask.ts';
import { containersConf } from '../../facts/containers/containers-conf.ts';
import { type Fact, FactBuilder, type Unknown, unknown } from '../../facts/fact.ts';
import { cleanPath } from '../../facts/host/path-list.ts';
import { selinux } from '../../facts/host/selinux.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Flag } from '../../facts/podman/podman-flags.ts';
import { type Cuts, cutFields, cutsFor, setCuts } from '../../facts/quadlet/quadlet-cuts.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { type Finding, setFindings, underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { labelledByHand, labelsOf, relabelled, unlabelled, unrelabelled } from '../../facts/quadlet/quadlet-labels.ts';
import { hostMounts } from '../../facts/quadlet/quadlet-mounts.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { completed, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
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
    'Whether SELinux enforces, and which mounts of the host a container may not use because nobody gives them a label: neither :z or :Z, nor label=disable, nor the policy, nor semanage fcontext.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => [quadletHosts, selinux, containersConf, forAccount(generatedService, anyone), { do: 'read', path: local }],
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
  const conf = source.ending === 'container' ? yield* containersConf(source.owner, source.moves) : yield* nothing();
  const byHand: Answer<string> = yield* read(local);
  const { flags, open } = conf ? completed(source, conf, undefined) : source.command;
  const apart = unlabelled([...flags, ...(source.pod?.command.flags ?? [])]);
  const labels = labelsOf(flags, file.directory, source.owner, byHand.is === 'got' ? labelledByHand(byHand.value) : []);
  const shut = byHand.is === 'blocked' ? unknown(byHand, local) : undefined;
  // What a module of containers.conf says of labels, or what is filled in, may change any of it.
  const hidden = open ?? (labels.kept.length > 0 ? shut : undefined);
  setFindings(fact, 'kept', { each: apart || hidden ? [] : labels.kept, unseen: apart ? undefined : hidden }, here);
  setFindings(fact, 'refused', { each: apart || open ? [] : labels.refused, unseen: apart ? undefined : open }, here);
  const cut = (found: readonly Finding[], now: (words: string) => string): Cuts => {
    const mounts = (f: Flag) => hostMounts([{ ...f, value: source.expand(f.value) }], file.directory);
    const is = (f: Flag): boolean => mounts(f).some((m) => found.some((l) => l.said === cleanPath(m.source)));
    return cutsFor(source.assignments, found, { flag: is, word: (w) => is({ name: 'mount', value: w, where: here }), now });
  };
  setCuts(fact, here, { kept: cut(labels.kept, relabelled), refused: cut(labels.refused, unrelabelled) });
  return fact;
}
