/** The repositories of zypper: /etc/zypp/repos.d and zypp.conf (openSUSE/libzypp:zypp/RepoInfo.h; tried with zypper 1.14). */
import { type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, unparsable, type Where } from '../fact.ts';
import { source } from '../source.ts';
import { type IniEntry, parseIni } from '../text/ini.ts';
import { layered } from './layered.ts';

const directory = '/etc/zypp/repos.d';
const mains = ['/etc/zypp/zypp.conf', '/usr/etc/zypp/zypp.conf'];
const dropIns = ['/etc/zypp/zypp.conf.d', '/usr/etc/zypp/zypp.conf.d'];
const checks = ['gpgcheck', 'repo_gpgcheck', 'pkg_gpgcheck'] as const;

/** One of the switches about signatures, where it is set. */
type Checks = { readonly [K in (typeof checks)[number]]?: { readonly on: boolean; readonly at: Where } };

export interface Repository {
  readonly alias: string;
  readonly file: string;
  readonly enabled: boolean;
  /** baseurl, mirrorlist and metalink. */
  readonly urls: readonly { readonly text: string; readonly key: string; readonly at: Where }[];
  /** Its own switches, and zypp.conf's where it has none. */
  readonly checks: Checks;
  readonly at: Where;
}

export interface Zypp {
  readonly is: 'known';
  readonly repositories: readonly Repository[];
  /** gpgcheck of zypp.conf. */
  readonly gpgcheck: { readonly on: boolean; readonly at: Where };
  readonly consulted: readonly Where[];
}

export const zypp = source([layered.of(mains, dropIns, '.conf'), { do: 'list', path: directory }, { do: 'read', path: `${directory}/*` }], readRepositories);

function* readRepositories(): Asking<Zypp | Unknown> {
  const conf = yield* layered(mains, dropIns, '.conf');
  if (conf.is === 'unknown') return conf;
  const names = yield* list(directory);
  if (names.is === 'blocked') return unknown(names, directory);
  const paths = (names.is === 'got' ? names.value : []).filter((n) => n.endsWith('.repo')).map((n) => `${directory}/${n}`);
  const texts = yield* together(paths.map((path) => read(path)));
  const shut = texts.findIndex((t) => t.is === 'blocked');
  const why = texts[shut];
  if (why?.is === 'blocked') return unknown(why, paths[shut] ?? '');
  const spoilt = paths.find((_, at) => texts[at]?.is === 'got' && isSpoilt(texts[at].value));
  if (spoilt !== undefined) return unparsable(`${spoilt} holds something before or without a section`, { path: spoilt, line: 1 });
  const general = checksIn(
    conf.files.flatMap(({ path, text }) =>
      parseIni(text)
        .entries.filter((e) => e.section === 'main')
        .map((e) => ({ ...e, path })),
    ),
  );
  const repositories = paths.flatMap((path, at) => (texts[at]?.is === 'got' ? sectionsOf(texts[at].value, path, general) : []));
  const gpgcheck = general.gpgcheck ?? { on: true, at: { path: mains[0] as string, said: 'gpgcheck is not set there, so it is on' } };
  return { is: 'known', repositories, gpgcheck, consulted: [{ path: directory }, ...conf.consulted] };
}

/** Whether something but a comment stands before the first section: zypper 1.14 takes no repository then. */
const isSpoilt = (text: string): boolean => {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  return first !== undefined && !/^[ \t]*\[/.test(first);
};

type Placed = Pick<IniEntry, 'key' | 'value' | 'at'> & { readonly path: string };

/** What libzypp takes for yes and no; anything else is as if it were not there. */
const truth = (value: string): boolean | undefined =>
  /^(?:yes|true|on|always|[1-9]\d*)$/i.test(value) ? true : /^(?:no|false|off|never|0+)$/i.test(value) ? false : undefined;

/** The last assignment of each switch counts. */
function checksIn(entries: readonly Placed[]): Checks {
  const found: { [K in (typeof checks)[number]]?: { on: boolean; at: Where } } = {};
  for (const key of checks) {
    const last = entries.findLast((e) => e.key.toLowerCase() === key);
    const on = last && truth(last.value);
    if (last && on !== undefined) found[key] = { on, at: { path: last.path, line: last.at.line } };
  }
  return found;
}

function sectionsOf(text: string, path: string, general: Checks): Repository[] {
  const { entries } = parseIni(text);
  const lines = text.split('\n');
  const headers = lines.flatMap((raw, at) => {
    const name = /^\s*\[([^\]]*)\]/.exec(raw)?.[1]?.trim();
    return name === undefined ? [] : [{ name, line: at + 1 }];
  });
  return headers.map(({ name, line }, index) => {
    const end = headers[index + 1]?.line ?? Number.POSITIVE_INFINITY;
    const own = entries.filter((e) => e.at.line > line && e.at.line < end).map((e) => ({ ...e, path }));
    const enabled = own.findLast((e) => e.key.toLowerCase() === 'enabled');
    return {
      alias: name,
      file: path,
      // What is no truth value turns a repository off, as zypper shows.
      enabled: enabled === undefined || truth(enabled.value) === true,
      urls: own.filter((e) => ['baseurl', 'mirrorlist', 'metalink'].includes(e.key.toLowerCase())).flatMap((e) => urlsAt(e, lines, path)),
      checks: { ...general, ...checksIn(own) },
      at: { path, line },
    };
  });
}

/** The address behind a key, and those on the lines below that begin with a blank. */
function urlsAt(entry: Placed, lines: readonly string[], path: string): Repository['urls'] {
  const found = [{ text: entry.value, key: entry.key.toLowerCase(), at: { path, line: entry.at.line } }];
  for (let line = entry.at.line; /^[ \t]+\S/.test(lines[line] ?? '') && !/^\s*[\w-]+\s*=/.test(lines[line] ?? ''); line++)
    found.push({ text: (lines[line] ?? '').trim(), key: entry.key.toLowerCase(), at: { path, line: line + 1 } });
  return found.filter((u) => u.text !== '');
}

/**
 * What is held against a signature. Metadata: wherever gpgcheck is on and repo_gpgcheck does not say otherwise, or where
 * that is on. Packages: where gpgcheck is on and the metadata were not checked, or where pkg_gpgcheck is on.
 */
export function verified({ checks: set }: Pick<Repository, 'checks'>): 'metadata' | 'packages' | 'nothing' {
  const general = set.gpgcheck?.on ?? true;
  const metadata = set.repo_gpgcheck?.on ?? general;
  const packages = set.pkg_gpgcheck?.on ?? general;
  return metadata ? 'metadata' : packages ? 'packages' : 'nothing';
}

/** How an address is reached: encrypted, from this host or a medium, so that anybody on the way can change it, or in a way that is not known. */
export function transportOf(address: string): 'https' | 'unverified' | 'local' | 'open' | 'other' {
  const scheme = /^([A-Za-z][\w+.-]*):/.exec(address)?.[1]?.toLowerCase() ?? '';
  if (scheme === 'https') return /[?&;]ssl_verify=no\b/i.test(address) ? 'unverified' : 'https';
  if (['http', 'ftp', 'tftp'].includes(scheme)) return 'open';
  return ['cd', 'dvd', 'hd', 'iso', 'dir', 'file'].includes(scheme) ? 'local' : 'other';
}

/** For which product a repository of K3s is built: slemicro, microos, centos/8; undefined for any other repository. */
export const rancherProduct = (address: string): string | undefined =>
  /^https?:\/\/rpm(?:-testing)?\.rancher\.io\/k3s\/[^/]+\/common\/(.+?)\/noarch/.exec(address)?.[1];
