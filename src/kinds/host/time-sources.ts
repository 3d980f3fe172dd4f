/** Kind `time-sources`: from whom the host takes its time, and whether they prove who they are. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { startsAtBoot } from '../../facts/systemd/started.ts';

const daemons = {
  chrony: ['chronyd.service', 'chrony.service'],
  ntpsec: ['ntpsec.service', 'ntpd.service', 'ntp.service'],
  openntpd: ['openntpd.service'],
  // OpenWrt's script for the ntpd of BusyBox.
  sysntpd: ['sysntpd.service'],
  ptp: ['ptp4l.service'],
  timesyncd: ['systemd-timesyncd.service'],
} as const;
const units = Object.values(daemons).flat();
const mains = ['/etc/chrony.conf', '/etc/chrony/chrony.conf', '/etc/ntpsec/ntp.conf', '/etc/ntp.conf', '/etc/openntpd/ntpd.conf', '/etc/ntpd.conf'] as const;
const openWrtsConf = '/etc/config/system';
const folders = ['/etc/chrony.d', '/etc/chrony/conf.d', '/etc/chrony/sources.d'] as const;

export const timeSources = defineKind({
  name: 'time-sources',
  noun: 'the time',
  describe:
    'The daemons that set the clock and start at boot (chrony, ntpsec, openntpd, that of OpenWrt, ptp4l, systemd-timesyncd), and whether their servers authenticate themselves (NTS, keys).',
  fields: {},
  shape: record({
    daemons: listOf(string('a daemon', Object.keys(daemons)), 'those that start'),
    authenticated: boolean('every server has nts or a key, or the time comes over PTP from within the vehicle'),
    plain: listOf(string('a server'), 'servers that anybody on the way can pose as'),
  }),
  touches: () => [
    ...units.map((u) => startsAtBoot.of(u)),
    ...[...mains, openWrtsConf].map((path) => ({ do: 'read', path }) as const),
    ...folders.flatMap((path) => [
      { do: 'list' as const, path },
      { do: 'read' as const, path: `${path}/*` },
    ]),
  ],
  *learn(): Asking<Fact> {
    const started = yield* together(units.map((u) => startsAtBoot(u)));
    const open = started.find((s): s is Unknown => 'is' in s);
    if (open) return open;
    const on = Object.entries(daemons).filter(([, names]) => names.some((n) => isOn(started[units.indexOf(n)])));
    const links = started.flatMap((s) => ('is' in s ? [] : s.map((l) => l.at)));
    const fact = new FactBuilder().consulted({ path: '/etc/systemd/system' }).set(
      'daemons',
      on.map(([name]) => name),
      ...links,
    );
    const names = new Set(on.map(([name]) => name));
    const lines = yield* names.has('sysntpd') ? openWrtsServers() : serverLines();
    if ('is' in lines) return fact.gap('authenticated', lines).gap('plain', lines).build();
    const plain = lines.filter((l) => !/\s(?:nts|key\s+\S+)(?:\s|$)/.test(l.text));
    const reads = ['chrony', 'ntpsec', 'openntpd', 'sysntpd'].some((name) => names.has(name));
    const proven = names.has('ptp') || (reads && lines.length > 0 && plain.length === 0);
    fact.set('authenticated', proven, ...(plain.length > 0 && !proven ? plain.map((l) => l.at) : links));
    return fact.set('plain', reads ? plain.map((l) => l.text.split(/\s+/)[1] ?? '') : [], ...plain.map((l) => l.at)).build();
  },
});

const isOn = (s: readonly unknown[] | Unknown | undefined): boolean => s !== undefined && !('is' in s) && s.length > 0;

/** Lines of chrony and ntpsec that name a server. */
function* serverLines(): Asking<readonly { readonly text: string; readonly at: Where }[] | Unknown> {
  const lists = yield* together(folders.map((f) => list(f)));
  for (const [at, names] of lists.entries()) if (names.is === 'blocked') return unknown(names, folders[at] ?? '');
  const paths = [
    ...mains,
    ...lists.flatMap((l, at) => (l.is === 'got' ? l.value.filter((n) => /\.(?:conf|sources)$/.test(n)).map((n) => `${folders[at]}/${n}`) : [])),
  ];
  const texts: readonly Answer<string>[] = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') return unknown(text, paths[at] ?? '');
  return texts.flatMap((text, at) =>
    (text.is === 'got' ? text.value.split('\n') : []).flatMap((raw, index) =>
      /^\s*(?:servers?|pool|peer)\s+\S/.test(raw) ? [{ text: raw.trim(), at: { path: paths[at] ?? '', line: index + 1 } }] : [],
    ),
  );
}

/** Of the section of the type timeserver; its script starts nothing else (uci). */
function* openWrtsServers(): Asking<readonly { readonly text: string; readonly at: Where }[] | Unknown> {
  const text = yield* read(openWrtsConf);
  if (text.is === 'blocked') return unknown(text, openWrtsConf);
  return (text.is === 'got' ? text.value.split('\n') : []).flatMap((line, index) => {
    const server = /^\s*list\s+['"]?server['"]?\s+['"]?([\w.:-]+)/.exec(line)?.[1];
    return server === undefined ? [] : [{ text: `server ${server}`, at: { path: openWrtsConf, line: index + 1 } }];
  });
}
