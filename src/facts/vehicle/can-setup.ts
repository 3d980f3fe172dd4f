/**
 * What brings CAN interfaces up at boot: systemd-networkd (systemd.network(5) [Match] Type=, [CAN]; systemd.netdev(5) Kind=),
 * ifupdown (interfaces(5)), and `ip link … type can` (ip-link(8)) in units that start, in /etc/rc.local and in init scripts.
 */
import { type Answer, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { initOf, withoutUnits } from '../systemd/init.ts';
import { startedUnits } from '../systemd/started.ts';

const networkd = ['/etc/systemd/network', '/run/systemd/network', '/usr/local/lib/systemd/network', '/usr/lib/systemd/network'] as const;
const ifupdown = '/etc/network/interfaces.d';
const scripts = '/etc/init.d';
const single = ['/etc/network/interfaces', '/etc/rc.local'] as const;
const units = ['/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system'] as const;

/** A name, or words for interfaces that are not named. */
export interface CanSetup {
  readonly name: string;
  readonly at: Where;
}

export interface CanSetups {
  readonly each: readonly CanSetup[];
  readonly unseen?: Unknown;
}

const touches: Touches = [
  ...[...networkd, ifupdown].flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*` },
    ],
  ),
  { do: 'list', path: scripts },
  { do: 'read', path: `${scripts}/*` },
  ...single.map((path) => ({ do: 'read', path }) as const),
  initOf,
  startedUnits,
  ...units.map((path) => ({ do: 'read', path: `${path}/*.service` }) as const),
];

export const canSetups = source(touches, readSetups);

function* readSetups(): Asking<CanSetups> {
  const [lists, startScripts, init, started] = yield* together([
    together([...networkd, ifupdown].map((d) => list(d))),
    list(scripts),
    initOf(),
    startedUnits(),
  ]);
  const plain = init.is === 'known' && withoutUnits(init);
  const inFolders = lists.flatMap((l, at) => {
    const folder = [...networkd, ifupdown][at] ?? '';
    return l.is === 'got' ? l.value.filter((n) => folder === ifupdown || /\.(?:network|netdev)$/.test(n)).map((n) => `${folder}/${n}`) : [];
  });
  const own = started.search.dirs.flatMap(({ path, entries }) =>
    started.each.filter(({ name }) => name.endsWith('.service') && entries.has(name) && units.some((u) => u === path)).map(({ name }) => `${path}/${name}`),
  );
  const ofInit = plain && startScripts.is === 'got' ? startScripts.value.map((n) => `${scripts}/${n}`) : [];
  const paths = [...inFolders, ...single, ...ofInit, ...own];
  const texts: readonly Answer<string>[] = yield* together(paths.map((p) => read(p)));
  const each = texts.flatMap((text, at) => (text.is === 'got' ? setupsIn(text.value, paths[at] ?? '') : []));
  const answers = [
    ...lists.map((answer, at) => ({ answer, path: [...networkd, ifupdown][at] ?? '' })),
    ...texts.map((answer, at) => ({ answer, path: paths[at] ?? '' })),
  ];
  const shut = answers.find(({ answer }) => answer.is === 'blocked' && answer.why !== 'unsupported' && answer.said?.startsWith('is a ') !== true);
  const unseen = shut?.answer.is === 'blocked' ? unknown(shut.answer, shut.path) : started.unseen;
  return { each, ...(unseen ? { unseen } : {}) };
}

const usual = /^(?:v|sl|vx)?can[\w*]*$/;

function setupsIn(text: string, path: string): CanSetup[] {
  if (/\.(?:network|netdev)$/.test(path)) return networkdIn(text, path);
  const ofInterfaces = path === single[0] || path.startsWith(ifupdown);
  return text.split('\n').flatMap((line, index): CanSetup[] => {
    const at = { path, line: index + 1 };
    if (/^\s*#/.test(line)) return [];
    if (ofInterfaces) {
      const [, name = '', family = ''] = /^\s*(?:auto|allow-hotplug|iface)\s+(\S+)(?:\s+(\S+))?/.exec(line) ?? [];
      return usual.test(name) || family === 'can' ? [{ name, at }] : [];
    }
    const words = /\bip\s+(?:-\S+\s+)*l(?:i|in|ink)?\s+(?:set|add)\b([^;&|]*)\btype\s+(?:v|vx)?can\b/.exec(line)?.[1];
    if (words === undefined) return [];
    const name =
      words
        .trim()
        .replace(/^(?:dev|name)\s+/, '')
        .split(/\s+/)[0] ?? '';
    return [{ name: /^[\w.-]+$/.test(name) ? name : 'a CAN interface', at }];
  });
}

/** Names count where they are those of CAN interfaces, where the type or the kind is, and where there is a section [CAN]. */
function networkdIn(text: string, path: string): CanSetup[] {
  const names: { name: string; at: Where }[] = [];
  let of: Where | undefined;
  let section = '';
  for (const [index, line] of text.split('\n').entries()) {
    const at = { path, line: index + 1 };
    const head = /^\s*\[(\w+)\]\s*$/.exec(line)?.[1];
    section = head ?? section;
    if (head === 'CAN') of ??= at;
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === 'Name' && (section === 'Match' || section === 'NetDev'))
      names.push(
        ...value
          .split(/\s+/)
          .filter((n) => !n.startsWith('!'))
          .map((name) => ({ name, at })),
      );
    if (section === 'Match' && key === 'Type' && !value.startsWith('!') && value.split(/\s+/).includes('can')) of ??= at;
    if (section === 'NetDev' && key === 'Kind' && /^(?:v|vx)can$/.test(value)) of ??= at;
  }
  if (of === undefined) return names.filter(({ name }) => usual.test(name));
  return names.length > 0 ? names : [{ name: 'all CAN interfaces', at: of }];
}
