/** Kind `k3s-rootless-start`: what the rootless K3s service of an account starts, and what that needs. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import type { Environment } from '../../facts/environment/environment.ts';
import { environmentOfUnit } from '../../facts/environment/unit.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type K3sModel, k3sModel, rootlessModel } from '../../facts/k3s/k3s-model.ts';
import { apiPort, type Decided, joined, movedPorts, snapshotterOf } from '../../facts/k3s/rootless-command.ts';
import { bringsPrograms, dataDirOf, findProgram, programTouches, runnable, searchedBy } from '../../facts/k3s/rootless-programs.ts';
import { differencesFrom } from '../../facts/k3s/rootless-unit.ts';
import type { NotStarted } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';
import { type LoadedUnit, type LoadOptions, loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { sinceReset } from '../../facts/systemd/syntax.ts';

const unitName = 'k3s-rootless.service';
const place = string('where it lies; unset when it is not found');
const helpers = ['fuse-overlayfs', 'newuidmap', 'newgidmap'] as const;

export const k3sRootlessStart = defineKind({
  name: 'k3s-rootless-start',
  noun: 'rootless K3s',
  absent: '{who} has no k3s-rootless.service that is in force',
  describe: 'What the k3s-rootless service of the account in question starts: the program, what its flags mean for the host, and the programs that it needs.',
  fields: {},
  shape: record({
    program: string('the program that the unit starts'),
    runnable: boolean('that program is there and may be executed'),
    k3s: boolean('it is `k3s server` or `k3s agent`, as far as the command line tells'),
    rootless: boolean('--rootless is given, by the command line or by config.yaml'),
    role: string('what it starts', ['server', 'agent']),
    snapshotter: string('how images are unpacked'),
    fuse: record({ needed: boolean('the snapshotter is fuse-overlayfs'), path: place }, 'the program fuse-overlayfs, of the bundle or the PATH of the service'),
    newuidmap: record({ path: place }, 'on the PATH of the service, since K3s does not bring it'),
    newgidmap: record({ path: place }, 'the same'),
    joins: string('the server of another node that it is to join; unset when there is none'),
    port: number('the port of the host at which the API answers'),
    systemPort: number('the port of the K3s server that the system starts here; unset when it starts none'),
    moved: list(string('a port of a service, and that of the host'), 'ports of packaged services that the host has elsewhere'),
    differs: list(string('a setting'), 'where the unit file is not as K3s ships it; its command, Environment= and LimitCORE= are a choice of the host'),
  }),
  touches: () => [
    unitNamed(unitName, 'user'),
    environmentOfUnit.of(unitName, { manager: 'user', as: inQuestion }),
    rootlessModel,
    k3sModel,
    ...programTouches(...helpers),
    { do: 'stat', path: '/**/k3s', first: ['/usr/local/bin/k3s', '/usr/bin/k3s', '/opt/bin/k3s'] },
  ],
  *learn(_query, as): Asking<Fact> {
    const options: LoadOptions = { manager: 'user', as };
    const [unit, environment, model, system] = yield* together([
      loadUnit(unitName, options),
      environmentOfUnit(unitName, options, ['PATH']),
      rootlessModel(as),
      k3sModel(),
    ]);
    if (unit.is === 'unknown') return unit;
    if (!unit.exists || unit.masked) return missing(...unit.consulted);
    const fact = new FactBuilder().consulted(...(unit.fragment ? [{ path: unit.fragment.path }] : unit.consulted));
    yield* command(fact, unit, model);
    flagsOf(fact, model, system);
    const own = bringsPrograms(model);
    for (const name of helpers) yield* helper(fact, name, environment, dataDirOf(model, as), own);
    differences(fact, unit, model);
    return fact.build();
  },
});

/** What cannot be read as a command of K3s, such as a script, is open. */
function* command(fact: FactBuilder, unit: LoadedUnit, model: K3sModel | NotStarted | Unknown): Asking<void> {
  if (model.is === 'unknown') {
    for (const part of ['program', 'runnable', 'k3s', 'rootless', 'role']) fact.gap(part, model);
    return;
  }
  const lines = sinceReset(unit.assignments.filter((a) => a.section === 'Service' && a.key === 'ExecStart'));
  const last = lines.at(-1);
  if (model.is === 'not-started') {
    const files: Where[] = unit.fragment ? [{ path: unit.fragment.path, said: 'no ExecStart=' }] : [];
    const open: Unknown = { is: 'unknown', why: 'ambiguous', said: `whether ${last?.value} starts K3s cannot be told`, where: last ? [last.where] : [] };
    if (!last) return void fact.set('k3s', false, ...files);
    for (const part of ['k3s', 'runnable', 'rootless', 'role']) fact.gap(part, open);
    return;
  }
  const rootless = model.flags.one('rootless');
  fact
    .set('k3s', true, model.where)
    .set('role', model.role, model.where)
    .set('program', model.program, model.where)
    .set('rootless', model.flags.on('rootless'), rootless?.where ?? model.where);
  yield* program(fact, model);
}

/** systemd looks a bare name up in directories that are built in (systemd.service(5) "Command lines"). */
function* program(fact: FactBuilder, { program: word, where }: K3sModel): Asking<void> {
  const usual = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const paths = word.startsWith('/') ? [word] : usual.map((d) => `${d}/${word}`);
  const answers = yield* together(paths.map((path) => stat(path)));
  const at = answers.findIndex(runnable);
  const shut = answers.findIndex((a) => a.is === 'blocked' || (a.is === 'got' && a.value.real?.is === 'blocked'));
  const hidden = answers[shut];
  const end = hidden?.is === 'got' ? hidden.value.real : hidden;
  if (at >= 0) fact.set('runnable', true, { path: paths[at] as string }, where);
  else if (end?.is === 'blocked') fact.gap('runnable', unknown(end, paths[shut] as string));
  else fact.set('runnable', false, where, ...paths.map((path) => ({ path })));
}

function flagsOf(fact: FactBuilder, model: K3sModel | NotStarted | Unknown, system: K3sModel | NotStarted | Unknown): void {
  if (system.is === 'unknown') fact.gap('systemPort', system);
  else if (system.is === 'model' && system.role === 'server') decided(fact, 'systemPort', apiPort(system), system);
  else fact.at('systemPort', ...system.consulted);
  if (model.is === 'unknown') {
    for (const part of ['snapshotter', 'fuse', 'joins', 'port', 'moved']) fact.gap(part, model);
    return;
  }
  if (model.is === 'not-started') {
    const open: Unknown = { is: 'unknown', why: 'ambiguous', said: 'the flags of K3s cannot be told from its unit', where: model.consulted };
    for (const part of ['snapshotter', 'fuse', 'joins', 'port', 'moved']) fact.gap(part, open);
    return;
  }
  const snapshotter = snapshotterOf(model);
  decided(fact, 'snapshotter', snapshotter, model);
  fact.set(['fuse', 'needed'], snapshotter.value === 'fuse-overlayfs', snapshotter.where ?? model.where);
  decided(fact, 'port', apiPort(model), model);
  decided(fact, 'moved', movedPorts(model), model);
  const other = joined(model);
  if (other && 'is' in other) fact.gap('joins', other);
  else if (other) decided(fact, 'joins', other, model);
  else fact.at('joins', model.where);
}

const decided = (fact: FactBuilder, name: string, { value, where }: Decided<string | number | readonly string[]>, model: K3sModel): FactBuilder =>
  fact.set(name, value, where ?? { ...model.where, said: 'a default of K3s' });

function* helper(fact: FactBuilder, name: (typeof helpers)[number], environment: Environment, dataDir: string | Unknown, own: Where | undefined): Asking<void> {
  const field = name === 'fuse-overlayfs' ? 'fuse' : name;
  if (typeof dataDir === 'object') return void fact.gap([field, 'path'], dataDir);
  const seen = yield* findProgram(name, searchedBy(environment, dataDir, field === 'fuse'));
  if (seen.is === 'unknown') fact.gap([field, 'path'], seen);
  else if (field === 'fuse' && own && !seen.unpacked) fact.set([field, 'path'], name, own);
  else if (seen.found) fact.set([field, 'path'], seen.path, { path: seen.path });
  else if (field === 'fuse' && !seen.unpacked)
    fact.gap([field, 'path'], {
      is: 'unknown',
      why: 'ambiguous',
      said: 'K3s has not been unpacked yet, and its bundle usually brings fuse-overlayfs',
      where: seen.looked,
    });
  else fact.at([field, 'path'], ...seen.looked);
}

/** Held against the unit of the installed release. */
function differences(fact: FactBuilder, unit: LoadedUnit, model: K3sModel | NotStarted | Unknown): void {
  const path = unit.fragment?.path;
  const open = unit.uncertain[0] ?? (model.is === 'unknown' ? model : model.is === 'model' && model.release.is === 'unknown' ? model.release : undefined);
  if (open) return void fact.gap('differs', open);
  if (path === undefined || model.is === 'not-started') return;
  const found = differencesFrom(unit.assignments, path);
  fact.set(
    'differs',
    found.map(({ said }) => said),
    ...(found.length > 0 ? found.map(({ said, at }) => ({ ...at, said })) : [{ path }]),
  );
}
