/** Kind `low-ports`: the first port that ordinary users may bind, and what an account publishes below it. */

import { type Account, type Asking, nothing, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { kernelValue, valueAtBoot } from '../../facts/host/kernel-value.ts';
import { publishedIn } from '../../facts/host/published-ports.ts';
import { defineKind } from '../../facts/kind.ts';
import { askPodman, database, unasked } from '../../facts/podman/store.ts';
import { portClaims } from '../../facts/quadlet/quadlet-claims.ts';
import { type Command, openFor } from '../../facts/quadlet/quadlet-command.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { completed, type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { playedYaml } from '../../facts/quadlet/quadlet-surroundings.ts';
import { hiddenFrom, type QuadletHost, type QuadletHosts, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import { anyone, forAccount } from '../../facts/source.ts';
import { shortened } from '../../facts/text/shortened.ts';

const key = 'net.ipv4.ip_unprivileged_port_start';
/** The kernel's own value (Documentation/networking/ip-sysctl.rst). */
const usual = 1024;
const psArgv = ['podman', 'ps', '--all', '--format', '{{.Ports}}'] as const;

export const lowPorts = defineKind({
  name: 'low-ports',
  noun: key,
  describe:
    'The first port that ordinary users may bind (net.ipv4.ip_unprivileged_port_start), and what the account publishes below it by Quadlet or in existing containers.',
  fields: {},
  shape: record({
    start: number('the first port that needs no privilege'),
    lowest: number('the lowest of those ports; unset without any'),
    below: list(string('PORT'), 'host ports below it that the account publishes'),
    next: number('the first port from the next boot on, where sysctl.d sets it; unset otherwise'),
    later: list(string('PORT'), 'host ports that the account may bind now, and not from the next boot on'),
  }),
  touches: () => [kernelValue.of(key), valueAtBoot.of(key), quadletHosts, forAccount(generatedService, anyone), playedYaml, database, askPodman.of(psArgv)],
  *learn(_q, as): Asking<Fact> {
    const [found, atBoot, hosts, containers] = yield* together([kernelValue(key), valueAtBoot(key), quadletHosts(), existing(as)]);
    if (found.is === 'unknown') return found;
    const first = portOf(found);
    if (typeof first === 'object') return first;
    const start = first ?? usual;
    const at = found.where.map((w) => (found.value === undefined ? { ...w, said: `nothing sets it: ${usual}` } : w));
    const fact = new FactBuilder().consulted(...at).set('start', start, ...at);
    const quadlets = hosts.is === 'unknown' ? hosts : yield* quadletPorts(hosts, as);
    const all = [...('is' in quadlets ? [] : quadlets.ports), ...('is' in containers ? [] : containers.ports)];
    const hidden = 'is' in quadlets ? quadlets : (quadlets.hidden ?? ('is' in containers ? containers : undefined));
    setPorts(fact, 'below', { each: all.filter((p) => p.port < start), hidden, at });
    const next = atBoot.is === 'unknown' ? atBoot : portOf(atBoot);
    if (typeof next === 'object') fact.gap('next', next).gap('later', next);
    else {
      fact.at('next', ...atBoot.where).set('next', next, ...atBoot.where);
      const later = all.filter((p) => p.port >= start && p.port < (next ?? start));
      setPorts(fact, 'later', { each: later, hidden: (next ?? start) > start ? hidden : undefined, at: atBoot.where });
    }
    const lowest = all.filter((p) => p.port < Math.max(start, typeof next === 'number' ? next : start));
    if (lowest.length > 0) fact.set('lowest', Math.min(...lowest.map((p) => p.port)), ...at);
    return fact.build();
  },
});

/** The port that a value says; undefined without one. The kernel refuses what is no port, or takes a part of it. */
function portOf({ value, where }: { readonly value?: string; readonly where: readonly Where[] }): number | undefined | Unknown {
  if (value === undefined) return undefined;
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : unparsable(`${key} is "${value}", which is not a port`, ...where);
}

interface Found {
  readonly each: readonly { readonly port: number; readonly where: Where }[];
  readonly hidden: Unknown | undefined;
  /** What sets the first port. */
  readonly at: readonly Where[];
}

function setPorts(fact: FactBuilder, field: string, { each, hidden, at }: Found): void {
  if (hidden && each.length === 0) return void fact.gap(field, hidden);
  fact.set(field, [...new Set(each.map((p) => String(p.port)))], ...each.map((p) => p.where), ...at);
}

interface Published {
  readonly ports: readonly { readonly port: number; readonly where: Where }[];
  readonly hidden?: Unknown;
}

/** The ports of every Quadlet file that the account's generator takes: its keys, its arguments, and the YAML of a `.kube` file. */
function* quadletPorts(hosts: QuadletHosts, as: Account): Asking<Published> {
  const host = hosts.each.at(-1) as QuadletHost;
  const own = host.users.find((u) => u.account?.uid === as.uid);
  const files = [...(own?.taken.values() ?? [])].filter((f) => /\.(?:container|pod|kube)$/.test(f.name));
  const found = yield* together(files.map((f) => sourceOf(host, f)));
  const sources = found.filter((s): s is Source => !('is' in s));
  const yamls = yield* together(sources.map((s) => (s.ending === 'kube' ? playedYaml(s) : nothing())));
  const commands = sources.map((s, at) => completed(s, undefined, yamls[at]));
  const ports = sources.flatMap(({ assignments }, at) => {
    const command = commands[at] as Command;
    return portClaims({ command, assignments }, undefined).each.flatMap(({ port, where }) =>
      /^\d/.test(port) ? [{ port: Number.parseInt(port, 10), where }] : [],
    );
  });
  const hidden = hiddenFrom(hosts, as) ?? found.find((s): s is Unknown => 'is' in s) ?? commands.map((c) => openFor(c, 'publish')).find((o) => o !== undefined);
  return { ports, ...(hidden ? { hidden } : {}) };
}

/** What containers that are there already publish. */
function* existing(as: Account): Asking<Published | Unknown> {
  const store = yield* database(as);
  if (store.is === 'unknown') return store;
  if (store.is === 'none') return { ports: [] };
  const where = { path: commandPlace(psArgv) };
  const answer = yield* askPodman(psArgv, as);
  if (answer.is === 'unused') return unasked(as, 'the ports of its containers', answer.where);
  if (answer.is === 'blocked') return unknown(answer, where.path);
  if (answer.is === 'absent') return { ports: [] };
  if (answer.value.exit !== 0)
    return unknown({ is: 'blocked', why: 'failed', said: answer.value.stderr.trim().split('\n').at(-1)?.slice(0, 160) ?? '' }, where.path);
  const lines = answer.value.stdout.split('\n').map((line) => ({ line, ports: publishedIn(line) }));
  const strange = lines.find((l) => l.ports === undefined);
  if (strange) return unparsable(`podman ps printed something that is not a list of ports: ${shortened(strange.line, 120)}`, where);
  return { ports: lines.flatMap(({ line, ports = [] }) => ports.map((port) => ({ port, where: { ...where, said: line } }))) };
}
