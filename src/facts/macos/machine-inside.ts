/** What only the machine itself can tell: the controllers of the rootless engine, and where its docker.sock leads. */

import { type Account, type Answer, type Asking, type Output, together } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type FactBuilder, type Json, type Unknown, unknown, type Where } from '../fact.ts';
import { onMac } from '../host/mac.ts';
import { source, type Touches } from '../source.ts';
import type { Connection } from './connections.ts';
import type { Machine } from './machines.ts';
import { failed, items, member, runAs, type Told, tellJson, text } from './run-as.ts';

const controllersPath = (uid: string): string => `/sys/fs/cgroup/user.slice/user-${uid}.slice/user@${uid}.service/cgroup.controllers`;

const touches: Touches = [
  { do: 'run', argv: ['podman', '--connection', '*', 'info', '--format', 'json'], asUser: true, ...onMac },
  { do: 'run', argv: ['podman', 'machine', 'ssh', '*', 'cat', '/sys/fs/cgroup/user.slice/*/*/cgroup.controllers'], asUser: true, ...onMac },
  { do: 'run', argv: ['podman', 'machine', 'ssh', '*', 'readlink', '-f', '/var/run/docker.sock'], asUser: true, ...onMac },
];

export const learnInside = source(touches, lookInside);

function* lookInside(fact: FactBuilder, machine: Machine, connection: Connection | undefined, as: Account): Asking<void> {
  const stopped = whyNot(machine, connection);
  if (stopped || !connection) return void (stopped && fact.gap('inside', stopped));
  const uid = /^\/run\/user\/(\d{1,10})\//.exec(connection.address.path ?? '')?.[1];
  const infoArgv = ['podman', '--connection', connection.name, 'info', '--format', 'json'];
  const linkArgv = ['podman', 'machine', 'ssh', machine.name, 'readlink', '-f', '/var/run/docker.sock'];
  const fileArgv = ['podman', 'machine', 'ssh', machine.name, 'cat', controllersPath(uid ?? '0')];
  const [info, link, file] = yield* together([tellJson(infoArgv, as), runAs(linkArgv, as), uid === undefined ? none() : runAs(fileArgv, as)]);
  addLink(fact, link, { path: commandPlace(linkArgv) }, connection);
  if (uid !== undefined) addControllers(fact, info, file, { path: commandPlace(fileArgv) });
}

// biome-ignore lint/correctness/useYield: stands in for a question that need not be asked
function* none(): Asking<Answer<Output>> {
  return { is: 'absent' };
}

function whyNot(machine: Machine, connection: Connection | undefined): Unknown | undefined {
  const because = (said: string): Unknown => ({ is: 'unknown', why: 'failed', said, where: [machine.where] });
  if (machine.running !== true) return because(`the machine ${machine.name} does not run, so it cannot be asked`);
  if (!connection) return because('there is no connection to the machine');
  return /^[A-Za-z0-9][\w.-]{0,100}$/.test(connection.name) ? undefined : because('the name of the connection is not plain, so it is not used in a command');
}

function addLink(fact: FactBuilder, answer: Answer<Output>, where: Where, connection: Connection): void {
  const path = answer.is === 'got' && answer.value.exit === 0 ? answer.value.stdout.trim() : '';
  if (!/^\/\S*$/.test(path)) {
    const why = answer.is === 'got' ? failed(answer.value, where) : unknown(answer.is === 'blocked' ? answer : { is: 'blocked', why: 'failed' }, where.path);
    fact.gap(['inside', 'dockerSocket'], why).gap(['inside', 'defaultSocketFits'], why);
    return;
  }
  fact
    .set(['inside', 'dockerSocket'], path, where)
    .set(['inside', 'defaultSocketFits'], path === connection.address.path, { ...where, said: `leads to ${path}` });
}

/**
 * What the engine reports counts: right after a daemon-reload the kernel's file
 * already names the new controllers while the user's units do not get them. A
 * controller that even the file lacks is missing for certain.
 */
function addControllers(fact: FactBuilder, info: Told<Json>, file: Answer<Output>, fileAt: Where): void {
  const words = file.is === 'got' && file.value.exit === 0 ? file.value.stdout.trim().split(/\s+/) : undefined;
  const inFile = words?.includes('cpuset');
  const reported = info.is === 'told' ? member(member(info.value, 'host'), 'cgroupControllers') : undefined;
  if (info.is === 'told' && Array.isArray(reported)) {
    const names = items(reported).flatMap((c) => text(c) ?? []);
    fact.set(['inside', 'controllers'], names, info.where).set(['inside', 'cpuset'], names.includes('cpuset'), { ...info.where, said: names.join(' ') });
    if (!names.includes('cpuset') && inFile)
      fact.note(['inside', 'cpuset'], 'the delegation is configured, but the user manager in the machine has not been restarted', fileAt);
    return;
  }
  const why: Unknown =
    info.is === 'unknown' ? info : { is: 'unknown', why: 'failed', said: 'podman info does not tell the controllers of the engine', where: [info.where] };
  fact.gap(['inside', 'controllers'], why);
  if (inFile === false) fact.set(['inside', 'cpuset'], false, { ...fileAt, said: words?.join(' ') ?? '' });
  else fact.gap(['inside', 'cpuset'], why);
}
