/** Kind `unit`: what the unit files say, merged as systemd merges them. Not what the running manager does. */
import type { Asking } from '../../facts/ask.ts';
import { unitLines } from '../../facts/environment/unit-lines.ts';
import { type Fact, FactBuilder, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { withLater } from '../../facts/later.ts';
import { boolean, list, map, mode, type Shape, string } from '../../facts/shape.ts';
import { mergeDelegate } from '../../facts/systemd/delegate.ts';
import { type DirectiveClass, directives, enumerations } from '../../facts/systemd/directives.ts';
import { enablementNamed, enablementOf } from '../../facts/systemd/enablement.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { mergeSettings, type Settings } from '../../facts/systemd/merge.ts';
import type { Manager } from '../../facts/systemd/paths.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

const text = 'the last assignment; specifiers that files can tell are expanded';

function shapeOf(name: string, how: DirectiveClass): Shape {
  switch (how) {
    case 'boolean':
      return boolean('as systemd reads it: yes, true, on, 1 …');
    case 'mode':
      return mode('permission bits');
    case 'text':
      return string(text, enumerations[name]);
    case 'words':
    case 'units':
      return list(string('one word'), 'the words of all assignments, in order');
    case 'lines':
      return list(string('one assignment'), 'the assignments, in order');
    case 'environment':
      return map(string('the value of the variable'), 'the variables set by Environment= and, if asked for, EnvironmentFile=');
    case 'delegate':
      return list(string('a controller'), 'the controllers delegated; "yes" is cpu cpuset io memory pids');
    case 'controllers':
      return list(string('a controller'), 'the controllers taken from everything below');
  }
}

const states: Readonly<Record<string, Shape>> = {
  masked: boolean('the unit is a link to /dev/null or an empty file'),
  enabled: boolean('it is there, not masked, and something in the search path pulls it in at start'),
  enabledBy: list(string('a target or alias'), 'what pulls it in'),
  state: string('as `systemctl is-enabled` would say', ['enabled', 'alias', 'static', 'disabled', 'indirect', 'masked', 'linked', 'generated', 'transient']),
  fragment: string('the path of the unit file'),
  dropIns: list(string('a path'), 'the drop-ins, in the order in which they are read'),
  shadowed: list(string('a path'), 'unit files and drop-ins that a file of the same name hides'),
  names: list(string('a unit name'), 'the unit and its aliases'),
  delegateOn: boolean('whether Delegate= is on, be it with no controller'),
  broken: boolean('a section header is invalid, so that the unit cannot start'),
};

export const unit = defineKind({
  name: 'unit',
  describe: 'A systemd unit as its files declare it: fragment and drop-ins of all directories, merged as systemd merges them.',
  main: 'name',
  fields: {
    name: { type: 'string', required: true, describe: 'unit name with its suffix; {uid} and {user} stand for the account in question' },
    manager: { type: 'string', values: ['system', 'user'], describe: 'whose unit: of the system (default) or of the account’s own manager' },
    environmentFiles: {
      type: 'boolean',
      describe: 'also read the files that EnvironmentFile= names',
    },
  },
  // A shape for each directive of systemd: few runs look at them.
  shape: withLater(
    { type: 'record' as const, describe: '' },
    { fields: () => Object.assign(Object.fromEntries([...directives].map(([name, how]) => [name, shapeOf(name, how)])), states) },
  ),
  touches: (q) => {
    const { name, manager } = asked(q);
    // `{ each: manager }` is not known before the scan.
    const managers: readonly Manager[] = q.manager === '*' ? ['system', 'user'] : [manager];
    const usual = name.includes('*') ? runtimeUnits.flatMap((unit) => managers.map((m) => enablementNamed(unit, m))) : [];
    return [...managers.flatMap((m) => [unitNamed(name, m), enablementNamed(name, m)]), ...usual, ...(q.environmentFiles ? [unitLines] : [])];
  },
  *learn(q, as): Asking<Fact> {
    const { name, manager } = asked(q);
    const loaded = yield* loadUnit(name.replaceAll('{uid}', String(as.uid)).replaceAll('{user}', as.name), { manager, as });
    if (loaded.is === 'unknown') return loaded;
    const expand = expander(loaded.unit, manager, as);
    const settings = mergeSettings(loaded, expand);
    // What a unit that is there leaves out, it leaves out in its own files; where it might have stood comes after them.
    const fact = new FactBuilder().consulted(...(loaded.exists ? filesOf(loaded) : []), ...loaded.consulted);
    if (!loaded.exists) return absent(fact, loaded);
    describeFiles(fact, loaded);
    const enablement = yield* enablementOf(loaded.asked.name, { manager, as });
    if ('is' in enablement) return enablement;
    fact
      .set('enabled', enablement.enabled, ...enablement.where)
      .set('enabledBy', enablement.by, ...enablement.where)
      .set('state', enablement.state, ...enablement.where);
    for (const r of enablement.remarks) fact.note('enabled', r.said, r.where);
    const [hidden] = enablement.unseen;
    if (hidden) for (const part of ['enabled', 'enabledBy', 'state']) fact.gap(part, hidden);
    setDirectives(fact, loaded, settings);
    yield* setEnvironment(fact, settings, expand, q.environmentFiles === true);
    return fact.build();
  },
});

function asked(q: { readonly name: string; readonly manager?: string }): { name: string; manager: Manager } {
  return { name: q.name, manager: q.manager === 'user' ? 'user' : 'system' };
}

function absent(fact: FactBuilder, loaded: LoadedUnit): Fact {
  for (const r of loaded.remarks) fact.note('exists', r.said, r.where);
  for (const d of loaded.dropIns) fact.note('exists', 'a drop-in, but there is no unit of this name', { path: d.path });
  return fact.build(false);
}

const filesOf = ({ fragment, dropIns }: LoadedUnit): Where[] => [...(fragment ? [fragment] : []), ...dropIns].map(({ path }) => ({ path }));

function describeFiles(fact: FactBuilder, loaded: LoadedUnit): void {
  const files = filesOf(loaded);
  fact.at('exists', ...files);
  fact.set('masked', loaded.masked, ...files.slice(0, 1));
  fact.set('fragment', loaded.fragment?.path, ...files.slice(0, 1));
  fact.set(
    'dropIns',
    loaded.dropIns.map((d) => d.path),
    ...loaded.dropIns.map((d) => ({ path: d.path, ...(d.said ? { said: d.said } : {}) })),
  );
  const hidden = [...loaded.shadowed, ...loaded.dropIns.flatMap((d) => d.hides)];
  fact.set('shadowed', hidden, ...hidden.map((path) => ({ path })));
  fact.set('names', loaded.names);
  fact.set('broken', loaded.broken !== undefined, ...(loaded.broken ? [{ ...loaded.broken.where, said: loaded.broken.said }] : []));
  for (const d of loaded.dropIns) for (const path of d.hides) fact.note('', `hidden by ${d.path}${d.said ? ` (${d.said})` : ''}`, { path });
  for (const r of loaded.remarks) fact.note('', r.said, r.where);
}

/** Sets every merged directive. What could not be read may change any of them, so then all are unknown. */
function setDirectives(fact: FactBuilder, loaded: LoadedUnit, settings: Settings): void {
  const files = filesOf(loaded);
  const { on, where } = mergeDelegate(settings.counting('Delegate'));
  fact.set('delegateOn', on, ...(where.length > 0 ? where : files));
  for (const [key, setting] of settings.directives) {
    if (key === 'Environment') continue;
    fact.set(key, setting.value, ...setting.where).at(key, ...setting.where);
  }
  for (const [key, notes] of settings.notes) for (const n of notes) fact.note(key, n.said, ...n.where);
  const [unseen] = loaded.unseen;
  if (!unseen) return;
  for (const key of [...directives.keys(), 'delegateOn', 'broken', 'dropIns', 'shadowed']) fact.gap(key, unseen);
  const [uncertain] = loaded.uncertain;
  if (uncertain) for (const key of ['masked', 'enabled', 'enabledBy', 'state', 'fragment']) fact.gap(key, uncertain);
}

function* setEnvironment(fact: FactBuilder, settings: Settings, expand: (v: string) => string, readFiles: boolean): Asking<void> {
  const { variables, remarks, unseen } = yield* unitLines({ counting: settings.counting, expand }, readFiles);
  for (const r of remarks) fact.note(r.name ? ['Environment', r.name] : 'Environment', r.said, r.where);
  if (unseen) fact.gap('Environment', unseen);
  for (const [name, v] of variables) fact.set(['Environment', name], v.value, ...v.where);
}

/** What a rule that ranges over units mostly finds. */
const runtimeUnits = ['k3s.service', 'k3s-agent.service', 'crio.service', 'podman.service', 'k3s-rootless.service'];
