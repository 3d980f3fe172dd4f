/** Updaters beside RAUC, as their files configure them: SWUpdate, OSTree and Mender. */
import { type Answer, type Asking, list, read, stat, together } from '../ask.ts';
import { pathKey, type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { parseIni } from '../text/ini.ts';
import { parseJson } from '../text/json.ts';

/** One way by which updates come. */
export interface Channel {
  readonly updater: 'swupdate' | 'ostree' | 'mender';
  /** How people call it: `the OSTree remote v`. */
  readonly name: string;
  readonly path: string;
  /** The section or key that decides. */
  readonly key?: string;
  /** A valid signature is asked for. */
  readonly verifies: { readonly is: 'known'; readonly yes: boolean; readonly where: readonly Where[] } | Unknown;
  /** Versions below are refused. */
  readonly floor: { readonly is: 'known'; readonly version?: string; readonly where: readonly Where[] } | Unknown;
  /** It knows for which board an update is meant. */
  readonly knowsBoard: { readonly is: 'known'; readonly yes: boolean; readonly where: readonly Where[] } | Unknown;
}

const swupdateCfg = '/etc/swupdate.cfg';
const swupdateFolders = ['/etc/swupdate/conf.d', '/usr/lib/swupdate/conf.d'] as const;
const swupdateProgram = '/usr/bin/swupdate';
const hwRevision = '/etc/hwrevision';
const remotes = '/etc/ostree/remotes.d';
const repos = ['/ostree/repo/config', '/sysroot/ostree/repo/config'] as const;
const menderConfs = ['/etc/mender/mender.conf', '/var/lib/mender/mender.conf'] as const;
const deviceTypes = ['/var/lib/mender/device_type', '/data/mender/device_type'] as const;

const touches: Touches = [
  ...[swupdateCfg, hwRevision, ...repos, ...menderConfs, ...deviceTypes].map((path) => ({ do: 'read', path }) as const),
  { do: 'stat', path: swupdateProgram },
  ...[...swupdateFolders, remotes].flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*` },
    ],
  ),
];

/** All channels of them that the host has. */
export const updaters = source(touches, learnUpdaters);

function* learnUpdaters(): Asking<readonly Channel[] | Unknown> {
  const found = yield* together([swupdate(), ostree(), mender()]);
  const open = found.find((f): f is Unknown => f !== undefined && 'is' in f);
  return open ?? found.flatMap((f) => (f === undefined || 'is' in f ? [] : f));
}

type Some = readonly Channel[] | Unknown;
const unsaid = (said: string, ...where: readonly Where[]): Unknown => ({ is: 'unknown', why: 'unsupported', said, where });

/** The files of a directory, of those of one name the one of the foremost. */
function* filesIn(folders: readonly string[]): Asking<readonly { readonly path: string; readonly text: string }[] | Unknown> {
  const lists = yield* together(folders.map((d) => list(d)));
  const chosen = new Map<string, string>();
  for (const [at, names] of lists.entries()) {
    if (names.is === 'blocked') return unknown(names, folders[at] ?? '');
    for (const n of names.is === 'got' ? names.value : []) if (!chosen.has(n)) chosen.set(n, `${folders[at]}/${n}`);
  }
  const paths = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p);
  const texts = yield* together(paths.map((p) => read(p)));
  for (const [at, text] of texts.entries()) if (text.is === 'blocked') return unknown(text, paths[at] ?? '');
  return texts.flatMap((t, at) => (t.is === 'got' ? [{ path: paths[at] ?? '', text: t.value }] : []));
}

/** Whether a key is needed was decided when it was built: a configuration that names none leaves it open (sbabic/swupdate:core/swupdate.c). */
function* swupdate(): Asking<Some> {
  const [program, cfg, revision, extra] = yield* together([stat(swupdateProgram), read(swupdateCfg), read(hwRevision), filesIn(swupdateFolders)]);
  if (program.is === 'blocked') return unknown(program, swupdateProgram);
  if (cfg.is === 'blocked') return unknown(cfg, swupdateCfg);
  if ('is' in extra) return extra;
  if (program.is === 'absent' && cfg.is === 'absent' && extra.length === 0) return [];
  const files = [...(cfg.is === 'got' ? [{ path: swupdateCfg, text: cfg.value }] : []), ...extra];
  const key = lineWith(files, /^\s*(?:public-key-file|ca-path)\s*[=:]\s*"[^"]+"|(?:^|[\s"'=])(?:-k|--key)[\s=]*[\w./]+/);
  const floor = lineWith(files, /^\s*no-downgrading\s*[=:]\s*"?([\w.-]+)|(?:^|[\s"'=])-N\s*([\w.]+)/);
  const board = lineWith(files, /(?:^|[\s"'=])(?:-H|--hw-revision)[\s=]*\S+/);
  const path = files[0]?.path ?? swupdateCfg;
  const knows = revision.is === 'got' ? { path: hwRevision } : board?.at;
  return [
    {
      updater: 'swupdate',
      name: 'SWUpdate',
      path: swupdateCfg,
      key: 'globals',
      verifies: key
        ? { is: 'known', yes: true, where: [key.at] }
        : unsaid('no file names a key of SWUpdate, and whether it needs one was decided when it was built', { path }),
      floor: { is: 'known', ...(floor ? { version: floor.found[1] ?? floor.found[2] ?? '' } : {}), where: [floor?.at ?? { path }] },
      knowsBoard: knows
        ? { is: 'known', yes: true, where: [knows] }
        : unsaid('whether SWUpdate compares boards was decided when it was built', { path: hwRevision }),
    },
  ];
}

function lineWith(
  files: readonly { readonly path: string; readonly text: string }[],
  pattern: RegExp,
): { readonly found: RegExpExecArray; readonly at: Where } | undefined {
  for (const { path, text } of files)
    for (const [index, line] of text.split('\n').entries()) {
      const found = /^\s*(?:#|\/\/)/.test(line) ? null : pattern.exec(line);
      if (found) return { found, at: { path, line: index + 1 } };
    }
  return undefined;
}

/** An absent gpg-verify= is true; `no` and `False` are mistakes, with which nothing is pulled (tried on 2022.7). */
function* ostree(): Asking<Some> {
  const [extra, ...configs] = yield* together([filesIn([remotes]), ...repos.map((p) => read(p))]);
  if ('is' in extra) return extra;
  for (const [at, config] of configs.entries()) if (config.is === 'blocked') return unknown(config, repos[at] ?? '');
  const at = configs.findIndex((c) => c.is === 'got');
  const own = configs[at];
  const files = [...(own?.is === 'got' ? [{ path: repos[at] ?? '', text: own.value }] : []), ...extra.filter((f) => f.path.endsWith('.conf'))];
  return files.flatMap(({ path, text }) => {
    const { entries } = parseIni(text);
    const sections = [...new Set(entries.map((e) => e.section))].filter((s) => /^remote "[^"]*"$/.test(s));
    return sections.map((section): Channel => {
      const get = (key: string) => entries.findLast((e) => e.section === section && e.key === key);
      const off = (key: string): boolean => /^(?:0|false)$/.test(get(key)?.value ?? '');
      const on = (key: string): boolean => get(key) !== undefined && !off(key);
      const yes = !off('gpg-verify') || on('sign-verify') || get('gpg-verify-summary')?.value === 'true';
      const line = (get('gpg-verify') ?? entries.find((e) => e.section === section))?.at.line ?? 1;
      const there = { path, line };
      return {
        updater: 'ostree',
        name: `the OSTree ${section.replaceAll('"', '')}`,
        path,
        key: pathKey([section, 'gpg-verify']),
        verifies: { is: 'known', yes, where: [there] },
        floor: unsaid('OSTree compares the times of commits; no file names a lowest version', there),
        knowsBoard: { is: 'known', yes: true, where: [there] },
      };
    });
  });
}

/** mendersoftware/mender:src/client_shared/config_parser.cpp: the main file beats the fallback. */
function* mender(): Asking<Some> {
  const [confs, types] = yield* together([together(menderConfs.map((p) => read(p))), together(deviceTypes.map((p) => read(p)))]);
  const keys: Where[] = [];
  const there: Where[] = [];
  for (const [at, text] of confs.entries()) {
    const path = menderConfs[at] ?? '';
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is !== 'got') continue;
    const parsed = parseJson(text.value);
    if (parsed.is !== 'parsed') return unparsable(`${path} is no JSON`, { path });
    there.push({ path });
    const line = text.value.split('\n').findIndex((l) => /"ArtifactVerifyKeys?"\s*:\s*(?:"[^"]+"|\[\s*(?:"|$))/.test(l));
    if (line >= 0) keys.push({ path, line: line + 1 });
  }
  if (there.length === 0) return [];
  return [
    {
      updater: 'mender',
      name: 'Mender',
      path: there[0]?.path ?? '',
      key: 'ArtifactVerifyKey',
      verifies: { is: 'known', yes: keys.length > 0, where: keys.length > 0 ? keys : there },
      floor: { is: 'known', where: there },
      knowsBoard: boardOf(types),
    },
  ];
}

function boardOf(types: readonly Answer<string>[]): Channel['knowsBoard'] {
  const at = types.findIndex((t) => t.is !== 'absent');
  const [path, type] = [deviceTypes[at] ?? deviceTypes[0], types[at]];
  if (type?.is === 'blocked') return unknown(type, path);
  return { is: 'known', yes: type?.is === 'got' && /^device_type=\S+/m.test(type.value), where: [{ path }] };
}
