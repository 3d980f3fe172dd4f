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
import { glob as compile } from '../../../src/facts/pattern.ts';
import { settle } from '../../../src/facts/settle.ts';
import { inspect } from '../../../src/inspect.ts';

/** Each pattern is made once for each account: there are many questions. */
const made = new Map<Account, Map<string, (text: string) => boolean>>();
function glob(pattern: string, as: Account): (text: string) => boolean {
  const own = made.get(as) ?? new Map<string, (text: string) => boolean>();
  made.set(as, own);
  const known = own.get(pattern) ?? compile(pattern, as);
  own.set(pattern, known);
  return known;
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

/** The families whose every ask the script foresees; those of the others that follow from an answer are named below. */
const inOneRound = ['podman', 'quadlet', 'k3d', 'cgroup', 'rootless', 'macos'];
const ofOneRound = (id: string): boolean => inOneRound.includes(id.split('.')[0] ?? '');

/** What is asked of the other families' subjects only because of an answer. Anything else asked late is a defect. */
const followsInOthers = [
  // The files with variables that a unit's EnvironmentFile= names, or that its name gives.
  /^(?:read|stat) \/etc\/(?:default|sysconfig)\/(?:crio|k3s(?:-agent)?)$/,
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
  const paths = (sort: 'stat' | 'read' | 'list', path: string, ask: Ask): boolean => {
    const exact = [...asked.flatMap((p) => p.exact[sort]), ...(sort === 'stat' ? from.everyone : [])];
    if (exact.some((p) => accounts.some((a) => glob(p, a)(path)))) return true;
    const wild = asked.flatMap((p) => p.present[sort]);
    if (present(ask) && wild.some((p) => accounts.some((a) => glob(shell(p), a)(path)))) return true;
    if (!present(ask) && wild.some((p) => !p.includes('*') && accounts.some((a) => glob(p, a)(path)))) return true;
    if (/^\/proc\/\d+/.test(path))
      return [...from.processes.values()].some((files) => files[sort].some((f) => path.endsWith(`/${f}`) || (f === '' && /^\/proc\/\d+$/.test(path))));
    if (
      [...from.host.dropIns, ...from.account.dropIns].some(
        ([type, dirs]) =>
          sort === 'stat' && path.endsWith(`.${type}`) && dirs.some((d) => accounts.some((a) => glob(d, a)(path.slice(0, path.lastIndexOf('/'))))),
      )
    )
      return true;
    // Below what a listing shows to be absent.
    const parent = path.slice(0, path.lastIndexOf('/'));
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
        return [...from.host.gets, ...from.account.gets].some((g) => g.path === ask.path && accounts.some((a) => glob(g.socket, a)(ask.socket)));
      case 'run': {
        const same = (argv: readonly string[]): boolean =>
          argv.length === ask.argv.length && argv.every((w, at) => accounts.some((a) => glob(w, a)(ask.argv[at] ?? '')));
        return [...from.host.runs, ...from.account.runs, ...from.asAccount].some((r) => same(r.argv));
      }
    }
  };
}

/** What the script finds behind the keys of a unit file, and all above it. */
function namedBy(from: Items, accounts: readonly Account[], path: string, text: string): string[] {
  const naming = [...from.host.naming, ...from.account.naming].filter(({ files }) => files.some((f) => accounts.some((a) => glob(f, a)(path))));
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

/** What these rules ask on a host that the script did not foresee. */
function missedBy(name: string, wants: (id: string) => boolean, follows: readonly RegExp[]): string[] {
  const { answer, audited, passwd } = known(name);
  const entries = parsePasswd(passwd);
  const accounts = [audited, rootAccount, ...(entries.is === 'known' ? entries.entries : [])];
  const covered = foreseen(items, accounts, answer);
  const missed = new Set<string>();
  const named = new Set<string>();
  settle(inspect({ pack, selection: { ...selection, wants: (rule) => wants(rule.id) } }, { audited, given: nothingGiven }), (ask) => {
    if (!covered(ask) && !(ask.do === 'stat' && named.has(ask.path)) && !follows.some((f) => f.test(keyOf(ask)))) missed.add(keyOf(ask));
    const answered = answer(ask);
    if (ask.do === 'read' && answered.is === 'got') for (const path of namedBy(items, accounts, ask.path, (answered.value as Content).text)) named.add(path);
    return answered;
  });
  return [...missed];
}

// A recording of a real host is asked much.
const limit = 300_000;

test.each(hosts)('%s: one round is enough', { timeout: limit }, (name) => {
  // Rules of these families look at k3s and CRI-O as well, whose late asks that list names.
  expect(missedBy(name, ofOneRound, [...later, ...followsInOthers])).toEqual([]);
});

test.each(hosts)('%s: the other families ask late only what follows from an answer', { timeout: limit }, (name) => {
  expect(missedBy(name, (id) => !ofOneRound(id), [...later, ...followsInOthers])).toEqual([]);
});
