/** RAUC's system.conf (rauc/rauc:src/config_file.c, docs/reference.rst): the first of its directories that has one. */
import { type Asking, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { type IniEntry, parseIni } from '../text/ini.ts';

/** Releases before 1.14 know the first alone. */
const paths = ['/etc/rauc/system.conf', '/run/rauc/system.conf', '/usr/lib/rauc/system.conf'] as const;

export interface RaucSlot {
  /** `rootfs.0` */
  readonly name: string;
  readonly device: string;
  readonly type: string;
  readonly bootname?: string;
  readonly resize: boolean;
  readonly at: Where;
}

export interface RaucConfig {
  readonly is: 'known';
  readonly path: string;
  readonly slots: readonly RaucSlot[];
  /** A value by section and key, with its place. */
  readonly get: (section: string, key: string) => { readonly value: string; readonly at: Where } | undefined;
}

/** The configuration; undefined: there is none. */
export const raucConfig = source(
  paths.map((path) => ({ do: 'read', path })),
  readConfig,
);

function* readConfig(): Asking<RaucConfig | Unknown | undefined> {
  const texts = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) {
    const path = paths[at] as string;
    if (text.is === 'absent' || (text.is === 'blocked' && text.why === 'unsupported' && path.startsWith('/run/'))) continue;
    if (text.is === 'blocked') return unknown(text, path);
    const { entries, stray } = parseIni(text.value);
    if (stray[0]) return unparsable(`${path} line ${stray[0].at.line} is no assignment`, { path, line: stray[0].at.line });
    return configOf(entries, path);
  }
  return undefined;
}

function configOf(entries: readonly IniEntry[], path: string): RaucConfig {
  const get: RaucConfig['get'] = (section, key) => {
    const entry = entries.findLast((e) => e.section === section && e.key === key);
    return entry && { value: entry.value, at: { path, line: entry.at.line } };
  };
  const names = [...new Set(entries.map((e) => e.section))].filter((s) => /^slot\.[^.]+\.[^.]+$/.test(s));
  const slots = names.map((section): RaucSlot => {
    const device = get(section, 'device');
    const bootname = get(section, 'bootname');
    return {
      name: section.slice('slot.'.length),
      device: device?.value ?? '',
      type: get(section, 'type')?.value ?? 'raw',
      ...(bootname ? { bootname: bootname.value } : {}),
      resize: get(section, 'resize')?.value === 'true',
      at: device?.at ?? { path },
    };
  });
  return { is: 'known', path, slots, get };
}
