/** Kind `podman-workloads`: what the containers of an account mount and publish, be they there or only declared. */
import type { Asking } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { dependsOnVersion } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../../facts/fact.ts';
import { globMatches } from '../../facts/glob.ts';
import { defineKind, type QueryField, type QueryOf } from '../../facts/kind.ts';
import type { Flag } from '../../facts/podman/podman-flags.ts';
import { type AllWorkloads, allWorkloads, type NamedMount, type Workloads } from '../../facts/quadlet/all-workloads.ts';
import { inShort, type Seen } from '../../facts/quadlet/open-ports.ts';
import { cut, cutsFor } from '../../facts/quadlet/quadlet-cuts.ts';
import type { Finding } from '../../facts/quadlet/quadlet-isolation.ts';
import { hasOneOf, hostMounts, leadsTo } from '../../facts/quadlet/quadlet-mounts.ts';
import { list, record, string } from '../../facts/shape.ts';

const by = string('the container, or the file that declares it');

const fields = {
  hostPaths: {
    type: 'strings',
    describe:
      'for `mounts.matching`: paths of the host; a mount of a path above one has it too, and one below it where it ends in /**; * is any name, ~ the home of the account, {uid} its id (not of root)',
  },
  names: { type: 'strings', describe: 'for `mounts.matching`: only of containers and files of these names; * is any text' },
  otherNames: { type: 'strings', describe: 'for `mounts.matching`: not of containers and files of these names' },
  addresses: { type: 'strings', describe: 'for `published.matching`: only on these addresses of the host; 0.0.0.0 and [::] are every one, * is any text' },
  otherPorts: { type: 'strings', describe: 'for `published.matching`: not these, as PORT/PROTOCOL' },
} as const satisfies Readonly<Record<string, QueryField>>;
type Query = QueryOf<typeof fields>;

export const podmanWorkloads = defineKind({
  name: 'podman-workloads',
  noun: 'the containers',
  describe: 'What containers of an account mount and publish: those that Podman lists, those of its Quadlet files, and for root those of K3s manifests.',
  fields,
  shape: record({
    mounts: record(
      {
        each: list(record({ by, source: string('the path of the host'), leadsTo: string('where it ends when links are followed') }), 'all of them'),
        matching: list(string('who mounts what'), 'mounts by which a container has a path that the rule names'),
        cuts: list(cut, 'the words of Quadlet files that mount these; only of a query that names no containers'),
        elsewhere: list(
          record({ path: string('the file, or the command that shows it'), text: string('who mounts what') }),
          'those that stand in no key of a Quadlet file, and are not of a container that one makes',
        ),
      },
      'paths of the host that they mount',
    ),
    published: record(
      {
        each: list(
          record({
            by,
            address: string('the address of the host; 0.0.0.0 and [::] are every one'),
            port: string('a number or a range; * when Podman takes a free one'),
            protocol: string('tcp, udp or sctp'),
          }),
          'all of them',
        ),
        matching: list(string('PORT/PROTOCOL'), 'ports that are published on an address that the rule names'),
      },
      'ports that they publish',
    ),
  }),
  touches: () => [allWorkloads],
  *learn(q, as): Asking<Fact> {
    const all = yield* allWorkloads(as);
    const fact = new FactBuilder().consulted({ path: commandPlace(['podman', 'ps']) });
    setEach(fact, 'mounts', all, ({ mounts }) => ({
      ...mounts,
      each: mounts.each.map(({ by, source, where }) => ({ value: withEnd({ by, source }, leadsTo(source, all.real)), where })),
    }));
    setEach(fact, 'published', all, ({ ports }) => ({
      ...ports,
      each: ports.each.map(({ by, address, port, protocol, where }) => ({ value: { by, address, port, protocol }, where })),
    }));
    if (q.hostPaths !== undefined) {
      setMatching(fact, 'mounts', all, (w) => mountsNamed(w, q, all));
      if (q.names === undefined) setCutsOf(fact, all, q);
    }
    if (q.addresses !== undefined) setMatching(fact, 'published', all, (w) => portsNamed(w, q));
    return fact.build();
  },
});

const withEnd = (mount: { by: string; source: string }, end: string | undefined): Json => ({ ...mount, ...(end === undefined ? {} : { leadsTo: end }) });

const isAmong = (text: string, patterns: readonly string[]): boolean => patterns.some((p) => p === text || globMatches(p, text));

function mountsNamed({ mounts }: Workloads, query: Query, { real }: AllWorkloads): Seen<Found> {
  const { hostPaths = [], names, otherNames = [] } = query;
  const asked = mounts.each.filter((m) => (names === undefined || isAmong(m.by, names)) && !isAmong(m.by, otherNames));
  const each = asked.flatMap(({ by, source, as, where, declared }) => {
    const path = hasOneOf(source, hostPaths, as, real);
    return path === undefined ? [] : [{ said: `${by} mounts ${path}`, where, mount: { by, source, declared } }];
  });
  return { ...mounts, each };
}

type Found = Finding & { readonly mount: Pick<NamedMount, 'by' | 'source'> & { readonly declared: NamedMount['declared'] | undefined } };

/** What would have to go for these mounts to be gone. */
function setCutsOf(fact: FactBuilder, all: AllWorkloads, query: Query): void {
  const [first] = all.each;
  const found = first ? mountsNamed(first, query, all).each : [];
  const each = found.map(({ said, where, mount: { by, source, declared } }) => {
    const flag = (f: Flag): boolean => declared !== undefined && hostMounts([f], declared.file.directory).some((m) => m.source === source);
    const told = cutsFor(declared?.assignments ?? [], [{ said, where }], { flag });
    return { by, makes: told.cuts.length > 0 && declared ? [`systemd-${declared.file.name.replace(/\.[^.]*$/, '')}`] : [], ...told };
  });
  const made = new Set(each.flatMap((e) => e.makes));
  fact.set(['mounts', 'cuts'], each.flatMap((e) => e.cuts) as unknown as Json, ...places(found));
  fact.set(['mounts', 'elsewhere'], each.filter((e) => !made.has(e.by)).flatMap((e) => e.elsewhere) as unknown as Json, ...places(found));
}

function portsNamed({ ports }: Workloads, query: Query): Seen<Finding> {
  const { addresses = [], otherPorts = [] } = query;
  const asked = ports.each.filter((p) => isAmong(p.address, addresses) && !otherPorts.includes(inShort(p)));
  return { ...ports, each: asked.map((p) => ({ said: inShort(p), where: p.where })) };
}

const looked: readonly Where[] = [{ path: '/etc/containers/systemd' }, { path: commandPlace(['podman', 'ps']) }];
const places = (each: readonly { readonly where: Where }[]): readonly Where[] => (each.length > 0 ? each.map((e) => e.where) : looked);

/** All that there is: nothing is said of a part, nor where releases of Podman see it differently. */
function setEach(fact: FactBuilder, field: string, all: AllWorkloads, of: (w: Workloads) => Seen<{ value: Json; where: Where }>): void {
  const views = all.each.map(of);
  const unseen =
    views.find((v) => v.unseen)?.unseen ??
    differing(
      views.map((v) => v.each.map((e) => e.value)),
      all,
    );
  const each = views[0]?.each ?? [];
  if (unseen) return void fact.gap([field, 'each'], unseen);
  fact.set(
    [field, 'each'],
    each.map((e) => e.value),
    ...places(each),
  );
  for (const [at, { where }] of each.entries()) fact.at([field, 'each', String(at)], where);
}

/** What every release that may be meant sees stands; that there is no more can be said only when everything was seen. */
function setMatching(fact: FactBuilder, field: string, all: AllWorkloads, of: (w: Workloads) => Seen<Finding>): void {
  const views = all.each.map(of);
  const sure = (views[0]?.each ?? []).filter((f) => views.every((v) => v.each.some((other) => other.said === f.said)));
  const unseen =
    views.find((v) => v.unseen)?.unseen ??
    differing(
      views.map((v) => v.each.map((f) => f.said)),
      all,
    );
  if (sure.length === 0 && unseen) return void fact.gap([field, 'matching'], unseen);
  fact.set([field, 'matching'], [...new Set(sure.map((f) => f.said))], ...places(sure));
}

function differing(views: readonly unknown[], { release }: AllWorkloads): Unknown | undefined {
  if (!release || new Set(views.map((v) => JSON.stringify(v))).size < 2) return undefined;
  return { is: 'unknown', why: 'ambiguous', said: dependsOnVersion('what Quadlet files mean', release), where: [] };
}
