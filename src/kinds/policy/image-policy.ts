/** Kind `image-policy`: the policy.json in force for an account, and what it lets in. */
import { type Account, type Asking, read, stat, together } from '../../facts/ask.ts';
import { libraryOf } from '../../facts/containers/image-library.ts';
import { word } from '../../facts/containers/lookup.ts';
import { dependsOnVersion, type PodmanRelease, podmanRelease, type Release, releaseOf } from '../../facts/containers/podman-release.ts';
import { crioConf } from '../../facts/crio/crio-conf.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { replaceableIn } from '../../facts/host/directories-above.ts';
import { endOf } from '../../facts/host/disk.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { unasked } from '../../facts/pattern.ts';
import {
  etcPolicy,
  homeCounts,
  homePolicy,
  inForce,
  type PolicyFile,
  type PolicyFiles,
  policyFileAt,
  policyFiles,
  usrPolicy,
} from '../../facts/policy/places.ts';
import type { Policy } from '../../facts/policy/policy-file.ts';
import type { KeyFile, Requirement } from '../../facts/policy/policy-requirements.ts';
import { entrances, requirementsFor, restricts, transports, weakerThan } from '../../facts/policy/trust.ts';
import { boolean, list, mode, number, record, string } from '../../facts/shape.ts';
import type { Touches } from '../../facts/source.ts';

/** Above the usual places of keys: named, so that a capture script asks about them without having read the policy. */
const keyDirectories = unasked(
  'a key in one of them is tried for all',
  ['/etc', '/etc/pki', '/etc/pki/*', '/etc/containers', '/usr', '/usr/share', '/usr/share/*'].map((path) => ({ do: 'stat', path })),
);

const keys: Touches = [...keyDirectories, { do: 'stat', named: 'the key files of policy.json' }];
/** Where it lies as a rule, so that a capture script brings it without having read crio.conf. */
const usualOwn = '/etc/crio/policy.json';
const ownPolicy: Touches = (['stat', 'read'] as const).flatMap((verb) => [
  { do: verb, path: usualOwn },
  { do: verb, named: 'the file that signature_policy of crio.conf names', later: true },
]);

const systemPolicy: Touches = [
  { do: 'stat', path: etcPolicy },
  { do: 'read', path: etcPolicy },
  { do: 'stat', path: homePolicy(rootAccount) },
];

export const imagePolicy = defineKind({
  name: 'image-policy',
  noun: 'the image signature policy',
  describe:
    'The policy.json in force for an account: whether the engine accepts the file, which images it lets in, and whether an own file replaces the system-wide one.',
  fields: {
    of: {
      type: 'string',
      values: ['crio', 'crio-effective'],
      describe:
        'crio: the policy that CRI-O is told to use instead (signature_policy of crio.conf); there is none where it takes the system-wide one. crio-effective: the one that it uses, be it the one or the other',
    },
  },
  shape: record({
    path: string('the file in force'),
    valid: boolean('the engine accepts the file; a file that is not there is not accepted either'),
    problem: string('why nothing can be pulled'),
    strict: boolean('"default" does not accept anything'),
    restricting: boolean('some requirement, under whatever transport name, is not accept-anything'),
    scoped: boolean('some scope of a known transport demands a signature or rejects'),
    open: list(string('a transport'), 'transports of which any image is let in unsigned'),
    opened: list(string('a transport'), 'those of them that an entry of their own lets in, whatever the default is'),
    unknownTransports: list(string('a name'), 'names that are no transport: they restrict nothing'),
    override: string("the account's own file, if it replaces the system-wide one"),
    overrideWeaker: boolean('the own file lets in what the system-wide one does not'),
    keys: list(
      record({
        path: string('the file'),
        exists: boolean('it is there and a file'),
        absolute: boolean('it is an absolute path'),
        uid: number('its owner'),
        mode: mode('its permission bits'),
        exposed: boolean('it may be changed by somebody else than root, or than the account whose own policy names it'),
      }),
      'the key files that requirements name',
    ),
  }),
  // A policy may name a key anywhere; it is only looked up, never read.
  touches: (q) =>
    q.of === undefined
      ? [podmanRelease, policyFiles, ...keys]
      : [seeTool.of('crio'), crioConf, ...ownPolicy, ...(q.of === 'crio-effective' ? systemPolicy : []), ...keys],
  *learn(q, as): Asking<Fact> {
    if (q.of !== undefined) return yield* ofCrio(q.of === 'crio-effective');
    const release = yield* podmanRelease();
    const facts: (FactBuilder | Unknown)[] = [];
    for (const candidate of release.candidates) {
      const files = yield* policyFiles(as, candidate);
      facts.push('is' in files && files.is === 'files' ? yield* described(files, as, candidate) : (files as Unknown));
    }
    return agreed(facts, release);
  },
});

/** The file that crio.conf names. An empty word leaves CRI-O with the system-wide one (cri-o/cri-o:docs/crio.conf.5.md). */
function* ofCrio(effective: boolean): Asking<Fact> {
  const [crio, conf] = yield* together([seeTool('crio'), crioConf()]);
  if (crio.is === 'unknown') return crio;
  if (crio.is === 'absent') return missing(...crio.consulted);
  if (conf.is === 'unknown') return conf;
  const set = word(conf, 'crio', 'image', 'signature_policy');
  if (set.gap) return set.gap;
  const named = set.value ?? '';
  if (named === '' && !effective) return missing(...conf.consulted);
  const home = named === '' ? yield* ofRoot() : undefined;
  if (home) return home;
  const path = named === '' ? etcPolicy : named;
  const release = crio.version.is === 'known' ? releaseOf(crio.version.version) : undefined;
  if (!release)
    return crio.version.is === 'unknown' ? crio.version : { is: 'unknown', why: 'unparsable', said: 'the version of CRI-O is no number', where: set.where };
  const [inode, text] = yield* together([stat(path), read(path)]);
  const file = policyFileAt({ path, inode, text }, rootAccount, libraryOf('crio', release));
  const fact = new FactBuilder().consulted({ path }, ...set.where).set('path', path, ...set.where);
  if (!file) {
    const where = [{ path, said: 'not there' }, ...set.where];
    const said = `${path} is not there, so CRI-O pulls nothing`;
    return closed(fact.set('valid', false, ...where).set('problem', said, ...where), { is: 'unknown', why: 'failed', said, where }).build();
  }
  if (!file.seen && 'is' in file.policy) return file.policy;
  return (yield* judgedFile(fact, file, rootAccount)).build();
}

/** Root's own file would count only where the service finds the home of root, which no file tells. */
function* ofRoot(): Asking<Unknown | undefined> {
  const path = homePolicy(rootAccount);
  const own = yield* stat(path);
  if (own.is === 'absent') return undefined;
  if (own.is === 'blocked') return unknown(own, path);
  return { is: 'unknown', why: 'ambiguous', said: `whether CRI-O heeds ${path} depends on how it is started`, where: [{ path }] };
}

function* described(files: PolicyFiles, as: Account, release: Release): Asking<FactBuilder | Unknown> {
  const chosen = inForce(files, as, release);
  const fact = new FactBuilder().consulted({ path: homePolicy(as) }, { path: etcPolicy });
  const system = files.etc ?? files.usr;
  if (files.home && !homeCounts(as, release))
    fact.note('path', `Podman ${release.said} does not read root's own ${files.home.path}`, { path: files.home.path });
  if (!chosen) {
    const where = [{ path: etcPolicy, said: 'not there' }];
    const vendor = files.usr ? `; ${usrPolicy} is not consulted before Podman 6` : '';
    fact.set('valid', false, ...where).set('problem', `${etcPolicy} is not there, so nothing can be pulled, loaded or built${vendor}`, ...where);
    fact.at('override', ...where).set('overrideWeaker', false, ...where);
    return closed(fact, { is: 'unknown', why: 'unparsable', said: 'there is no policy.json', where });
  }
  if (!chosen.seen && 'is' in chosen.policy) return chosen.policy;
  setOverride(fact, files, chosen, system);
  return yield* judgedFile(fact.set('path', chosen.path, { path: chosen.path }), chosen, as);
}

/** Whether the file is accepted, and what it lets in. */
function* judgedFile(fact: FactBuilder, chosen: PolicyFile, as: Account): Asking<FactBuilder> {
  if ('is' in chosen.policy) {
    if (chosen.policy.why !== 'unparsable') fact.gap('valid', chosen.policy).gap('problem', chosen.policy);
    else fact.set('valid', false, ...chosen.policy.where).set('problem', chosen.policy.said, ...chosen.policy.where);
    return closed(fact, chosen.policy);
  }
  fact.set('valid', true, { path: chosen.path });
  judge(fact, chosen.policy);
  yield* setKeys(fact, chosen.policy, as);
  return fact;
}

/** What a policy that is not accepted lets in cannot be told. */
function closed(fact: FactBuilder, why: Unknown): FactBuilder {
  for (const field of ['strict', 'restricting', 'scoped', 'open', 'opened', 'unknownTransports', 'keys']) fact.gap(field, why);
  return fact;
}

function setOverride(fact: FactBuilder, files: PolicyFiles, chosen: PolicyFile, system: PolicyFile | undefined): void {
  if (chosen !== files.home) {
    fact.at('override', { path: fact.build().consulted[0]?.path ?? '', said: 'not there, or not read' }).set('overrideWeaker', false);
    return;
  }
  const where = [{ path: chosen.path }, ...(system ? [{ path: system.path, said: `replaced by ${chosen.path}` }] : [])];
  fact.set('override', chosen.path, ...where);
  const [own, theirs] = [chosen.policy, system?.policy];
  if ('is' in own) fact.gap('overrideWeaker', own);
  else if (!theirs) fact.set('overrideWeaker', false, ...where);
  else if ('is' in theirs) fact.gap('overrideWeaker', theirs);
  else fact.set('overrideWeaker', weakerThan(own, theirs), ...where);
}

function judge(fact: FactBuilder, policy: Policy): void {
  const { path } = policy;
  const of = (requirements: readonly Requirement[]): Where[] => requirements.map((r) => ({ ...r.where, said: r.type }));
  fact.set('strict', restricts(policy.default), ...of(policy.default));
  const all = [...policy.transports].flatMap(([name, scopes]) => [...scopes.values()].map((requirements) => ({ name, requirements })));
  const restricting = [policy.default, ...all.map((a) => a.requirements)].filter(restricts);
  fact.set('restricting', restricting.length > 0, ...(restricting.length > 0 ? restricting.flatMap(of) : of(policy.default)));
  const scoped = all.filter((a) => isTransport(a.name) && restricts(a.requirements));
  fact.set('scoped', scoped.length > 0, ...(scoped.length > 0 ? scoped.flatMap((s) => of(s.requirements)) : [{ path }]));
  const open = entrances.filter((name) => !restricts(requirementsFor(policy, name, '')));
  fact.set('open', [...open], ...open.map((name) => ({ ...(requirementsFor(policy, name, '')[0]?.where ?? { path }), said: `accepts ${name}` })));
  const own = open.filter((name) => policy.transports.get(name)?.has(''));
  fact.set('opened', own, ...own.map((name) => ({ ...(requirementsFor(policy, name, '')[0]?.where ?? { path }), said: `accepts ${name}` })), { path });
  const strange = [...policy.transports.keys()].filter((name) => !isTransport(name));
  fact.set('unknownTransports', strange, ...strange.map((name) => ({ ...(policy.places.get(name) ?? { path }), said: name })));
}

const isTransport = (name: string): boolean => transports.some((t) => t === name);

function* setKeys(fact: FactBuilder, policy: Policy, as: Account): Asking<void> {
  const named = new Map<string, KeyFile>();
  for (const list of [policy.default, ...[...policy.transports.values()].flatMap((s) => [...s.values()])])
    for (const key of list.flatMap((r) => r.keyFiles)) if (!named.has(key.path)) named.set(key.path, key);
  const keys = [...named.values()];
  const asked = keys.filter((k) => k.path.startsWith('/'));
  const stats = yield* together(asked.map((k) => stat(k.path)));
  const own = policy.path === homePolicy(as);
  const open = yield* together(asked.map((k) => replaceableIn(k.path, own ? [as.uid] : [])));
  const values: Record<string, Json>[] = [];
  for (const [at, key] of keys.entries()) {
    const index = asked.indexOf(key);
    const answer = index < 0 ? { is: 'absent' as const } : (stats[index] ?? { is: 'absent' as const });
    const refused = answer.is === 'blocked' ? answer : answer.is === 'got' && answer.value.real?.is === 'blocked' ? answer.value.real : undefined;
    if (refused) return void fact.gap('keys', unknown(refused, key.path));
    const end = endOf(answer);
    const above = open[index];
    if (above && 'is' in above) return void fact.gap('keys', above);
    values.push({
      path: key.path,
      absolute: index >= 0,
      exists: end?.type === 'file',
      exposed: end !== undefined && (above !== undefined || (end.uid !== 0 && !(own && end.uid === as.uid)) || (end.mode & 0o022) !== 0),
      ...(end ? { uid: end.uid, mode: end.mode } : {}),
    });
    fact.at(
      ['keys', String(at)],
      {
        path: key.path,
        ...(end
          ? { said: `mode ${end.mode.toString(8).padStart(4, '0')}, owner ${end.uid}${end.type === 'file' ? '' : `, a ${end.type}`}` }
          : { said: 'not there' }),
      },
      ...(above ? [above] : []),
      key.where,
    );
  }
  fact.set('keys', values, ...(keys.length > 0 ? keys.map((k) => k.where) : [{ path: policy.path }]));
}

/** One answer for all releases that may be meant; what they see differently is unknown. */
function agreed(facts: readonly (FactBuilder | Unknown)[], release: PodmanRelease): Fact {
  const last = facts.at(-1) as FactBuilder | Unknown;
  const refused = facts.find((f): f is Unknown => 'is' in f);
  if (refused) return refused;
  const fact = last as FactBuilder;
  if (!release.unknown) return fact.build();
  const values = facts.map((f) => (f as FactBuilder).build());
  const fields = new Set(values.flatMap((v) => [...Object.keys(v.value), ...v.gaps.keys()]));
  for (const field of fields) {
    const seen = new Set(values.map((v) => JSON.stringify([v.value[field] ?? null, v.gaps.has(field)])));
    if (seen.size > 1)
      fact.gap(field, {
        ...release.unknown,
        why: 'ambiguous',
        said: dependsOnVersion(field === 'problem' ? 'whether the policy is accepted' : 'what the policy lets in', release.unknown),
      });
  }
  return fact.build();
}
