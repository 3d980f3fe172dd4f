/** Kind `k3s-rootless`: the rootless K3s service of one account, and its K3S_ROOTLESS_* variables. */

import { type Account, type Asking, stat, together } from '../../facts/ask.ts';
import { type Environment, gapOf, type Variable } from '../../facts/environment/environment.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { type Neighbours, neighbours, overlapping, routesOfHost } from '../../facts/k3s/cidr-neighbours.ts';
import { goCidr } from '../../facts/k3s/go.ts';
import { type K3sModel, rootlessModel } from '../../facts/k3s/k3s-model.ts';
import { changes, hasChange } from '../../facts/k3s/release-changes.ts';
import { bringsPrograms, dataDirOf, findProgram, programTouches, searchedBy } from '../../facts/k3s/rootless-programs.ts';
import { copyUpOf, judge, readSince, type SettingName, settingNames } from '../../facts/k3s/rootless-settings.ts';
import { type ServiceEnvironment, serviceEnvironment } from '../../facts/k3s/rootless-sources.ts';
import type { NotStarted } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { any, boolean, list as listOf, number, record, type Shape, string, version } from '../../facts/shape.ts';
import { inQuestion, type Touches } from '../../facts/source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

const rootlessUnit = 'k3s-rootless.service';

const inFile = boolean('a file that EnvironmentFile= names decides it, which Environment= of a drop-in does not beat');

const setting = (effective: Shape, describe: string, more: Readonly<Record<string, Shape>> = {}): Shape =>
  record(
    {
      text: string('the text that the service gets; unset when there is none'),
      set: boolean('set to something that is not empty'),
      inFile,
      problem: string('why K3s or slirp4netns does not start with it; unset when they do'),
      ignored: string('why K3s passes over it and uses something else; unset when it does not'),
      effective,
      ...more,
    },
    describe,
  );

const settings = ['mtu', 'cidr', 'enableIpv6', 'portDriver', 'disableHostLoopback'] as const;

export const k3sRootless = defineKind({
  name: 'k3s-rootless',
  noun: 'rootless K3s',
  absent: '{who} has no k3s-rootless.service',
  describe: 'The k3s-rootless user service of the account in question, as its user manager loads it, with the K3S_ROOTLESS_* variables that it gets.',
  fields: {},
  shape: record({
    path: string('the unit file'),
    forEveryone: boolean('the file lies in a directory that the managers of all users read'),
    mtu: setting(number('the MTU of tap0'), settingNames.mtu),
    cidr: setting(string('the network in use'), settingNames.cidr, {
      overlaps: listOf(string('a network and its use'), 'networks that share addresses with it: pods, services, routes of the host'),
    }),
    enableIpv6: setting(boolean('the value; unset when K3s finds out itself'), settingNames.enableIpv6),
    portDriver: setting(string('the driver in use', ['builtin', 'slirp4netns']), settingNames.portDriver),
    disableHostLoopback: setting(boolean('whether pods are kept from the loopback address of the host'), settingNames.disableHostLoopback),
    copyUpDirs: record(
      {
        text: string('the text that the service gets; unset when there is none'),
        set: boolean('set to something that is not empty'),
        inFile,
        problem: string('why K3s does not start with it; unset when it does'),
        relative: listOf(string('a directory'), 'directories that are taken from wherever the service starts'),
        wide: listOf(string('a directory'), 'directories that hold the home of the account'),
      },
      settingNames.copyUpDirs,
    ),
    unread: listOf(string('a variable'), 'K3S_ROOTLESS_* variables that reach the service, and that this release of K3s does not know'),
    misplaced: listOf(any('a variable'), 'K3S_ROOTLESS_* variables that are set only where the service does not see them'),
    strays: listOf(record({ name: string('its name'), value: string('its value there') }), 'the same, each with the value that does not arrive'),
    slirp4netns: record(
      {
        found: boolean('K3s finds it'),
        path: string('where'),
        bundled: boolean('it is the one that K3s brings along'),
        version: version('of one that is not'),
      },
      'the program that gives the cluster its network',
    ),
  }),
  touches: () => touches,
  *learn(_query, as): Asking<Fact> {
    const unit = yield* loadUnit(rootlessUnit, { manager: 'user', as });
    if (unit.is === 'unknown') return unit;
    if (!unit.exists) return missing(...unit.consulted);
    const names = [...Object.values(settingNames), 'PATH'];
    const [service, model] = yield* together([serviceEnvironment(rootlessUnit, as, names), rootlessModel(as)]);
    const near = yield* neighbours(model);
    const fact = new FactBuilder().consulted(...(unit.fragment ? [{ path: unit.fragment.path }] : unit.consulted));
    placeOf(fact, unit, as);
    for (const name of settings) put(fact, name, service, unit, as);
    overlapsOf(fact, near, service.environment);
    yield* copyUp(fact, service.environment, unit, as);
    unread(fact, service.environment, model);
    misplaced(fact, service);
    yield* slirp(fact, service.environment, dataDirOf(model, as), bringsPrograms(model));
    return fact.build();
  },
});

const touches: Touches = [
  unitNamed(rootlessUnit, 'user'),
  serviceEnvironment.of(rootlessUnit, inQuestion),
  rootlessModel,
  ...routesOfHost,
  ...programTouches('slirp4netns'),
  seeTool.of('slirp4netns'),
  { do: 'stat', named: `what ${settingNames.copyUpDirs} names`, later: true },
];

/** What a release that came before the variables does not read. Where it cannot be asked, as on an image, it is taken for a later one. */
function unread(fact: FactBuilder, environment: Environment, model: K3sModel | NotStarted | Unknown): void {
  const names = Object.values(settingNames);
  const open = environment.unseen ?? names.flatMap((name) => gapOf(environment, name) ?? [])[0];
  if (open) return void fact.gap('unread', open);
  const set = names.filter((name) => (environment.variables.get(name)?.value ?? '') !== '');
  const release = model.is === 'model' ? model.release : model;
  if (set.length > 0 && release.is === 'unknown' && release.why !== 'unsupported') return void fact.gap('unread', release);
  const unknownTo = (name: string): boolean => release.is === 'known' && hasChange(release.release, readSince(name)) === false;
  const since = (name: string): string => changes[readSince(name)].first.join(', ');
  const passedOver = set.filter(unknownTo);
  const places = passedOver.flatMap((name) =>
    (environment.variables.get(name)?.where ?? []).map((w) => ({ ...w, said: `read by K3s from ${since(name)} on` })),
  );
  fact.set('unread', passedOver, ...places);
}

function placeOf(fact: FactBuilder, unit: LoadedUnit, as: Account): void {
  const path = unit.fragment?.path;
  if (path === undefined) return;
  fact.set('path', path, { path }).set('forEveryone', !path.startsWith(`${as.home}/`) && !path.startsWith('/run/user/'), { path });
}

function put(fact: FactBuilder, name: Exclude<SettingName, 'copyUpDirs'>, { environment, strays }: ServiceEnvironment, unit: LoadedUnit, as: Account): void {
  const variable = settingNames[name];
  const why = gapOf(environment, variable);
  const found = environment.variables.get(variable);
  if (why) {
    fact.gap(name, why);
    return;
  }
  const judged = judge(name, found?.value);
  const places = found?.where ?? [{ path: unit.fragment?.path ?? rootlessUnit, said: `${variable} is not set` }];
  const where = judged.remark ? [{ ...(places[0] as Where), said: judged.remark }, ...places.slice(1)] : places;
  fact.set([name, 'text'], found?.value, ...places).at(name, ...where);
  fact.set([name, 'inFile'], isInFile(found, unit, as), ...where);
  fact.set([name, 'set'], judged.set, ...where).set([name, 'effective'], judged.effective, ...where);
  const told = `${found?.value ?? ''}: ${judged.remark ?? ''}`;
  for (const [field, holds] of [
    ['problem', !judged.accepted],
    ['ignored', judged.accepted && !judged.wellFormed],
  ] as const) {
    fact.at([name, field], ...where).set([name, field], holds ? told : undefined, ...where);
  }
  for (const stray of strays.filter((s) => s.name === variable)) fact.note(name, `${variable}=${stray.value} here does not reach the service`, stray.at);
}

function isInFile(found: Variable | undefined, unit: LoadedUnit, as: Account): boolean {
  const expand = expander(unit.unit, unit.manager, as);
  const files = unit.assignments.filter((a) => a.section === 'Service' && a.key === 'EnvironmentFile').map((a) => expand(a.value.replace(/^-/, '')));
  return files.includes(found?.where[0]?.path ?? '');
}

function overlapsOf(fact: FactBuilder, near: Neighbours, environment: Environment): void {
  if (gapOf(environment, settingNames.cidr)) return;
  const found = environment.variables.get(settingNames.cidr);
  const network = goCidr(String(judge('cidr', found?.value).effective));
  if (!network) {
    fact.set(['cidr', 'overlaps'], [], ...(found?.where ?? []));
    return;
  }
  const shared = overlapping(network, near.each);
  if (shared.length > 0)
    fact.set(
      ['cidr', 'overlaps'],
      shared.map((n) => n.said),
      ...shared.map((n) => n.at),
    );
  else if (near.incomplete) fact.gap(['cidr', 'overlaps'], near.incomplete);
  else fact.set(['cidr', 'overlaps'], [], ...near.each.map((n) => ({ ...n.at, said: n.said })));
}

/** What could not be read may set the variable in force, so then nothing is lost for certain. */
function misplaced(fact: FactBuilder, { environment, strays, straysUnseen }: ServiceEnvironment): void {
  const gaps = Object.values(settingNames).map((name) => gapOf(environment, name));
  const lost = strays.filter((s) => s.name !== 'PATH' && !environment.variables.has(s.name) && !environment.unclear.has(s.name));
  const open = environment.unseen ?? (lost.length === 0 ? (gaps.find((g) => g) ?? straysUnseen) : undefined);
  if (open) {
    fact.gap('misplaced', open).gap('strays', open);
    return;
  }
  const places = lost.map((s) => ({ ...s.at, said: `${s.name}=${s.value} does not reach the service` }));
  const last = new Map(lost.map(({ name, value }) => [name, value]));
  const names = [...last.keys()].sort();
  fact.set('misplaced', names, ...places).set(
    'strays',
    names.map((name) => ({ name, value: last.get(name) ?? '' })),
    ...places,
  );
}

/** Directories that are to be covered must be there: RootlessKit stops at the first that it cannot mount. */
function* copyUp(fact: FactBuilder, environment: Environment, unit: LoadedUnit, as: Account): Asking<void> {
  const variable = settingNames.copyUpDirs;
  const why = gapOf(environment, variable);
  if (why) return void fact.gap('copyUpDirs', why);
  const found = environment.variables.get(variable);
  const { directories, relative, wide, refused } = copyUpOf(found?.value ?? '', as.home);
  const at = found?.where ?? [{ path: rootlessUnit, said: `${variable} is not set` }];
  fact
    .at('copyUpDirs', ...at)
    .set(['copyUpDirs', 'text'], found?.value, ...at)
    .set(['copyUpDirs', 'inFile'], isInFile(found, unit, as), ...at)
    .set(['copyUpDirs', 'set'], directories.length > 0, ...at)
    .set(['copyUpDirs', 'relative'], relative, ...at)
    .set(['copyUpDirs', 'wide'], wide, ...at);
  const problem = refused[0] === undefined ? yield* notThere(directories.filter((d) => d.startsWith('/'))) : `${refused[0]} cannot be covered`;
  if (typeof problem === 'object') fact.gap(['copyUpDirs', 'problem'], problem);
  else fact.at(['copyUpDirs', 'problem'], ...at).set(['copyUpDirs', 'problem'], problem, ...at);
}

function* notThere(directories: readonly string[]): Asking<string | Unknown | undefined> {
  let open: Unknown | undefined;
  for (const path of directories.filter((d) => d !== '/')) {
    const answer = yield* stat(path);
    const end = answer.is === 'got' ? (answer.value.real ?? answer) : answer;
    if (end.is === 'blocked') open ??= unknown(end, path);
    else if (end.is === 'absent') return `${path} is not there`;
    else if (end.value.type !== 'directory') return `${path} is a ${end.value.type}`;
  }
  return open;
}

function* slirp(fact: FactBuilder, environment: Environment, dataDir: string | Unknown, own: Where | undefined): Asking<void> {
  if (typeof dataDir === 'object') return void fact.gap('slirp4netns', dataDir);
  const seen = yield* findProgram('slirp4netns', searchedBy(environment, dataDir, true));
  if (seen.is === 'unknown') return void fact.gap('slirp4netns', seen);
  if (own && !seen.unpacked) return void fact.set(['slirp4netns', 'found'], true, own).set(['slirp4netns', 'bundled'], true, own);
  if (!seen.found) {
    const said = 'K3s has not been unpacked yet, and its bundle usually brings slirp4netns';
    fact.at('slirp4netns', ...seen.looked);
    if (!seen.unpacked) fact.gap('slirp4netns', { is: 'unknown', why: 'ambiguous', said, where: seen.looked });
    else fact.set(['slirp4netns', 'found'], false, ...seen.looked);
    return;
  }
  const at = { path: seen.path };
  fact.set(['slirp4netns', 'found'], true, at).set(['slirp4netns', 'path'], seen.path, at).set(['slirp4netns', 'bundled'], seen.bundled, at);
  if (!seen.bundled) yield* slirpVersion(fact, seen.path);
}

/** The version of a program outside the usual directories is not asked for. */
function* slirpVersion(fact: FactBuilder, path: string): Asking<void> {
  const tool = yield* seeTool('slirp4netns');
  const known = tool.is === 'known' && (tool.path === path || tool.path === undefined) ? tool.version : undefined;
  if (known?.is === 'known') fact.set(['slirp4netns', 'version'], known.version, known.where);
  else if (tool.is === 'unknown' || known) fact.gap(['slirp4netns', 'version'], tool.is === 'unknown' ? tool : (known as Unknown));
  else fact.gap(['slirp4netns', 'version'], { is: 'unknown', why: 'unsupported', said: `the version of ${path} was not asked for`, where: [{ path }] });
}
