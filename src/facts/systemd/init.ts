/** Which program starts an image or a host: systemd, or the init of BusyBox, System V or OpenWrt, which goes by /etc/inittab. */
import { type Asking, read, stat, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';

const systemd = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'] as const;
const init = '/sbin/init';
/** OpenWrt's. */
const procd = '/sbin/procd';
const table = '/etc/inittab';

/** A line of inittab(5). */
export interface InitLine {
  readonly action: string;
  readonly words: readonly string[];
  readonly at: Where;
}

export interface Init {
  readonly is: 'known';
  /** `unsaid`: none of them shows. */
  readonly kind: 'systemd' | 'sysv' | 'busybox' | 'procd' | 'unsaid';
  readonly at: Where;
  /** What it runs; of BusyBox without a table what is built in. */
  readonly lines: readonly InitLine[];
}

const touches: Touches = [...[...systemd, init, procd].map((path) => ({ do: 'stat', path }) as const), { do: 'read', path: table }];

/** Only where systemd is not there is anything else looked at. */
export const initOf = source(touches, readInit);

function* readInit(): Asking<Init | Unknown> {
  const there = yield* together(systemd.map((path) => stat(path)));
  const found = there.findIndex((a) => a.is === 'got');
  if (found >= 0) return { is: 'known', kind: 'systemd', at: { path: systemd[found] ?? '' }, lines: [] };
  const shut = there.findIndex((a) => a.is === 'blocked');
  const blocked = there[shut];
  if (blocked?.is === 'blocked') return unknown(blocked, systemd[shut] ?? '');
  const [program, text, openwrt] = yield* together([stat(init), read(table), stat(procd)]);
  if (text.is === 'blocked') return unknown(text, table);
  const lines = text.is === 'got' ? linesIn(text.value) : [];
  if (text.is === 'got' && lines.length === 0) return unparsable(`no line of ${table} is one that init takes, so what starts cannot be told`, { path: table });
  const end = program.is === 'got' ? (program.value.real?.is === 'got' ? program.value.real.value.path : (program.value.target ?? '')) : '';
  const busybox = /(?:^|\/)busybox[^/]*$/.test(end);
  if (openwrt.is === 'blocked' && !busybox) return unknown(openwrt, procd);
  if (openwrt.is === 'got') return { is: 'known', kind: 'procd', at: { path: procd }, lines };
  if (text.is === 'got') return { is: 'known', kind: busybox ? 'busybox' : 'sysv', at: { path: table }, lines };
  if (program.is === 'blocked') return unknown(program, init);
  const at = { path: init };
  if (!busybox) return { is: 'known', kind: 'unsaid', at, lines: [] };
  return {
    is: 'known',
    kind: 'busybox',
    at,
    lines: [{ action: 'askfirst', words: ['/bin/sh'], at: { ...at, said: 'what BusyBox does without /etc/inittab' } }],
  };
}

function linesIn(text: string): InitLine[] {
  return text.split('\n').flatMap((line, index): InitLine[] => {
    if (/^\s*(?:#|$)/.test(line)) return [];
    const [, , action = '', ...rest] = line.split(':');
    // A hyphen makes a login shell of it, a plus or an at sign concern what is written down.
    const words = rest
      .join(':')
      .trim()
      .replace(/^[-+@]/, '')
      .split(/\s+/)
      .filter((w) => w !== '');
    return words.length === 0 ? [] : [{ action: action.trim(), words, at: { path: table, line: index + 1 } }];
  });
}

/** Whether what this init starts is no unit of systemd's; where none of them shows, it may be. */
export const withoutUnits = ({ kind }: Init): boolean => kind !== 'systemd' && kind !== 'unsaid';
