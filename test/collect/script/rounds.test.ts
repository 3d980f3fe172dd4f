/** After the capture script, the shipped profiles ask nothing that it did not foresee, on ordinary hosts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostNamed } from '../../../src/cli/hosts.ts';
import { readPacks } from '../../../src/cli/pack-files.ts';
import { packageRoot, shippedRules } from '../../../src/cli/paths.ts';
import { superset } from '../../../src/cli/superset.ts';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { replay } from '../../../src/collect/record.ts';
import { type Items, itemsOf } from '../../../src/collect/script/items.ts';
import { readSnapshot } from '../../../src/collect/snapshot/snapshot.ts';
import type { Account, AnyAnswer, Ask, Content } from '../../../src/facts/ask.ts';
import { keyOf } from '../../../src/facts/asks.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { parsePasswd } from '../../../src/facts/host/passwd.ts';
import { nothingGiven } from '../../../src/facts/kind.ts';
import { filledIn, glob } from '../../../src/facts/pattern.ts';
import { settle } from '../../../src/facts/settle.ts';
import { inspect } from '../../../src/inspect.ts';

/** Whether one of the patterns takes a text, read for one of the accounts. There are many questions, and few patterns with a star. */
function anyOf(patterns: readonly string[], accounts: readonly Account[]): (text: string) => boolean {
  const words = new Set<string>();
  const globs = new Map<string, (text: string) => boolean>();
  for (const pattern of patterns)
    for (const as of accounts) {
      const word = filledIn(pattern, as);
      if (word.includes('*')) globs.set(word, globs.get(word) ?? glob(pattern, as));
      else words.add(word);
    }
  return (text) => words.has(text) || [...globs.values()].some((matches) => matches(text));
}

const { pack } = readPacks([shippedRules]);
const selection = { byName: false, wants: () => true, params: [] };
const items = itemsOf(superset(pack, selection), []);
const hosts = readdirSync(join(packageRoot, 'fixtures/hosts'));

/** What only an answer can lead to: what a file or a program names, and the package database where a program does not tell its version. */
const later = [
  /^read \/var\/lib\/dpkg\/status$/,
  /podman","(?:machine","(?:ssh|inspect)|--connection|container","inspect)/,
  /^stat \/Users\/.*\/\.ssh\//,
  /^stat \/etc\/pki\//,
  /\/var\/lib\/telemetry\//,
  /^list \/(?:usr\/)?lib\/modules\/[^/]+\/kernel\//,
];

/** What is asked only because of an answer, of K3s, CRI-O and the host below. Anything else asked late is a defect. */
const follows = [
  // The files with variables that a unit's EnvironmentFile= names, or that its name gives.
  /^(?:read|stat) \/etc\/(?:default|sysconfig)\/(?:crio|k3s(?:-agent)?|sshd?)$/,
  /^(?:read|stat) \/etc\/systemd\/system\/k3s(?:-agent)?\.service\.env$/,
  // The variables of k3s, where it is known to run and which of its options are set.
  /^env (?:K3S_[A-Z_]+|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY))$/,
  // The kernel's configuration, whose path holds the release that uname tells.
  /^read (?:\/usr)?\/lib\/modules\/[^/]+\/(?:config|modules\.dep)$/,
  /^read \/boot\/config-[^/]+$/,
  // The services that a zone of firewalld names.
  /^read \/etc\/firewalld\/services\/[^/]+\.xml$/,
  // What rootless K3s keeps, listed one below the other, and the layer of /etc that a snapshot has.
  /^(?:list|read) \/home\/[^/]+\/\.rancher\/k3s(?:\/|$)/,
  /^stat \/var\/lib\/overlay\/\d+\/etc$/,
  // The interface that the default route names.
  /^read \/proc\/sys\/net\/ipv[46]\/conf\/[^/]+\/forwarding$/,
  // Where the options of k3s say that its kubeconfig goes, and the manifests that a listing tells.
  /^stat \/output\/kubeconfig\.yaml$/,
  /^read \/var\/lib\/rancher\/k3s\/server\/manifests\/[^/]+\.yaml$/,
];

/** Whether the script's words cover an ask; what it skips as absent follows from a listing. */
function foreseen(from: Items, accounts: readonly Account[], answer: Known['answer']): (ask: Ask) => boolean {
  const present = (ask: Ask): boolean => answer(ask).is !== 'absent';
  const isThere = (path: string): boolean => {
    if (!path.endsWith('/*')) return present({ do: 'stat', path });
    const names = answer({ do: 'list', path: path.slice(0, -2) });
    return names.is === 'got' && (names.value as readonly string[]).length > 0;
  };
  const asked = [from.host, from.account].flatMap((q) => [q.paths, ...q.ifThere.filter((g) => g.there.every((of) => of.some(isThere))).map((g) => g.paths)]);

  const shell = (path: string): string => path.replace('/[0-9]*/', '/*/');
  const coveredBy = (sort: 'stat' | 'read' | 'list') => {
    const wild = asked.flatMap((p) => p.present[sort]);
    return {
      always: anyOf([...asked.flatMap((p) => p.exact[sort]), ...(sort === 'stat' ? from.everyone : [])], accounts),
      present: anyOf(wild.map(shell), accounts),
      absent: anyOf(
        wild.filter((p) => !p.includes('*')),
        accounts,
      ),
    };
  };
  const covered = { stat: coveredBy('stat'), read: coveredBy('read'), list: coveredBy('list') };
  const dropIns = [...from.host.dropIns, ...from.account.dropIns].map(([type, dirs]) => ({ ending: `.${type}`, inOne: anyOf(dirs, accounts) }));
  const paths = (sort: 'stat' | 'read' | 'list', path: string, ask: Ask): boolean => {
    if (covered[sort].always(path)) return true;
    if (present(ask) ? covered[sort].present(path) : covered[sort].absent(path)) return true;
    if (/^\/proc\/\d+/.test(path))
      return [...from.processes.values()].some((files) => files[sort].some((f) => path.endsWith(`/${f}`) || (f === '' && /^\/proc\/\d+$/.test(path))));
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (sort === 'stat' && dropIns.some(({ ending, inOne }) => path.endsWith(ending) && inOne(parent))) return true;
    // Below what a listing shows to be absent.
    return !present(ask) && parent !== '' && !present({ do: 'list', path: parent }) && paths('list', parent, { do: 'list', path: parent });
  };
  return (ask) => {
    switch (ask.do) {
      case 'stat':
      case 'read':
      case 'list':
        return paths(ask.do, ask.path, ask);
      case 'walk':
        return from.walks.some((w) => w.top === ask.top && JSON.stringify(w.names) === JSON.stringify(ask.names));
      case 'packages':
        return from.packages.includes(ask.of);
      case 'env':
        return from.variables.includes(ask.name);
      case 'get':
        return [...from.host.gets, ...from.account.gets].some((g) => g.path === ask.path && anyOf([g.socket], accounts)(ask.socket));
      case 'run': {
        const same = (argv: readonly string[]): boolean => argv.length === ask.argv.length && argv.every((w, at) => anyOf([w], accounts)(ask.argv[at] ?? ''));
        return [...from.host.runs, ...from.account.runs, ...from.asAccount].some((r) => same(r.argv));
      }
    }
  };
}

/** What the script finds behind the keys of a unit file, and all above it. */
function namedBy(from: Items, accounts: readonly Account[], path: string, text: string): string[] {
  const naming = [...from.host.naming, ...from.account.naming].filter(({ files }) => anyOf(files, accounts)(path));
  const variable = (_: string, name: string): string => new RegExp(`^Environment=.*\\b${name}=(/[^\\s"']*)`, 'm').exec(text)?.[1] ?? '';
  return naming.flatMap(({ keys, below }) =>
    [...text.matchAll(new RegExp(`^(?:${keys}) *=(.*)$`, 'gm'))]
      .flatMap(([, value = '']) => value.split(/[ \t,:;="']/))
      .map((word) => word.replace(/^\$\{(\w+)\}/, variable).replace(/^%h/, '/root'))
      .flatMap((word) => (below === '' || !/^[A-Za-z]/.test(word) ? [word] : below.split(' ').map((directory) => `${directory}/${word}`)))
      .flatMap((word) => (word.startsWith('/') ? word.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/')) : [])),
  );
}

interface Known {
  readonly answer: (ask: Ask) => AnyAnswer;
  readonly audited: Account;
  readonly passwd: string;
}

/** A composed host, or a recording of a real one. */
function known(name: string): Known {
  const file = join(packageRoot, 'fixtures/hosts', name);
  if (name.endsWith('.jsonl')) {
    const snapshot = readSnapshot(readFileSync(file), name);
    const answer = replay(snapshot);
    const passwd = answer({ do: 'read', path: '/etc/passwd' });
    return { answer, audited: snapshot.header.user, passwd: passwd.is === 'got' ? (passwd.value as Content).text : '' };
  }
  const spec = hostNamed(name.replace(/\.yaml$/, ''));
  if (!spec) throw new Error(name);
  const passwd = spec.files?.['/etc/passwd'];
  const text = typeof passwd === 'string' ? passwd : ((passwd as { content?: string } | undefined)?.content ?? '');
  return { answer: answerer(spec), audited: spec.user ?? rootAccount, passwd: text };
}

// A recording of a real host is asked much.
test.each(hosts)('%s: one round is enough, but for what follows from an answer', { timeout: 300_000 }, (name) => {
  const { answer, audited, passwd } = known(name);
  const entries = parsePasswd(passwd);
  const accounts = [audited, rootAccount, ...(entries.is === 'known' ? entries.entries : [])];
  const covered = foreseen(items, accounts, answer);
  const missed = new Set<string>();
  const named = new Set<string>();
  settle(inspect({ pack, selection }, { audited, given: nothingGiven }), (ask) => {
    if (!covered(ask) && !(ask.do === 'stat' && named.has(ask.path)) && ![...later, ...follows].some((f) => f.test(keyOf(ask)))) missed.add(keyOf(ask));
    const answered = answer(ask);
    if (ask.do === 'read' && answered.is === 'got') for (const path of namedBy(items, accounts, ask.path, (answered.value as Content).text)) named.add(path);
    return answered;
  });
  expect([...missed]).toEqual([]);
});
