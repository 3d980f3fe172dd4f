/** Kind `k3s-rootless`: the rootless K3s service of one account, and its K3S_ROOTLESS_* variables. */

import { type Account, type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { gapOf } from '../../facts/environment/environment.ts';
import { type Fact, FactBuilder, missing, unknown, type Where } from '../../facts/fact.ts';
import { programDirectories } from '../../facts/host/tool-table.ts';
import { type Neighbours, neighbours, overlapping } from '../../facts/k3s/cidr-neighbours.ts';
import { goCidr } from '../../facts/k3s/go.ts';
import { judge, type SettingName, settingNames } from '../../facts/k3s/rootless-settings.ts';
import { type ServiceEnvironment, serviceEnvironment } from '../../facts/k3s/rootless-sources.ts';
import { defineKind } from '../../facts/kind.ts';
import { any, boolean, list as listOf, number, record, type Shape, string } from '../../facts/shape.ts';
import { inQuestion, type Touches } from '../../facts/source.ts';
import { type LoadedUnit, loadUnit, unitNamed } from '../../facts/systemd/load.ts';

const rootlessUnit = 'k3s-rootless.service';

const setting = (effective: Shape, describe: string, more: Readonly<Record<string, Shape>> = {}): Shape =>
  record(
    {
      text: string('the text that the service gets; unset when there is none'),
      set: boolean('set to something that is not empty'),
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
    misplaced: listOf(any('a variable'), 'K3S_ROOTLESS_* variables that are set only where the service does not see them'),
    strays: listOf(record({ name: string('its name'), value: string('its value there') }), 'the same, each with the value that does not arrive'),
    slirp4netns: record(
      { found: boolean('K3s finds it'), path: string('where'), bundled: boolean('it is the one that K3s brings along') },
      'the program that gives the cluster its network',
    ),
  }),
  touches: () => touches,
  *learn(_query, as): Asking<Fact> {
    const unit = yield* loadUnit(rootlessUnit, { manager: 'user', as });
    if (unit.is === 'unknown') return unit;
    if (!unit.exists) return missing(...unit.consulted);
    const names = [...Object.values(settingNames), 'PATH'];
    const [environment, near] = yield* together([serviceEnvironment(rootlessUnit, as, names), neighbours(unit)]);
    const fact = new FactBuilder().consulted(...(unit.fragment ? [{ path: unit.fragment.path }] : unit.consulted));
    placeOf(fact, unit, as);
    for (const name of settings) put(fact, name, environment, unit);
    overlapsOf(fact, near, environment);
    misplaced(fact, environment);
    yield* slirp(fact, environment, as);
    return fact.build();
  },
});

const bundles = ['~/.rancher/k3s/data/current/bin', '/var/lib/rancher/k3s/data/current/bin'] as const;

const touches: Touches = [
  unitNamed(rootlessUnit, 'user'),
  serviceEnvironment.of(rootlessUnit, inQuestion),
  neighbours,
  { do: 'stat', path: '/**/slirp4netns', first: [...bundles, ...programDirectories].map((d) => `${d}/slirp4netns`) },
  ...bundles.map((path) => ({ do: 'stat' as const, path })),
];

function placeOf(fact: FactBuilder, unit: LoadedUnit, as: Account): void {
  const path = unit.fragment?.path;
  if (path === undefined) return;
  fact.set('path', path, { path }).set('forEveryone', !path.startsWith(`${as.home}/`) && !path.startsWith('/run/user/'), { path });
}

function put(fact: FactBuilder, name: Exclude<SettingName, 'copyUpDirs'>, { environment, strays }: ServiceEnvironment, unit: LoadedUnit): void {
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

function overlapsOf(fact: FactBuilder, near: Neighbours, { environment }: ServiceEnvironment): void {
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

/** K3s unpacks its bundle and puts it in front of PATH before it looks for the program (k3s-io/k3s:cmd/k3s/main.go). */
function* slirp(fact: FactBuilder, { environment }: ServiceEnvironment, as: Account): Asking<void> {
  const bundled = bundles.map((b) => b.replace(/^~/, as.home));
  const path = environment.variables.get('PATH')?.value ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const directories = path.split(':').filter((d) => d.startsWith('/'));
  const candidates = [...bundled, ...directories].map((d) => `${d.replace(/\/$/, '')}/slirp4netns`);
  const answers = yield* together([...candidates, ...bundled].map((p) => stat(p)));
  const at = candidates.findIndex((_, i) => runnable(answers[i]));
  const unpacked = answers.slice(candidates.length).some((a) => a.is === 'got');
  const where = candidates.map((p) => ({ path: p }));
  if (at >= 0) {
    const found = candidates[at] as string;
    fact
      .set(['slirp4netns', 'found'], true, { path: found })
      .set(['slirp4netns', 'path'], found, { path: found })
      .set(['slirp4netns', 'bundled'], at < bundled.length, { path: found });
    return;
  }
  const blocked = answers.findIndex((a) => a.is === 'blocked');
  const answer = answers[blocked];
  if (answer?.is === 'blocked') fact.gap('slirp4netns', unknown(answer, [...candidates, ...bundled][blocked] as string));
  else if (environment.unseen) fact.gap('slirp4netns', environment.unseen);
  else if (!unpacked)
    fact.gap('slirp4netns', {
      is: 'unknown',
      why: 'ambiguous',
      said: 'K3s has not been unpacked yet, and its bundle usually brings slirp4netns',
      where: bundled.map((p) => ({ path: p })),
    });
  else fact.set(['slirp4netns', 'found'], false, ...where);
}

/** A regular file that may be executed, or a link to one. */
function runnable(answer: Answer<Stat> | undefined): boolean {
  if (answer?.is !== 'got') return false;
  const { real, ...own } = answer.value;
  const end = real === undefined ? own : real.is === 'got' ? real.value : undefined;
  return end?.type === 'file' && (end.mode & 0o111) !== 0;
}
