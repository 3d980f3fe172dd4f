/**
 * What the Go tests of containers/storage say beside its files: the drivers and directories of accounts, the roots and keys
 * that are read from a file, and the options that each driver takes. Nothing of them is kept here.
 */
import { answerer } from '../../src/collect/composed/composed.ts';
import type { Account } from '../../src/facts/ask.ts';
import type { Release } from '../../src/facts/containers/podman-release.ts';
import { storageConf } from '../../src/facts/containers/storage-conf.ts';
import type { Fact } from '../../src/facts/fact.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { settle } from '../../src/facts/settle.ts';

/** One thing that a test says: whether it is so, whether it is so here, and what is here instead. */
export interface StorageClaim {
  readonly name: string;
  readonly taken: boolean;
  readonly ours: boolean;
  readonly said?: string;
}

const account: Account = { name: 'ann', uid: 1000, gid: 1000, home: '/home/ann' };
const system = '/etc/containers/storage.conf';
const own = '/home/ann/.config/containers/storage.conf';
const roots = 'runroot = "/run/c"\ngraphroot = "/var/lib/c"\n';

function learnt(files: Readonly<Record<string, string>>, as: Account, podman: Release): Fact {
  const host = {
    files: {
      '/usr/bin/podman': { mode: '0755' },
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
      ...files,
    },
    commands: { 'podman --version': { stdout: `podman version ${podman.said}\n` } },
  };
  return settle(storageConf(as), answerer(host));
}

function at(fact: Fact, ...path: readonly string[]): unknown {
  let value: unknown = fact.is === 'known' ? fact.value : undefined;
  for (const key of path) value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
  return value;
}

const equal = (name: string, ours: unknown, wanted: unknown): StorageClaim => ({ name, taken: true, ours: ours === wanted, said: String(ours) });
const bodyOf = (source: string, test: string): string => source.split(`func ${test}(`)[1]?.split('\n}\n')[0] ?? '';

/** All that the tests at one tag say; `read` gives a file of the repository, or an empty text. */
export function storageClaims(read: (path: string) => string, podman: Release): StorageClaim[] {
  const options = read('types/options_test.go');
  return [
    ...drivers(options, podman),
    ...accountRoot(options, podman),
    ...fileRead(options, read, podman),
    ...ownFile(read, podman),
    ...driverOptions(read, podman),
  ];
}

/** `systemDriver=X` of getRootlessStorageOpts: what an account takes of the driver that the system's file names. */
function drivers(source: string, podman: Release): StorageClaim[] {
  // Two names of one driver.
  const plain = (driver: unknown): unknown => (driver === 'overlay2' ? 'overlay' : driver);
  const words: Readonly<Record<string, string>> = { overlayDriver: 'overlay', vfsDriver: 'vfs' };
  return [...source.matchAll(/t\.Run\("systemDriver=(\w+)"[\s\S]*?\n\t\}\)/g)].flatMap(([text, named = '']) => {
    const wanted = /assert\.Equal\(t, storageOpts\.GraphDriverName, (?:"(\w+)"|(\w+))\)/.exec(text);
    const ours = at(learnt({ [system]: `[storage]\ndriver = "${named}"\n${roots}` }, account, podman), 'storage', 'driver');
    const name = `an account's driver where the system's is ${named}`;
    return [wanted ? equal(name, plain(ours), plain(wanted[1] ?? words[wanted[2] ?? ''])) : { name, taken: true, ours: ours !== named, said: String(ours) }];
  });
}

/** Variables in rootless_storage_path. */
function accountRoot(source: string, podman: Release): StorageClaim[] {
  const path = /RootlessStoragePath: "([^"]+)"/.exec(bodyOf(source, 'TestGetRootlessStorageOpts2'))?.[1];
  if (path === undefined) return [];
  const ours = at(learnt({ [system]: `[storage]\ndriver = "overlay"\n${roots}rootless_storage_path = "${path}"\n` }, account, podman), 'graphRoot');
  const wanted = path.replace('$HOME', account.home).replace('$UID', String(account.uid)).replace(/\/+/g, '/');
  return [equal(`rootless_storage_path ${path}`, String(ours).replace(/\/+/g, '/'), wanted)];
}

/** The file with keys that nobody reads: its run root counts, and the keys are named. */
function fileRead(source: string, read: (path: string) => string, podman: Release): StorageClaim[] {
  const body = bodyOf(source, 'TestReloadConfigurationFile');
  const file = /ReloadConfigurationFile\("\.\/([^"]+)"/.exec(body)?.[1];
  const runRoot = /assert\.Equal\(t, storageOpts\.RunRoot, "([^"]+)"\)/.exec(body)?.[1];
  if (file === undefined || runRoot === undefined) return [];
  const fact = learnt({ [system]: read(`types/${file}`) }, rootAccount, podman);
  const keys = /decode the keys \[([^\]]+)\]/.exec(body)?.[1]?.match(/[\w.-]+/g) ?? [];
  const unknown = JSON.stringify(at(fact, 'unknownKeys') ?? []);
  return [
    equal(`RunRoot of ${file}`, at(fact, 'runRoot'), runRoot),
    ...keys.map((key): StorageClaim => ({ name: `key ${key} of ${file}`, taken: true, ours: unknown.includes(key), said: unknown })),
  ];
}

/** The roots of an account's own file, with variables. */
function ownFile(read: (path: string) => string, podman: Release): StorageClaim[] {
  const body = bodyOf(read('types/utils_test.go'), 'TestDefaultStoreOpts');
  const file = /"\.\/([^"]+\.conf)"/.exec(body)?.[1];
  const rest = /expectedPath := .*"([\w/]+)"\)/.exec(body)?.[1];
  if (file === undefined || rest === undefined) return [];
  const fact = learnt({ [own]: read(`types/${file}`) }, account, podman);
  const wanted = `${account.home}/${account.uid}/${rest}`;
  return [...body.matchAll(/assert\.Equal\(t, storageOpts\.(RunRoot|GraphRoot), expectedPath\)/g)].map(([, root = '']) =>
    equal(`${root} of ${file}`, String(at(fact, root === 'RunRoot' ? 'runRoot' : 'graphRoot')).replace(/\/+/g, '/'), wanted),
  );
}

/** Every set of options that a test of pkg/config gives to a driver: a file with them is taken, and no key of it is unknown. */
function driverOptions(read: (path: string) => string, podman: Release): StorageClaim[] {
  const keyOf = new Map<string, string>();
  for (const [, type = '', body = ''] of read('pkg/config/config.go').matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm))
    for (const [, field = '', key = ''] of body.matchAll(/^\t(\w+) .*`toml:"([\w-]+)/gm)) keyOf.set(`${type.replace(/OptionsConfig$/, '')}.${field}`, key);
  const source = read('pkg/config/config_test.go');
  const constants = new Map([...source.matchAll(/^\t(\w+)\s+= "([^"]*)"/gm)].map(([, name = '', value = '']) => [name, value]));
  return [...source.matchAll(/^func Test(\w+)Options\([\s\S]*?^\}/gm)].flatMap(([text, test = '']) => {
    const driver = /GetGraphDriverOptions\("(\w+)"/.exec(text)?.[1] ?? test.toLowerCase();
    let set = new Map<string, string>();
    return [...text.matchAll(/options = (OptionsConfig)\{|options\.(?:(\w+)\.)?(\w+) = (?:"([^"]*)"|(\w+))$/gm)].flatMap(
      ([, fresh, table, field = '', written, constant = '']) => {
        if (fresh) set = new Map();
        const key = fresh ? undefined : keyOf.get(`${table ?? ''}.${field}`);
        if (key === undefined) return [];
        set.set(`${table === undefined ? '' : `.${keyOf.get(`.${table}`) ?? table.toLowerCase()}`} ${key}`, written ?? constants.get(constant) ?? constant);
        const lines = [...set].map(([where, value]) => `[storage.options${where.split(' ')[0]}]\n${where.split(' ')[1]} = "${value}"`);
        const byTable = Map.groupBy(lines, (line) => line.split('\n')[0]);
        const tables = [...byTable].map(([head, all]) => [head, ...all.map((line) => line.split('\n')[1])].join('\n')).join('\n');
        const fact = learnt({ [system]: `[storage]\ndriver = "${driver}"\n${roots}${tables}\n` }, rootAccount, podman);
        const name = `${driver} with ${[...set].map(([where, value]) => `${where.trim().replace(' ', '.')}=${value}`).join(' ')}`;
        const refused = at(fact, 'refused');
        return [
          {
            name,
            taken: true,
            ours: fact.is === 'known' && refused === undefined && JSON.stringify(at(fact, 'unknownKeys') ?? []) === '[]',
            said: String(refused ?? JSON.stringify(at(fact, 'unknownKeys'))),
          },
        ];
      },
    );
  });
}
