/** Kind `quadlet`: a Quadlet file: who reads it, what the generator makes of it, and its merged content. */
import { type Account, type Asking, together } from '../../facts/ask.ts';
import { since } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, type Json, type Known, missing, type Subject, type Subjects, type Unknown, type Where } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { type Conversions, conversionsOf } from '../../facts/quadlet/quadlet-conversions.ts';
import { cutFields, cutsFor, setCuts, wholeKeys } from '../../facts/quadlet/quadlet-cuts.ts';
import { type QuadletFile, searched } from '../../facts/quadlet/quadlet-disk.ts';
import { comparedParts, partOf, releasesDiffer } from '../../facts/quadlet/quadlet-each.ts';
import { unknownKeys } from '../../facts/quadlet/quadlet-errors.ts';
import { sectionOf } from '../../facts/quadlet/quadlet-keys.ts';
import { type MergedQuadlet, mergeQuadlet } from '../../facts/quadlet/quadlet-merge.ts';
import { errorAt, type Placement, placementOf, unseenFor } from '../../facts/quadlet/quadlet-placement.ts';
import { type ServiceDropIns, serviceDropIns, serviceNamesOf } from '../../facts/quadlet/quadlet-service.ts';
import { valuesOf } from '../../facts/quadlet/quadlet-text.ts';
import { type QuadletHost, type QuadletHosts, quadletFiles, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { boolean, list as listOf, map, record, string } from '../../facts/shape.ts';
import { anyone, forAccount } from '../../facts/source.ts';
import type { Manager } from '../../facts/systemd/paths.ts';
import type { Assignment } from '../../facts/systemd/syntax.ts';

const reasons = (describe: string) => listOf(string('a reason'), describe);
const values = (describe: string) => map(listOf(string('a value'), 'all values, after resets'), describe);

const shape = record({
  path: string('the path of the file'),
  name: string('its file name'),
  type: string('its ending: container, pod, kube, network, volume, image, build, artifact'),
  section: string('the section of its own: Container, Pod, …'),
  stem: string('its file name without the ending'),
  directory: string('the directory it lies in'),
  moveTo: string('where it would have to lie to be read by those that it seems meant for; unset where nobody can tell, or where it lies right'),
  localDirectory: string('the directory in /etc whose files those who read it take instead of what packages bring; unset where nobody reads it'),
  readsDropIns: boolean('this Podman reads drop-ins of Quadlet files for certain'),
  ...cutFields,
  place: string('whose directory it lies in', ['system', 'user', 'none']),
  read: boolean('a generator reads it and no other file hides it'),
  readBy: listOf(string('root, a user, or "every user"'), 'whose generator takes it'),
  inert: string('why no generator reads it; unset when one does'),
  escalates: string("why it becomes root's although its directory is named for users; unset otherwise"),
  misplaced: string('why it reaches others than its directory suggests; unset otherwise'),
  shadowedBy: string('the file of the same name that is taken instead'),
  loadErrors: reasons('why the generator cannot load it, and what is lost with it'),
  dangling: boolean('it is a link to nothing'),
  unreadable: boolean('the account whose it is may not read it'),
  lostWith: string('another file whose error loses this one, too; unset when none does'),
  errors: reasons('why no service is made of it, or the one that is made cannot start'),
  unknownKeys: listOf(string('a key'), 'keys that this release of Podman does not take: the unit is lost'),
  foreignSections: listOf(string('a section'), 'sections of another type or of none: passed over without a word'),
  miscased: listOf(
    record({ path: string('the file'), written: string('as it is'), meant: string('as it would be taken') }),
    'sections in another case than the generator knows',
  ),
  skippedDropIns: reasons('drop-ins that are left out because they do not parse'),
  dropIns: listOf(string('a path'), 'drop-ins that take part'),
  serviceName: string('the generated unit'),
  serviceUser: listOf(string('a key'), 'User=, Group= or DynamicUser= in [Service], of the file or of drop-ins for the generated unit'),
  hasService: boolean('it has a [Service] section, or a drop-in of the unit that is made of it has'),
  options: values("the keys of the file's own section"),
  service: values('the keys of [Service]'),
  install: values('the keys of [Install]'),
});

export const quadlet = defineKind({
  name: 'quadlet',
  describe: 'A Quadlet file: who reads it, what the generator makes of it, and its content merged with its drop-ins.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the file' } },
  shape,
  touches: () => [quadletHosts, forAccount(serviceDropIns, anyone)],
  *learn(q): Asking<Fact> {
    const hosts = yield* quadletHosts();
    if (hosts.is === 'unknown') return hosts;
    const file = quadletFiles(hosts.each.at(-1) as QuadletHost).find((f) => f.path === q.path);
    if (!file) return hosts.incomplete ?? missing({ path: q.path });
    return yield* judge(hosts, file);
  },
  find: {
    shape,
    none: 'no Quadlet file was found',
    touches: () => [quadletHosts, forAccount(serviceDropIns, anyone)],
    *learn(): Asking<Subjects> {
      const hosts = yield* quadletHosts();
      if (hosts.is === 'unknown') return hosts;
      const host = hosts.each.at(-1) as QuadletHost;
      const files = quadletFiles(host);
      const facts = yield* together(files.map((f) => judge(hosts, f)));
      const each = files.map((file, at): Subject => subjectOf(file, placementOf(host, file), facts[at] as Known));
      const consulted = [...host.system.directories, ...host.users.flatMap((u) => u.directories)].map((path) => ({ path }));
      return { is: 'known', each, consulted, ...(hosts.incomplete ? { incomplete: hosts.incomplete, hidden: hosts.hidden } : {}) };
    },
  },
});

/** What the system's generator reads is root's alone. */
const subjectOf = (file: QuadletFile, { place, instance }: Placement, fact: Known): Subject => ({
  key: `quadlet:${file.path}`,
  as: instance?.account ?? rootAccount,
  ...(place === 'system' ? { roots: true } : {}),
  fact,
});

/** Judges a file under every release that it may meet; what the releases see differently is unknown. */
function* judge(hosts: QuadletHosts, file: QuadletFile): Asking<Known> {
  const views = hosts.each.map((host) => viewOf(host, file));
  // Releases that agree on the names share what is asked for.
  const extras = yield* together(views.map(({ names, manager, owner }) => serviceDropIns(names, manager, owner)));
  const facts = views.map((view, at) => describeFile(view, file, extras[at] as ServiceDropIns));
  const last = facts.at(-1) as FactBuilder;
  // Where nobody knows the release, what every one of them reads is safe.
  for (const fact of facts)
    fact.set(
      'readsDropIns',
      hosts.each.every(({ release }) => since(release, '5.0')),
      { path: file.path },
    );
  const known = last.build();
  const built = facts.map((f) => f.build());
  for (const part of comparedParts(Object.keys(shape.fields), built)) {
    const seen = new Set(built.map((b) => JSON.stringify(partOf(b, part))));
    if (seen.size > 1 && hosts.release)
      last.gap(part, {
        is: 'unknown',
        why: 'ambiguous',
        said: releasesDiffer(hosts.release),
        where: known.where.get(part[0] ?? '')?.slice(0, 1) ?? [{ path: file.path }],
      });
  }
  return last.build();
}

/** The file as one release of Podman sees it, and the names of the unit that it makes of it. */
interface View {
  readonly host: QuadletHost;
  readonly placed: Placement;
  readonly merged: MergedQuadlet;
  readonly manager: Manager;
  readonly owner: Account;
  readonly names: readonly string[];
}

function viewOf(host: QuadletHost, file: QuadletFile): View {
  const placed = placementOf(host, file);
  const merged = mergeQuadlet(file, placed.instance?.directories ?? [], host.disk, host.release);
  const manager = placed.place === 'user' ? 'user' : 'system';
  const owner = placed.instance?.account ?? rootAccount;
  return { host, placed, merged, manager, owner, names: serviceNamesOf(file, merged.assignments, manager, owner) };
}

function describeFile(view: View, file: QuadletFile, extra: ServiceDropIns): FactBuilder {
  const { host, placed, merged } = view;
  const here: Where = { path: file.path };
  const fact = new FactBuilder().consulted(here);
  setNames(fact, file, here);
  const conversions = placed.instance ? conversionsOf(host, placed.instance) : undefined;
  setPlace(fact, placed, here);
  setLocal(fact, file, view, here);
  setLoss(fact, file, placed, conversions);
  for (const { said, where } of merged.notes) fact.note('dropIns', said, ...where);
  fact.set('dropIns', merged.dropIns, ...merged.dropIns.map((path) => ({ path })));
  strings(fact, 'skippedDropIns', merged.skipped, here);
  const unseen = unseenFor(host, placed);
  if (unseen) for (const part of rests) fact.gap(part, unseen);
  if (unseen && placed.place !== 'system') for (const part of ['inert', 'misplaced', 'moveTo']) fact.gap(part, unseen);
  const hidden = merged.unseen ?? unseen;
  if (hidden) return contents.reduce((f, part) => f.gap(part, hidden), fact);
  const services = [...merged.assignments.filter((a) => a.section === 'Service'), ...extra.assignments];
  setContent(fact, view, { file, conversions, services, here });
  setServiceUser(fact, services, extra, here);
  // A drop-in of the generated unit brings the section as well as the file does.
  const section = merged.sections.get('Service') ?? extra.assignments[0]?.where;
  if (section || !extra.unseen) fact.set('hasService', section !== undefined, section ?? here);
  else fact.gap('hasService', extra.unseen);
  return fact;
}

/** A file of that name in /etc is taken instead of a package's; drop-ins are read since Podman 5.0, from any of the directories. */
function setLocal(fact: FactBuilder, { directory }: QuadletFile, { placed }: View, here: Where): void {
  const [root] = searched.filter((path) => path.startsWith('/etc/'));
  if (placed.place === 'none' || root === undefined) return;
  const own = /\/users\/\d+$/.exec(directory)?.[0] ?? '/users';
  fact.set('localDirectory', placed.place === 'system' ? root : `${root}${own}`, here);
}

/** What rests on the other files of the directories. */
const rests = ['read', 'readBy', 'shadowedBy', 'loadErrors', 'dangling', 'unreadable', 'lostWith', 'dropIns', 'skippedDropIns'];
/** What the text of the file and its drop-ins tells. */
const contents = [
  'errors',
  'unknownKeys',
  'foreignSections',
  'miscased',
  'serviceUser',
  'hasService',
  'options',
  'service',
  'install',
  ...Object.keys(cutFields),
];

function setNames(fact: FactBuilder, { path, name, directory }: QuadletFile, here: Where): void {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  const names = { path, name, type: ending, section: sectionOf(ending), stem: name.slice(0, -ending.length - 1), directory };
  for (const [field, value] of Object.entries(names)) fact.set(field, value, here);
}

function setPlace(fact: FactBuilder, placed: Placement, here: Where): void {
  fact.set('place', placed.place, here).set('readBy', placed.readBy, here).set('moveTo', placed.moveTo, here);
  const read = placed.inert === undefined && placed.shadowedBy === undefined;
  fact.set('read', read, placed.shadowedBy ? { ...here, said: `hidden by ${placed.shadowedBy}` } : here);
  for (const part of ['inert', 'escalates', 'misplaced', 'shadowedBy'] as const) fact.at(part, here).set(part, placed[part], here);
}

interface Content {
  readonly file: QuadletFile;
  readonly conversions: Conversions | undefined;
  /** [Service] of the file and of the drop-ins for the generated unit. */
  readonly services: readonly Assignment[];
  readonly here: Where;
}

function setContent(fact: FactBuilder, { host, placed, merged, names }: View, { file, conversions, services, here }: Content): void {
  const ending = file.name.slice(file.name.lastIndexOf('.') + 1);
  const all = merged.assignments;
  const keys = unknownKeys(host.release, ending, all).map((k) => ({ said: k.key, where: k.where }));
  strings(fact, 'unknownKeys', keys, here);
  const errors = placed.loadErrors.length > 0 ? [] : (conversions?.errorsOf(file, all) ?? []).map((e) => ({ ...e, where: e.where[0] ?? here }));
  const told = (e: (typeof errors)[number]): string =>
    e.panics ? `${e.said}, at which the generator panics${conversions?.lostBeside(file, 'panic') ?? ''}` : e.said;
  strings(
    fact,
    'errors',
    errors.map((e) => ({ said: told(e), where: e.where })),
    here,
  );
  setSections(fact, merged, ending, here);
  const args = all.filter((a) => a.key === 'PodmanArgs').map((a) => ({ said: a.key, where: a.where }));
  setCuts(fact, here, {
    unknownKeys: cutsFor(all, keys),
    errors: cutsFor(all, errors),
    users: { ...cutsFor(all, args, { flag: (f) => ['user', 'userns', 'uidmap'].includes(f.name) }), elsewhere: [] },
    serviceUser: wholeKeys(services, 'Service', ['User', 'Group', 'DynamicUser']),
  });
  fact.set('serviceName', names[0] ?? '', here);
  const sections = { options: sectionOf(ending), service: 'Service', install: 'Install' };
  for (const [field, section] of Object.entries(sections)) setValues(fact, field, section, all, here);
}

/** Sections that are passed over, and those of them that are one of the generator’s in another case. */
function setSections(fact: FactBuilder, { sections }: MergedQuadlet, ending: string, here: Where): void {
  const usual = [sectionOf(ending), 'Unit', 'Service', 'Install', 'Quadlet'];
  const foreign = [...sections].filter(([name]) => !usual.includes(name) && !name.startsWith('X-')).map(([said, where]) => ({ said, where }));
  strings(fact, 'foreignSections', foreign, here);
  const miscased = foreign.flatMap(({ said, where }) =>
    usual.filter((u) => u.toLowerCase() === said.toLowerCase()).map((meant) => ({ path: where.path, written: said, meant })),
  );
  fact.set('miscased', miscased, here);
}

/** What loses the file, and what it loses: of a file that loses others the error names them, and of those the file is named. */
function setLoss(fact: FactBuilder, file: QuadletFile, placed: Placement, conversions: Conversions | undefined): void {
  const here: Where = { path: file.path };
  strings(
    fact,
    'loadErrors',
    placed.loadErrors.map((e) => ({
      said: `${e.path === file.path ? file.name : e.path}: ${e.said}${e.path === file.path ? (conversions?.lostBeside(file, e.endless === true ? 'all' : 'directory') ?? '') : ''}`,
      where: errorAt(e),
    })),
    here,
  );
  const panic = placed.loadErrors.length === 0 && placed.shadowedBy === undefined ? conversions?.panic() : undefined;
  for (const what of ['dangling', 'unreadable'] as const)
    fact.set(
      what,
      placed.loadErrors.some((e) => e.file === what),
      here,
    );
  const panicked = panic && panic.path !== file.path ? conversions?.afterPanic(file, panic.path) : undefined;
  if (placed.lostWith === undefined && panicked === 'open') return void fact.gap('lostWith', whoseTurn(panic?.path ?? ''));
  const other = placed.lostWith ?? (panicked === 'lost' ? panic?.path : undefined);
  fact.at('lostWith', here).set('lostWith', other, ...(other === undefined ? [here] : [{ path: other }]));
}

const whoseTurn = (path: string): Unknown => ({
  is: 'unknown',
  why: 'ambiguous',
  said: `the generator panics at ${path}, and with more than 12 files nothing says whether it comes to this one before`,
  where: [{ path }],
});

function strings(fact: FactBuilder, field: string, found: readonly { said: string; where: Where }[], here: Where): void {
  fact.set(
    field,
    found.map((f) => f.said),
    ...(found.length > 0 ? found.map((f) => f.where) : [here]),
  );
}

function setValues(fact: FactBuilder, field: string, section: string, all: readonly Assignment[], here: Where): void {
  fact.set(field, {}, here);
  for (const key of new Set(all.filter((a) => a.section === section).map((a) => a.key))) {
    const kept = valuesOf(all, section, key);
    if (kept.length > 0) fact.set([field, key], kept.map((a) => a.value) satisfies Json, ...kept.map((a) => a.where).reverse());
  }
}

function setServiceUser(fact: FactBuilder, services: readonly Assignment[], extra: ServiceDropIns, here: Where): void {
  const set = ['User', 'Group', 'DynamicUser'].flatMap((key) => {
    const last = services.findLast((a) => a.key === key);
    const off = last === undefined || last.value === '' || (key === 'DynamicUser' && /^(0|no|n|false|f|off)$/i.test(last.value));
    return off ? [] : [{ said: key, where: last.where }];
  });
  if (set.length === 0 && extra.unseen) fact.gap('serviceUser', extra.unseen);
  else strings(fact, 'serviceUser', set, here);
}
