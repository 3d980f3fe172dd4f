/** Kind `journal`: whether the log of the host outlives a start. */
import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, lookedAt, type Unknown, unknown } from '../../facts/fact.ts';
import { mountOf, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';
import { systemdConf } from '../../facts/systemd/conf.ts';
import { startsAtBoot } from '../../facts/systemd/started.ts';

const folder = '/var/log/journal';
const parents = ['/var', '/var/log', folder] as const;
const writers = ['rsyslog.service', 'syslog-ng.service'] as const;
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
    storage: string('Storage= (default: auto)', ['auto', 'persistent', 'volatile', 'none']),
    folder: boolean('/var/log/journal is there, which auto takes for persistent'),
    place: string('what /var/log is kept in'),
    onDisk: boolean('/var/log and /var/log/journal are on a disk, not in memory'),
    persistent: boolean('the journal outlives a start'),
    syslog: boolean('rsyslog or syslog-ng starts, and writes to a disk'),
    forwarders: list(string('a unit'), 'units that start and can forward the log'),
  }),
  touches: () => [
    systemdConf.of('journald.conf'),
    mountTable,
    ...parents.map((path) => ({ do: 'stat', path }) as const),
    ...senders.map((s) => startsAtBoot.of(s)),
  ],
  *learn(): Asking<Fact> {
    const [conf, mounts, stats, started] = yield* together([
      systemdConf('journald.conf'),
      mountTable(),
      together(parents.map((p) => stat(p))),
      together(senders.map((s) => startsAtBoot(s))),
    ]);
    const fact = new FactBuilder().consulted(...conf.looked, { path: folder });
    const said = conf.values.get('Journal.Storage');
    const known = said && ['auto', 'persistent', 'volatile', 'none'].includes(said.value) ? said : undefined;
    const storage = known?.value ?? 'auto';
    const at = known?.where ?? lookedAt(conf.looked);
    if (conf.unseen) fact.gap('storage', conf.unseen);
    else fact.set('storage', storage, ...at);
    const [, , own] = stats;
    const there = own?.is === 'got';
    if (own?.is === 'blocked') fact.gap('folder', unknown(own, folder));
    else fact.set('folder', there, { path: folder });
    const shut = stats.findIndex((s) => s.is === 'blocked');
    const blocked = stats[shut];
    const hidden: Unknown | undefined = blocked?.is === 'blocked' ? unknown(blocked, parents[shut] ?? folder) : mounts.is === 'unknown' ? mounts : undefined;
    // Where a link leads counts, wherever on the way it is.
    const reached = stats.findLast((s) => s.is === 'got');
    const real = reached?.is === 'got' ? (reached.value.real?.is === 'got' ? reached.value.real.value.path : reached.value.target) : undefined;
    const path = real ?? folder;
    const mount = mounts.is === 'unknown' ? undefined : mountOf(mounts.each, path);
    const inMemory = /^(?:tmpfs|ramfs)$/.test(mount?.type ?? '') || /^\/(?:run|tmp|dev\/shm|var\/volatile)(?:\/|$)/.test(path);
    const places = [
      {
        path:
          parents[
            Math.max(
              0,
              stats.findLastIndex((s) => s.is === 'got'),
            )
          ] ?? folder,
      },
      ...(mount ? [mount.at] : []),
    ];
    if (hidden) for (const field of ['onDisk', 'persistent', 'syslog', 'place']) fact.gap(field, hidden);
    else fact.set('onDisk', !inMemory, ...places).set('place', `${path} (${mount?.type ?? 'in memory'})`, ...places);
    if (conf.unseen) fact.gap('persistent', conf.unseen);
    else if (!hidden)
      fact.set('persistent', !inMemory && (storage === 'persistent' || (storage === 'auto' && there)), ...(inMemory ? places : at), { path: folder });
    const open = started.find((s): s is Unknown => 'is' in s);
    const on = senders.filter((_, index) => {
      const s = started[index];
      return s !== undefined && !('is' in s) && s.length > 0;
    });
    const writes = on.some((s) => (writers as readonly string[]).includes(s));
    if (open) fact.gap('syslog', open).gap('forwarders', open);
    else {
      const links = started.flatMap((s) => ('is' in s ? [] : s.map((l) => l.at)));
      fact.set('forwarders', on, ...links);
      if (!hidden) fact.set('syslog', writes && !inMemory, ...links);
    }
    return fact.build();
  },
});
