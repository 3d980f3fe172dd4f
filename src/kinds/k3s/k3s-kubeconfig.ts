/**
 * Kind `k3s-kubeconfig`: the administrator's kubeconfig that a server writes at every start, the permissions that it has,
 * and those that K3s gives it (k3s-io/k3s:pkg/server/server.go writeKubeConfig).
 */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { passwd } from '../../facts/host/passwd.ts';
import type { Chosen } from '../../facts/k3s/given.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, mode, number, record, string } from '../../facts/shape.ts';

const usual = '/etc/rancher/k3s/k3s.yaml';
const groups = '/etc/group';

export const k3sKubeconfig = defineKind({
  name: 'k3s-kubeconfig',
  noun: "the administrator's kubeconfig of K3s",
  absent: 'no K3s server is set up here',
  describe: 'The kubeconfig of the administrator that a K3s server writes when it starts: where, who may read it now, and what the next start makes of that.',
  fields: {},
  shape: record({
    path: string('where K3s writes it'),
    mode: mode('its permission bits now; unset where it was not written yet'),
    uid: number('its owner now'),
    given: string('write-kubeconfig-mode as K3s gets it'),
    next: mode('the permission bits that K3s gives it when it starts'),
    group: string('write-kubeconfig-group: who else may read it'),
    members: listOf(string('login name'), 'the accounts of that group but root'),
  }),
  touches: () => [
    k3sModel,
    passwd,
    { do: 'stat', path: usual },
    { do: 'stat', named: 'what write-kubeconfig names', later: true },
    { do: 'read', path: groups },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started' || model.role === 'agent') return missing(...(model.is === 'model' ? [model.where] : model.consulted));
    const fact = new FactBuilder().consulted(model.where);
    yield* placeOf(fact, model);
    const given = told(fact, model, 'write-kubeconfig-mode', 'next', 'given');
    if (given !== false) nextMode(fact, model, given);
    yield* groupOf(fact, model);
    return fact.build();
  },
});

/** The value of a flag; undefined where nothing sets it; false where that cannot be told, which is noted at the parts. */
function told(fact: FactBuilder, { flags }: K3sModel, flag: string, ...parts: readonly string[]): Chosen | undefined | false {
  const gap = flags.gap(flag);
  for (const part of gap ? parts : []) fact.gap(part, gap as Unknown);
  const found = flags.one(flag);
  return gap ? false : found?.value === '' ? undefined : found;
}

const placesOf = ({ where, beaten, value }: Chosen): Where[] => [
  where,
  ...beaten.map((b) => ({ ...b.where, said: `${b.value} there is not in force, ${value} is` })),
];

function* placeOf(fact: FactBuilder, model: K3sModel): Asking<void> {
  const named = told(fact, model, 'write-kubeconfig', 'path', 'mode', 'uid');
  if (named === false) return;
  const path = named?.value ?? usual;
  fact.set('path', path, named?.where ?? model.where);
  const answer = yield* stat(path);
  const refused = answer.is === 'blocked' ? answer : answer.is === 'got' && answer.value.real?.is === 'blocked' ? answer.value.real : undefined;
  if (refused) return void fact.gap('mode', unknown(refused, path)).gap('uid', unknown(refused, path));
  const inode = endOf(answer);
  if (inode) fact.set('mode', inode.mode, { path }).set('uid', inode.uid, { path });
  else fact.at('mode', { path, said: 'not written yet' });
}

/** strconv.ParseInt in base 8: what it does not take leaves the 0600 with which the file is made. */
function nextMode(fact: FactBuilder, model: K3sModel, given: Chosen | undefined): void {
  if (!given) return void fact.set('next', 0o600, { ...model.where, said: 'write-kubeconfig-mode is not set: 0600' });
  const where = placesOf(given);
  fact.set('given', given.value, ...where);
  const taken = /^[+-]?[0-7]{1,20}$/.test(given.value) ? Number.parseInt(given.value, 8) & 0o777 : undefined;
  fact.set('next', taken ?? 0o600, ...where);
  const [at = model.where] = where;
  if (taken === undefined) fact.note('next', `K3s does not understand ${given.value} as a mode, and leaves 0600`, at);
  else if (unquoted(given.value)) fact.note('next', `without quotes, ${unquoted(given.value)} is read as the number ${given.value}, and that as the mode`, at);
}

/** The usual mode whose number this is: `0640` without quotes is 416 to YAML 1.1. */
function unquoted(text: string): string | undefined {
  const octal = Number(text).toString(8);
  return /^[3-5]\d\d$/.test(text) && /^[67][0-7]{2}$/.test(octal) ? `0${octal}` : undefined;
}

function* groupOf(fact: FactBuilder, model: K3sModel): Asking<void> {
  const named = told(fact, model, 'write-kubeconfig-group', 'group', 'members');
  if (named === false) return;
  if (!named) return void fact.set('members', [], model.where).at('group', { ...model.where, said: 'write-kubeconfig-group is not set' });
  fact.set('group', named.value, ...placesOf(named));
  const [text, accounts] = yield* together([read(groups), passwd()]);
  if (text.is === 'blocked') return void fact.gap('members', unknown(text, groups));
  if (accounts.is === 'unknown') return void fact.gap('members', accounts);
  const lines = text.is === 'got' ? text.value.split('\n') : [];
  const at = lines.findIndex((l) => l.split(':')[0] === named.value || l.split(':')[2] === named.value);
  const [, , gid = '', also = ''] = (lines[at] ?? '').split(':');
  if (at < 0) return void fact.gap('members', { is: 'unknown', why: 'ambiguous', said: `${groups} has no group ${named.value}`, where: [{ path: groups }] });
  const own = accounts.entries.filter((e) => String(e.gid) === gid).map((e) => e.name);
  const names = [...new Set([...own, ...also.trim().split(',')])].filter((n) => n !== '' && n !== 'root').sort();
  fact.set('members', names, { path: groups, line: at + 1 }, ...named.beaten.map((b) => b.where));
}
