/** What a Quadlet file claims that only one unit can have, and with which others it shares it. Pure. */
import { FactBuilder, type Known, type Unknown, type Where } from '../fact.ts';
import { flagsNamed, lastFlag } from '../podman/podman-flags.ts';
import { splitWords } from '../systemd/words.ts';
import { shortened } from '../text/shortened.ts';
import { subnetsOverlap } from '../text/subnet.ts';
import { type PublishedPort, portsOf, type Seen } from './open-ports.ts';
import type { Finding } from './quadlet-each.ts';
import { sectionOf } from './quadlet-keys.ts';
import type { Sibling } from './quadlet-siblings.ts';
import { valuesOf } from './quadlet-text.ts';
import { argumentsOf, lastWord } from './quadlet-words.ts';

/** A claim in words, and where it stands. */
interface Claim {
  readonly text: string;
  readonly where: Where;
}

/** A text that systemd fills in later says nothing yet. */
const open = /[%$]/;

/** The name of the container or pod; undefined where it cannot be told, or follows the instance of a template. */
function nameClaim({ assignments, ending, expand, names, template, command, file }: Sibling): Claim | undefined {
  if (ending !== 'container' && ending !== 'pod') return undefined;
  const written = lastFlag(command.flags, 'name')?.value ?? lastWord(assignments, sectionOf(ending), ending === 'pod' ? 'PodName' : 'ContainerName')?.text;
  if (template && (!written || open.test(written))) return undefined;
  const text = expand(written || `systemd-${names[0].slice(0, -'.service'.length)}`);
  const where = lastWord(assignments, sectionOf(ending), ending === 'pod' ? 'PodName' : 'ContainerName')?.where ?? { path: file.path };
  return open.test(text) ? undefined : { text, where };
}

/**
 * The ports of the host that it publishes; none where it has the network of the host, of its pod, or none. `conf` decides
 * about ports without an address from Podman 6 on; undefined: they are published on every address.
 */
export function portClaims({ command, assignments }: Pick<Sibling, 'command' | 'assignments'>, conf: Known | Unknown | undefined): Seen<PublishedPort> {
  const network = flagsNamed(command.flags, 'network').map((f) => f.value);
  const elsewhere = network.some((n) => /^(?:host|none|container:)/.test(n) || n.endsWith('.container')) || lastWord(assignments, 'Container', 'Pod');
  const flags = flagsNamed(command.flags, 'publish').filter((f) => !open.test(f.value));
  return elsewhere ? { each: [] } : portsOf(flags, conf ?? nothingSet);
}

/** Why a file may publish more ports: a port that is filled in, or arguments of which nobody knows what they are. */
export function openPorts({ command, assignments, ending }: Sibling): Unknown | undefined {
  const port = flagsNamed(command.flags, 'publish').find((f) => open.test(f.value));
  const words = argumentsOf(assignments, sectionOf(ending), 'PodmanArgs').find((w) => /^\$/.test(w.text));
  const found = port ? { text: port.value, where: port.where } : words;
  if (ending === 'kube' && command.open) return command.open;
  return (
    found && {
      is: 'unknown',
      why: 'ambiguous',
      said: `systemd fills a variable into ${shortened(found.text, 80)} when the service starts`,
      where: [found.where],
    }
  );
}

/** A containers.conf that says nothing. */
export const nothingSet = new FactBuilder().build();

/** The subnets of a bridge that a `.network` file makes. */
export function subnetClaims({ assignments, ending, command }: Sibling): Claim[] {
  const driver = lastFlag(command.flags, 'driver')?.value ?? lastWord(assignments, 'Network', 'Driver')?.text ?? 'bridge';
  if (ending !== 'network' || (driver !== 'bridge' && driver !== '')) return [];
  const flags = flagsNamed(command.flags, 'subnet').map((f) => ({ text: f.value, where: f.where }));
  return [...valuesOf(assignments, 'Network', 'Subnet').map((a) => ({ text: a.value.trim(), where: a.where })), ...flags].filter((c) => !open.test(c.text));
}

/** The name of the network that a `.network` file makes. */
export function networkName({ assignments, names, expand }: Sibling): string {
  return expand(lastWord(assignments, 'Network', 'NetworkName')?.text || `systemd-${names[0].replace(/-network\.service$|\.service$/, '')}`);
}

/** The addresses that it is given on networks by name, `NETWORK ADDRESS`. */
function addressClaims({ ending, command, assignments, expand }: Sibling, siblings: readonly Sibling[]): Claim[] {
  if (ending !== 'container' && ending !== 'pod') return [];
  const nameOf = (text: string): string => {
    const file = siblings.find((s) => s.file.name === text);
    return file ? networkName(file) : expand(text);
  };
  const networks = flagsNamed(command.flags, 'network').map((f) => ({ name: nameOf(f.value.split(':')[0] ?? ''), options: f.value, where: f.where }));
  const alone = networks.length < 2 ? (networks[0]?.name ?? 'podman') : undefined;
  const own =
    alone === undefined || /^(?:host|none|container|ns)$/.test(alone)
      ? []
      : ownAddresses(assignments, sectionOf(ending)).map((a) => ({ ...a, text: `${alone} ${a.text}` }));
  const options = networks.flatMap(({ name, options: text, where }) =>
    [...text.matchAll(/[:,]ip6?=([0-9a-f.:]+?)(?=,|$)/g)].map(([, address]) => ({ text: `${name} ${address}`, where })),
  );
  return [...own, ...options].filter((c) => !open.test(c.text));
}

const ownAddresses = (assignments: Sibling['assignments'], section: string): Claim[] =>
  ['IP', 'IP6'].flatMap((key) => {
    const found = lastWord(assignments, section, key);
    return found && found.text !== '' ? [found] : [];
  });

/** Units that are told never to run together. */
export function apart(one: Sibling, other: Sibling): boolean {
  const conflicts = (a: Sibling, b: Sibling): boolean =>
    valuesOf(a.assignments, 'Unit', 'Conflicts').some(({ value }) => splitWords(value).words.some((w) => [...b.names, b.file.name].includes(a.expand(w))));
  return conflicts(one, other) || conflicts(other, one);
}

/** What a file shares with the others of its manager. */
export interface Collisions {
  readonly names: readonly Finding[];
  /** Names that a pod and a container have. */
  readonly mixedNames: readonly Finding[];
  readonly ports: readonly Finding[];
  readonly subnets: readonly Finding[];
  readonly services: readonly Finding[];
  readonly addresses: readonly Finding[];
  /** Why there may be more ports. */
  readonly unseen?: Unknown;
}

/** Compares a file with all others that the same generator takes. `conf` tells on which addresses a bare port is published. */
export function collisionsOf(own: Sibling, siblings: readonly Sibling[], conf: Known | Unknown | undefined): Collisions {
  const others = siblings.filter((s) => s !== own);
  const together = others.filter((s) => !apart(own, s));
  const name = nameClaim(own);
  const ports = portClaims(own, conf);
  const unseen = siblings.map((s) => portClaims(s, conf).unseen ?? openPorts(s)).find((u) => u);
  const subnets = subnetClaims(own);
  return {
    names: sameName(
      name,
      together.filter((s) => s.ending === own.ending),
    ),
    mixedNames: sameName(
      name,
      together.filter((s) => s.ending !== own.ending),
    ),
    ports: ports.each.length === 0 ? [] : together.flatMap((s) => sharedPorts(ports.each, portClaims(s, conf).each, s.file.path)),
    ...(unseen ? { unseen } : {}),
    subnets: subnets.flatMap((mine) =>
      others
        .filter((s) => s.ending === 'network' && networkName(s) !== networkName(own))
        .flatMap((s) =>
          subnetClaims(s).flatMap((theirs) =>
            subnetsOverlap(mine.text, theirs.text) ? [{ said: `${mine.text} overlaps ${theirs.text} of ${s.file.path}`, where: mine.where }] : [],
          ),
        ),
    ),
    addresses: addressClaims(own, siblings).flatMap((mine) =>
      together.flatMap((s) =>
        addressClaims(s, siblings).some((theirs) => theirs.text === mine.text)
          ? [{ said: `the address ${mine.text.replace(/^.* /s, '')} is also given to ${s.file.path}`, where: mine.where }]
          : [],
      ),
    ),
    services: others.flatMap((s) =>
      s.names.includes(own.names[0]) || own.names.includes(s.names[0])
        ? [{ said: `${s.file.path} also makes ${s.names[0]}`, where: { path: own.file.path } }]
        : [],
    ),
  };
}

const sameName = (name: Claim | undefined, others: readonly Sibling[]): Finding[] =>
  others.flatMap((s) =>
    name && nameClaim(s)?.text === name.text ? [{ said: `the name ${name.text} is also used by ${s.file.path}`, where: name.where }] : [],
  );

/** The ports among `mine` that meet one of `theirs`. */
export function sharedPorts(mine: readonly PublishedPort[], theirs: readonly PublishedPort[], path: string): Finding[] {
  return mine.flatMap((m) => {
    const met = theirs.find((t) => portsMeet(m, t));
    return met ? [{ said: `${told(m)} is also published by ${path}${told(met) === told(m) ? '' : `, as ${told(met)}`}`, where: m.where }] : [];
  });
}

const told = ({ address, port, protocol }: PublishedPort): string => `${address}:${port}/${protocol}`;

/** Podman binds a port of each family by itself (containers/podman:libpod/oci_util.go bindPort). */
export function portsMeet(a: PublishedPort, b: PublishedPort): boolean {
  if (a.protocol !== b.protocol || a.port === '*' || b.port === '*') return false;
  const v6 = (p: PublishedPort): boolean => p.address.startsWith('[');
  const every = (p: PublishedPort): boolean => p.address === '0.0.0.0' || p.address === '[::]';
  if (v6(a) !== v6(b) || !(every(a) || every(b) || a.address.toLowerCase() === b.address.toLowerCase())) return false;
  const [aFrom, aTo] = span(a.port);
  const [bFrom, bTo] = span(b.port);
  return aFrom <= bTo && bFrom <= aTo;
}

function span(port: string): readonly [number, number] {
  const [from, to] = port.split('-').map(Number);
  return [from ?? Number.NaN, to ?? from ?? Number.NaN];
}
