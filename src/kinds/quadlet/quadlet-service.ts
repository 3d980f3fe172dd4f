/** Kind `quadlet-service`: what [Service] of a Quadlet file, with its drop-ins, does to Podman itself. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown } from '../../facts/fact.ts';
import { seeTool, type ToolVersion, toolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import type { Pattern } from '../../facts/pattern.ts';
import { flagsNamed } from '../../facts/podman/podman-flags.ts';
import { cutFields, setCuts, wholeKeys } from '../../facts/quadlet/quadlet-cuts.ts';
import type { QuadletFile } from '../../facts/quadlet/quadlet-disk.ts';
import { setFindings, underEachRelease } from '../../facts/quadlet/quadlet-each.ts';
import { hostMounts } from '../../facts/quadlet/quadlet-mounts.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { type QuadletHost, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { type Hardened, settingsOn, stopsOfRoot, stopsOfUser } from '../../facts/quadlet/service-hardening.ts';
import { list, record, string } from '../../facts/shape.ts';
import { anyone, forAccount } from '../../facts/source.ts';
import { releaseOf, since } from '../../facts/text/version.ts';

const shape = record({
  stops: list(string('a setting and what it does'), 'settings with which Podman cannot make the container'),
  matching: list(string('a setting and what it does'), 'those of `settings` that are on in a service of the system'),
  ...cutFields,
});

export const quadletService = defineKind({
  name: 'quadlet-service',
  noun: 'the service of the unit',
  describe: 'The settings of [Service] of a Quadlet file, and of drop-ins for the generated unit, that stop Podman itself, and those that a rule names.',
  main: 'path',
  fields: {
    path: { type: 'string', required: true, describe: 'absolute path of the file' },
    settings: { type: 'strings', describe: 'keys of [Service] to look for' },
  },
  shape,
  touches: () => [quadletHosts, seeTool.of('systemctl'), forAccount(generatedService, anyone), ...managerFiles.map((path): Pattern => ({ do: 'read', path }))],
  *learn({ path, settings = [] }): Asking<Fact> {
    return yield* underEachRelease(path, Object.keys(shape.fields), (host, file) => describeService(host, file, settings));
  },
});

function* describeService(host: QuadletHost, file: QuadletFile, settings: readonly string[]): Asking<FactBuilder | Unknown> {
  const [source, systemd] = yield* together([sourceOf(host, file), toolVersion('systemctl')]);
  if ('is' in source) return source;
  const here = { path: file.path };
  const fact = new FactBuilder().consulted(here);
  const unit = hardenedOf(source);
  const user = source.manager === 'user';
  const { stops, unseen } = user ? yield* forUser(unit, systemd) : { stops: stopsOfRoot(unit), unseen: undefined };
  // A drop-in that nobody could read may take any of it back.
  const hidden = source.dropIns.unseen;
  if (hidden) return fact.gap('stops', hidden).gap('matching', hidden);
  setFindings(fact, 'stops', { each: stops, unseen }, here);
  const matching = user ? [] : settingsOn(unit, settings);
  setFindings(fact, 'matching', { each: matching }, here);
  const keys = [...stops, ...matching].map((f) => f.said.slice(0, f.said.indexOf('=')));
  // A drop-in of the service that sets it earlier would come into force.
  setCuts(fact, here, { settings: wholeKeys(unit.service, 'Service', keys) });
  return fact;
}

/** The unit of user managers as systemd brings it. */
const managerFiles = ['/usr/lib/systemd/system/user@.service', '/lib/systemd/system/user@.service'];

/** What a user's manager makes of mount namespaces changed with systemd 254. */
function* forUser(unit: Hardened, systemd: ToolVersion): Asking<{ stops: ReturnType<typeof stopsOfRoot>; unseen?: Unknown }> {
  const { stops, implied } = stopsOfUser(unit);
  if (implied.length === 0) return { stops };
  const release = systemd.is === 'known' ? releaseOf(systemd.version) : undefined;
  if (!release && (yield* isDelegating())) return { stops: [...stops, ...implied] };
  if (release) return { stops: since(release, '254') ? [...stops, ...implied] : stops };
  const why = systemd.is === 'unknown' ? systemd.said : 'systemctl was not found';
  const said = `what ${implied[0]?.said.replace(/:.*$/s, '')} does depends on the systemd version, which could not be read: ${why}`;
  return { stops, unseen: { is: 'unknown', why: 'ambiguous', said, where: [implied[0]?.where ?? { path: '' }] } };
}

/** DelegateSubgroup= came with systemd 254 (systemd/systemd:units/user@.service.in, NEWS), so a unit of systemd's own that has it is at least of that release. */
function* isDelegating(): Asking<boolean> {
  const texts: Answer<string>[] = yield* together(managerFiles.map((path) => read(path)));
  return texts.some((text) => text.is === 'got' && /^DelegateSubgroup=/m.test(text.value));
}

function hardenedOf({ assignments, dropIns, command, file, ending, pod }: Source): Hardened {
  const values = (name: string): string[] => flagsNamed(command.flags, name).map((f) => f.value);
  const network = values('network');
  const starts = ['container', 'pod', 'kube'].includes(ending);
  return {
    service: [...assignments.filter((a) => a.section === 'Service'), ...dropIns.assignments],
    ending,
    sources: hostMounts(command.flags, file.directory).map((m) => m.source),
    devices: flagsNamed(command.flags, 'device').length > 0,
    bridged: starts && !pod && !network.some((n) => /^(?:host|none|container:|ns:|pasta|slirp4netns)/.test(n)),
    starts,
    own: {
      network: !pod && !network.some((n) => /^(?:host|container:|ns:)/.test(n)),
      hostname: !pod && !values('uts').some((u) => u === 'host'),
      users: ['uidmap', 'gidmap', 'subuidname', 'subgidname'].some((name) => values(name).length > 0) || values('userns').some((u) => u !== 'host'),
    },
  };
}
