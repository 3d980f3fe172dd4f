/** Kind `journal`: whether the log of the host outlives a start. */
import { type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, lookedAt, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type BootMount, mountAtBoot } from '../../facts/host/boot-mounts.ts';
import { type MountTable, mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { cleanPath } from '../../facts/host/path-list.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { type SystemdConf, systemdConf } from '../../facts/systemd/conf.ts';
import { initOf, withoutUnits } from '../../facts/systemd/init.ts';
import { maskedUnit } from '../../facts/systemd/masked.ts';
import { type Started, startsAtBoot } from '../../facts/systemd/started.ts';

const folder = '/var/log/journal';
const parents = ['/var', '/var/log', folder] as const;
const daemon = 'systemd-journald.service';
const writers = ['rsyslog.service', 'syslog-ng.service'] as const;
/** Daemons that write files where no systemd is: of BusyBox, sysklogd and metalog, as scripts and inittab(5) call them. */
const plain = ['syslog.service', 'syslogd.service', 'sysklogd.service', 'metalog.service', 'busybox-syslogd.service'] as const;
/** Of OpenWrt: it writes a file only where log_file names one. */
const openWrts = 'log.service';
const openWrtsConf = '/etc/config/system';
/** What they are started with: OpenRC, Yocto, Buildroot. */
const optionFiles = ['/etc/conf.d/syslog', '/etc/syslog-startup.conf', '/etc/default/syslogd'] as const;
const senders = [
  'systemd-journal-upload.service',
  'fluent-bit.service',
  'td-agent-bit.service',
  'vector.service',
  'promtail.service',
  'alloy.service',
  'filebeat.service',
  'dlt-system.service',
  ...writers,
] as const;

export const journal = defineKind({
  name: 'journal',
  noun: 'the log',
  describe:
    'Where journald keeps the log (journald.conf with drop-ins, /var/log/journal, links and mounts), which syslog daemon writes files beside it, and who could forward it.',
  fields: {},
  shape: record({
    journald: boolean('systemd is there, whose journald takes the log'),
    storage: string('Storage= (default: auto); unset without systemd', ['auto', 'persistent', 'volatile', 'none']),
    folder: boolean('/var/log/journal is there, which auto takes for persistent'),
    place: string('the directory in which the log is kept, links followed'),
    onDisk: boolean('/var/log and /var/log/journal are on a disk, not in memory'),
    persistent: boolean('the journal outlives a start'),
    syslog: boolean('a syslog daemon starts, and writes to a disk'),
    forwarders: list(string('a unit'), 'units that start and can forward the log'),
  }),
  touches: () => [
    systemdConf.of('journald.conf'),
    mountTable,
    ...parents.map((path) => ({ do: 'stat', path }) as const),
    ...parents.map((path) => mountAtBoot.of(path)),
    ...[...senders, ...plain, openWrts].map((s) => startsAtBoot.of(s)),
    initOf,
    maskedUnit.of(daemon),
    ...[...optionFiles, openWrtsConf].map((path) => ({ do: 'read', path }) as const),
  ],
  *learn(): Asking<Fact> {
    const [init, conf, mounts, stats, started, booted] = yield* together([
      initOf(),
      systemdConf('journald.conf'),
      mountTable(),
      together(parents.map((p) => stat(p))),
      together(senders.map((s) => startsAtBoot(s))),
      together(parents.map((p) => mountAtBoot(p))),
    ]);
    const fact = new FactBuilder().consulted(...conf.looked, { path: folder });
    const place = placeOf(stats, mounts, booted);
    const own = stats[2];
    if (own?.is === 'blocked') fact.gap('folder', unknown(own, folder));
    else fact.set('folder', own?.is === 'got', { path: folder });
    if ('is' in place) for (const field of ['onDisk', 'place']) fact.gap(field, place);
    else fact.set('onDisk', place.onDisk, ...place.where).set('place', place.path, ...place.where);
    if (init.is === 'unknown') {
      for (const field of ['journald', 'storage', 'persistent', 'syslog']) fact.gap(field, init);
      return setSenders(fact, started).build();
    }
    const without = withoutUnits(init);
    fact.set('journald', !without, init.at);
    if (without) fact.set('persistent', false, init.at);
    else {
      const mask = yield* maskedUnit(daemon);
      if (mask && 'is' in mask) fact.gap('storage', mask).gap('persistent', mask);
      else if (mask) fact.set('persistent', false, mask);
      else setJournal(fact, conf, place, own?.is === 'got');
    }
    const onDisk = 'is' in place ? place : place.onDisk;
    setSyslog(fact, started, onDisk, without ? yield* plainWriters() : []);
    return setSenders(fact, started).build();
  },
});

type Place = { readonly path: string; readonly onDisk: boolean; readonly where: readonly Where[] } | Unknown;

/** Where a link leads counts, wherever on the way it is; Yocto keeps /var/log in memory by one. */
function placeOf(stats: readonly Answer<Stat>[], mounts: MountTable, booted: readonly (BootMount | Unknown)[]): Place {
  const shut = stats.findIndex((s) => s.is === 'blocked');
  const refused = stats[shut];
  if (refused?.is === 'blocked') return unknown(refused, parents[shut] ?? folder);
  if (mounts.is === 'unknown') return mounts;
  const open = booted.find((b): b is Unknown => 'is' in b);
  if (open) return open;
  const last = stats.findLastIndex((s) => s.is === 'got');
  const reached = stats[last];
  const real = reached?.is === 'got' ? endOf(reached.value, parents[last] ?? folder) : undefined;
  const path = real ?? folder;
  const unit = booted.findLast((b): b is BootMount => !('is' in b) && b.options !== undefined && `${path}/`.startsWith(`${b.point}/`));
  const table = mountOf(mounts.each, path);
  const mount = unit && unit.point.length >= (table?.point.length ?? 0) ? unit : table;
  const inMemory = /^(?:tmpfs|ramfs)$/.test(mount?.type ?? '') || /^\/(?:run|tmp|dev\/shm|var\/volatile)(?:\/|$)/.test(path);
  return { path, onDisk: !inMemory, where: [{ path: parents[Math.max(0, last)] ?? folder }, ...(mount ? [mount.at] : [])] };
}

/** Where it is, or leads to; what is made there at boot is not there yet. */
const endOf = ({ real, target }: Stat, path: string): string | undefined =>
  real?.is === 'got'
    ? real.value.path
    : target === undefined || target.startsWith('/')
      ? target
      : cleanPath(`${path.slice(0, path.lastIndexOf('/'))}/${target}`);

function setJournal(fact: FactBuilder, conf: SystemdConf, place: Place, there: boolean): void {
  const said = conf.values.get('Journal.Storage');
  const known = said && ['auto', 'persistent', 'volatile', 'none'].includes(said.value) ? said : undefined;
  const storage = known?.value ?? 'auto';
  const at = known?.where ?? lookedAt(conf.looked);
  if (conf.unseen) return void fact.gap('storage', conf.unseen).gap('persistent', conf.unseen);
  fact.set('storage', storage, ...at);
  if ('is' in place) return void fact.gap('persistent', place);
  const kept = place.onDisk && (storage === 'persistent' || (storage === 'auto' && there));
  fact.set('persistent', kept, ...(place.onDisk ? at : place.where), { path: folder });
}

type StartedOnes = readonly (readonly Started[] | Unknown)[];

function setSenders(fact: FactBuilder, started: StartedOnes): FactBuilder {
  const open = started.find((s): s is Unknown => 'is' in s);
  if (open) return fact.gap('forwarders', open);
  const units = started.flatMap((s) => ('is' in s ? [] : s.slice(0, 1)));
  return fact.set(
    'forwarders',
    units.map((u) => u.name),
    ...units.map((u) => u.at),
  );
}

function setSyslog(fact: FactBuilder, started: StartedOnes, onDisk: boolean | Unknown, more: readonly Started[] | Unknown): void {
  const open = started.find((s): s is Unknown => 'is' in s) ?? ('is' in more ? more : undefined);
  if (open) return void fact.gap('syslog', open);
  const units = started.flatMap((s) => ('is' in s ? [] : s.slice(0, 1))).filter((u) => (writers as readonly string[]).includes(u.name));
  const all = [...units, ...('is' in more ? [] : more)];
  if (all.length > 0 && typeof onDisk !== 'boolean') return void fact.gap('syslog', onDisk);
  fact.set('syslog', all.length > 0 && onDisk === true, ...all.map((u) => u.at));
}

/** Daemons without a unit that write files: not those that keep the log in memory, or only send it on. */
function* plainWriters(): Asking<readonly Started[] | Unknown> {
  const [found, wrts, texts, conf] = yield* together([
    together(plain.map((s) => startsAtBoot(s))),
    startsAtBoot(openWrts),
    together(optionFiles.map((path) => read(path))),
    read(openWrtsConf),
  ]);
  const open = [...found, wrts].find((s): s is Unknown => 'is' in s);
  if (open) return open;
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const refused = texts[shut];
  if (refused?.is === 'blocked') return unknown(refused, optionFiles[shut] ?? '');
  if (conf.is === 'blocked') return unknown(conf, openWrtsConf);
  const toFile = conf.is === 'got' && /^\s*option\s+['"]?log_file['"]?\s+['"]?\//m.test(conf.value);
  const keeps = texts.every((t) => t.is !== 'got' || !aside.test(t.value));
  return [...found.flatMap((s) => ('is' in s || !keeps ? [] : s.slice(0, 1))), ...('is' in wrts || !toFile ? [] : wrts.slice(0, 1))];
}

/** syslogd -C keeps the log in memory, -R without -L sends it away alone; DESTINATION= is Yocto's word for that. */
const aside = /^(?:SYSLOGD_\w+=["']?(?:.*\s)?-(?:\w*C|R(?!.*\s-L))|DESTINATION=["']?(?:buffer|remote)["']?\s*$)/m;
