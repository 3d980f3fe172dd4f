/** Kind `clock`: which services set the clock, and whether it can be right. */
import { type Answer, type Asking, type Output, read, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { contained } from '../../facts/host/contained.ts';
import { type TimeDaemon, type TimeDaemons, timeDaemons } from '../../facts/host/time-daemons.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, says, string } from '../../facts/shape.ts';
import { certificatesIn } from '../../facts/text/certificate.ts';

const timedatectl = ['timedatectl', 'show', '--property=NTPSynchronized', '--value'];
const builds = ['/usr/lib/os-release', '/etc/os-release'] as const;
const certificates = ['server/tls/server-ca.crt', 'agent/server-ca.crt'].map((path) => `${usualDataDir}/${path}`);

export const clock = defineKind({
  name: 'clock',
  noun: 'the clock',
  describe:
    'The services that set the clock at boot (timesyncd, chronyd, ntpd, PTP), whether one has, and whether the clock is behind what the host was made from.',
  fields: {},
  shape: record({
    container: says(boolean('the host is a container, whose clock is that of the host below'), { yes: 'this is a container, whose clock is that of its host' }),
    services: list(string('a program: systemd-timesyncd, chronyd, ntpd, openntpd, ptp4l'), 'those that the boot starts'),
    rivals: list(string('a unit'), 'services that set the clock against each other: neither keeps the other from running'),
    synchronised: boolean('the kernel says that the clock was set by such a service; unset where timedatectl is not there'),
    time: string('the time of the inspection, in UTC'),
    earliest: string('a time before which the clock cannot be right'),
    because: string('what shows that'),
    behind: boolean('the clock is before that time'),
  }),
  touches: () => [
    timeDaemons,
    contained,
    { do: 'run', argv: timedatectl },
    ...builds.map((path) => ({ do: 'stat', path }) as const),
    ...certificates.map((path) => ({ do: 'read', path }) as const),
  ],
  *learn(_q, _as, { now }): Asking<Fact> {
    const [daemons, container, synchronised, stats, texts] = yield* together([
      timeDaemons(),
      contained(),
      run(timedatectl),
      together(builds.map((path) => stat(path))),
      together(certificates.map((path) => read(path))),
    ]);
    const fact = new FactBuilder().consulted(...daemons.consulted);
    if (container.is === 'unknown') fact.gap('container', container);
    else fact.set('container', container.value, container.where);
    putServices(fact, daemons);
    putSynchronised(fact, synchronised);
    putBehind(fact, now, [...builds.map((path, at) => built(path, stats[at])), ...certificates.map((path, at) => issued(path, texts[at]))]);
    return fact.build();
  },
});

function putServices(fact: FactBuilder, { each, incomplete, consulted }: TimeDaemons): void {
  const sure = each.filter((d) => d.open === undefined);
  const open = each.find((d) => d.open)?.open ?? incomplete;
  if (open && sure.length === 0) fact.gap('services', open);
  else
    fact.set('services', [...new Set(sure.map((d) => d.name))], ...(sure.length > 0 ? sure.map((d) => ({ ...d.where, said: `starts ${d.name}` })) : consulted));
  const clash = rivals(sure);
  if (open && clash.length === 0) fact.gap('rivals', open);
  else
    fact.set(
      'rivals',
      clash.map((d) => d.unit),
      ...(clash.length > 0 ? clash.map((d) => d.where) : consulted),
    );
}

/** PTP sets a hardware clock, which chronyd may follow: that is no rivalry. Of units in conflict systemd starts one. */
function rivals(each: readonly TimeDaemon[]): readonly TimeDaemon[] {
  const own = each.filter((d) => ['systemd-timesyncd', 'chronyd', 'ntpd', 'openntpd'].includes(d.name));
  const apart = (a: TimeDaemon, b: TimeDaemon): boolean => a.conflicts.includes(b.unit) || b.conflicts.includes(a.unit);
  return own.filter((d) => own.some((o) => o !== d && !apart(d, o)));
}

function putSynchronised(fact: FactBuilder, answer: Answer<Output>): void {
  const at: Where = { path: commandPlace(timedatectl) };
  fact.at('synchronised', at);
  if (answer.is === 'blocked') fact.gap('synchronised', unknown(answer, at.path));
  if (answer.is !== 'got') return;
  const word = answer.value.stdout.trim();
  if (answer.value.exit === 0 && (word === 'yes' || word === 'no')) fact.set('synchronised', word === 'yes', at);
  else fact.gap('synchronised', unparsable('timedatectl does not tell whether the clock was set', at));
}

type Sign = { readonly seconds: number; readonly said: string; readonly where: Where } | Unknown | undefined;

function built(path: string, answer: Answer<Stat> | undefined): Sign {
  if (answer?.is === 'blocked') return unknown(answer, path);
  if (answer?.is !== 'got') return undefined;
  const end = answer.value.real ?? { is: 'got' as const, value: answer.value };
  if (end.is === 'blocked') return unknown(end, path);
  return end.is === 'got' ? { seconds: end.value.mtime, said: `the system was made then (${path})`, where: { path } } : undefined;
}

function issued(path: string, answer: Answer<string> | undefined): Sign {
  if (answer?.is === 'blocked') return unknown(answer, path);
  if (answer?.is !== 'got') return undefined;
  const [first] = certificatesIn(answer.value) ?? [];
  return first
    ? { seconds: first.from, said: `the certificates of K3s begin to hold then (${path})`, where: { path } }
    : unparsable(`${path} holds no certificate`, { path });
}

function putBehind(fact: FactBuilder, now: number | undefined, signs: readonly Sign[]): void {
  if (now === undefined) {
    fact.gap('behind', { is: 'unknown', why: 'not-recorded', said: 'the recording does not tell when it was made', where: [] });
    return;
  }
  fact.set('time', utc(now));
  const known = signs.flatMap((s) => (s && 'seconds' in s ? [s] : []));
  const [latest] = known.toSorted((a, b) => b.seconds - a.seconds);
  const open = signs.find((s): s is Unknown => s !== undefined && 'is' in s);
  if (latest) fact.set('earliest', utc(latest.seconds), latest.where).set('because', latest.said, latest.where);
  const behind = latest !== undefined && now < latest.seconds;
  if (!behind && open) fact.gap('behind', open);
  else if (latest) fact.set('behind', behind, latest.where);
  else fact.gap('behind', { is: 'unknown', why: 'ambiguous', said: 'no file shows when the system was made', where: builds.map((path) => ({ path })) });
}

const utc = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
