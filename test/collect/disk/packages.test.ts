/** Package databases that lie on a disk, without the programs that wrote them. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { inOrder, packagesInQuery, rpmQuery } from '../../../src/collect/disk/packages.ts';
import { rootDirectory } from '../../../src/collect/targets/root-directory.ts';
import type { Answer } from '../../../src/facts/ask.ts';
import type { Package, Packages } from '../../../src/facts/packages.ts';
import { oracle } from '../../oracles.ts';
import { fc } from '../../property.ts';
import { headerOf, ndbOf, type Row, writeSqlite } from './rpm-files.ts';

const scratch = mkdtempSync(join(tmpdir(), 'pretrip-packages-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let made = 0;

const newRoot = (): string => join(scratch, `r${++made}`);

function rootWith(files: Readonly<Record<string, Buffer | ((path: string) => void)>>): string {
  const root = newRoot();
  mkdirSync(join(root, 'etc'), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    if (typeof content === 'function') content(root + path);
    else writeFileSync(root + path, content);
  }
  return root;
}

async function rpmIn(root: string): Promise<Answer<Packages>> {
  const [answer] = await rootDirectory(root).answer([{ do: 'packages', of: 'rpm' }]);
  return answer as Answer<Packages>;
}

const rows: readonly Row[] = [
  { name: 'zypper', version: '1.14.59', release: '150400.3.12.2', arch: 'x86_64' },
  { name: 'podman', epoch: 5, version: '4.9.5', release: '150500.3.40.1', arch: 'x86_64' },
  { name: 'gpg-pubkey', version: '39db7c82', release: '5f68629b' },
];
const headers = rows.map(headerOf);
const listed = {
  is: 'got',
  value: {
    packages: [
      { name: 'gpg-pubkey', epoch: '', version: '39db7c82', release: '5f68629b', arch: '' },
      { name: 'podman', epoch: '5', version: '4.9.5', release: '150500.3.40.1', arch: 'x86_64' },
      { name: 'zypper', epoch: '', version: '1.14.59', release: '150400.3.12.2', arch: 'x86_64' },
    ],
  },
};
const sqlite = (path: string): void => writeSqlite(path, headers);

describe('an rpm database on a disk', () => {
  test.each<[string, Readonly<Record<string, Buffer | ((path: string) => void)>>]>([
    ['of SQLite', { '/usr/lib/sysimage/rpm/rpmdb.sqlite': sqlite }],
    ['of SQLite, at the old place', { '/var/lib/rpm/rpmdb.sqlite': sqlite }],
    ['of ndb', { '/usr/lib/sysimage/rpm/Packages.db': ndbOf(headers) }],
    ['of ndb, at the old place', { '/var/lib/rpm/Packages.db': ndbOf(headers) }],
    ['with what it was made from beside it', { '/var/lib/rpm/rpmdb.sqlite': sqlite, '/var/lib/rpm/Packages': Buffer.from('x') }],
    ['by way of a link', { '/usr/lib/sysimage/rpm/Packages.db': ndbOf(headers), '/var/lib/rpm': (path) => symlinkSync('../../usr/lib/sysimage/rpm', path) }],
  ])('%s is read', async (_, files) => expect(await rpmIn(rootWith(files))).toEqual(listed));

  test('is not written to, and nothing beside it', async () => {
    const root = rootWith({
      '/var/lib/rpm/rpmdb.sqlite': (path) => {
        sqlite(path);
        const database = new DatabaseSync(path);
        database.exec('PRAGMA journal_mode = WAL');
        database.close();
      },
    });
    const before = readFileSync(`${root}/var/lib/rpm/rpmdb.sqlite`);
    expect(await rpmIn(root)).toEqual(listed);
    expect(readdirSync(`${root}/var/lib/rpm`)).toEqual(['rpmdb.sqlite']);
    expect(readFileSync(`${root}/var/lib/rpm/rpmdb.sqlite`).equals(before)).toBe(true);
  });

  test('that holds nothing lists nothing, and none is absent', async () => {
    expect(await rpmIn(rootWith({ '/var/lib/rpm/Packages.db': ndbOf([]) }))).toEqual({ is: 'got', value: { packages: [] } });
    expect(await rpmIn(rootWith({ '/var/lib/rpm/rpmdb.sqlite': (path) => writeSqlite(path, []) }))).toEqual({ is: 'got', value: { packages: [] } });
    expect(await rpmIn(rootWith({}))).toEqual({ is: 'absent' });
  });

  const sql = (text: string) => (path: string) => {
    const database = new DatabaseSync(path);
    database.exec(text);
    database.close();
  };
  test.each<[string, Readonly<Record<string, Buffer | ((path: string) => void)>>, string]>([
    ['of Berkeley DB', { '/var/lib/rpm/Packages': Buffer.alloc(8192) }, 'Berkeley DB'],
    ['that is empty', { '/var/lib/rpm/rpmdb.sqlite': Buffer.alloc(0) }, 'damaged'],
    ['of garbage', { '/var/lib/rpm/rpmdb.sqlite': Buffer.alloc(10_000_000, 'garbage') }, 'damaged'],
    ['of garbage in place of ndb', { '/var/lib/rpm/Packages.db': Buffer.alloc(10_000_000, 'garbage') }, 'damaged'],
    ['that is a directory', { '/var/lib/rpm/rpmdb.sqlite/x': Buffer.alloc(0) }, 'damaged'],
    ['that is a FIFO', { '/var/lib/rpm/rpmdb.sqlite': (path) => execFileSync('mkfifo', [path]) }, 'damaged'],
    ['with a FIFO in place of ndb', { '/var/lib/rpm/Packages.db': (path) => execFileSync('mkfifo', [path]) }, 'damaged'],
    ['twice', { '/var/lib/rpm/rpmdb.sqlite': sqlite, '/var/lib/rpm/Packages.db': ndbOf(headers) }, 'several'],
    ['with changes beside it', { '/var/lib/rpm/rpmdb.sqlite': sqlite, '/var/lib/rpm/rpmdb.sqlite-wal': Buffer.from('x') }, 'changes'],
    ['with another table', { '/var/lib/rpm/rpmdb.sqlite': sql('CREATE TABLE Name (key TEXT)') }, 'no table of packages'],
    [
      'with a view that never ends',
      { '/var/lib/rpm/rpmdb.sqlite': sql('CREATE VIEW Packages AS WITH RECURSIVE n(blob) AS (SELECT 1 UNION ALL SELECT blob + 1 FROM n) SELECT blob FROM n') },
      'no table of packages',
    ],
    [
      'with text in place of a package',
      {
        '/var/lib/rpm/rpmdb.sqlite': sql(
          "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL); INSERT INTO Packages (blob) VALUES ('x')",
        ),
      },
      'none',
    ],
  ])('%s is blocked', async (_, files, said) => {
    expect(await rpmIn(rootWith(files))).toMatchObject({ is: 'blocked', said: expect.stringContaining(said) });
  });

  test('that was cut off anywhere is blocked, or whole', async () => {
    const many = Array.from({ length: 60 }, (_, at) => headerOf({ name: `package-${at}`, version: '1'.repeat(200), release: '1', arch: 'noarch' }));
    const root = rootWith({ '/var/lib/rpm/rpmdb.sqlite': (path) => writeSqlite(path, many) });
    const wholes = { 'rpmdb.sqlite': readFileSync(`${root}/var/lib/rpm/rpmdb.sqlite`), 'Packages.db': ndbOf(many) };
    for (const [name, whole] of Object.entries(wholes)) {
      for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 40)) {
        const cut = await rpmIn(rootWith({ [`/var/lib/rpm/${name}`]: whole.subarray(0, length) }));
        expect([name, length, cut.is]).toEqual([name, length, 'blocked']);
      }
    }
  });

  test('with bytes changed never throws', async () => {
    const root = rootWith({ '/var/lib/rpm/rpmdb.sqlite': sqlite });
    const wholes = { 'rpmdb.sqlite': readFileSync(`${root}/var/lib/rpm/rpmdb.sqlite`), 'Packages.db': ndbOf(headers) };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('rpmdb.sqlite' as const, 'Packages.db' as const),
        fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { minLength: 1 }),
        async (name, changes) => {
          const bytes = Buffer.from(wholes[name]);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const answer = await rpmIn(rootWith({ [`/var/lib/rpm/${name}`]: bytes }));
          expect(answer.is === 'blocked' || (answer.is === 'got' && answer.value.packages.length <= headers.length)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('held against rpm', oracle('rpm'), () => {
  const build = (row: Row, into: string): void => {
    const spec = join(into, `${row.name}.spec`);
    const epoch = row.epoch === undefined ? '' : `Epoch: ${row.epoch}\n`;
    writeFileSync(
      spec,
      `Name: ${row.name}\nVersion: ${row.version}\nRelease: ${row.release}\n${epoch}Summary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%files\n`,
    );
    execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${into}`, spec], { stdio: 'ignore' });
  };
  const packagesOf = (): string => {
    const into = newRoot();
    mkdirSync(into);
    for (const row of [...rows.slice(0, 2), { name: 'a+b', version: '1.0~rc1^2', release: '1' }, { name: 'zero', epoch: 0, version: '1', release: '0' }])
      build(row, into);
    return join(into, 'RPMS/noarch');
  };
  const backends = (): readonly string[] => {
    const told = execFileSync('rpm', ['--showrc'], { encoding: 'utf8' });
    return (/available backends\s*: (.*)/.exec(told)?.[1] ?? '').split(' ').filter((b) => b === 'sqlite' || b === 'ndb');
  };

  test('each database that it writes is read as it reads it', async () => {
    const from = packagesOf();
    expect(backends()).not.toEqual([]);
    for (const backend of backends()) {
      const root = rootWith({});
      const rpm = (...words: string[]): string =>
        execFileSync('rpm', ['--root', root, '--define', '_dbpath /var/lib/rpm', '--define', `_db_backend ${backend}`, ...words], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      rpm('--initdb');
      rpm('--justdb', '--nodeps', '--nosignature', '-i', ...readdirSync(from).map((f) => join(from, f)));
      const wanted: readonly Package[] = inOrder(packagesInQuery(rpm(...rpmQuery.slice(1))));
      expect(wanted.map((p) => p.name)).toEqual(['a+b', 'podman', 'zero', 'zypper']);
      const copied = newRoot();
      cpSync(root, copied, { recursive: true });
      expect(await rpmIn(copied)).toEqual({ is: 'got', value: { packages: wanted } });
    }
  });
});

describe('a status file of dpkg that was cut off in the middle', () => {
  const whole = Array.from(
    { length: 50 },
    (_, at) => `Package: p${at}\nStatus: install ok installed\nArchitecture: all\nVersion: 1-${at}\nDescription: x\n y\n`,
  ).join('\n');
  const dpkgIn = async (text: string): Promise<Answer<Packages>> => {
    const [answer] = await rootDirectory(rootWith({ '/var/lib/dpkg/status': Buffer.from(text) })).answer([{ do: 'packages', of: 'dpkg' }]);
    return answer as Answer<Packages>;
  };

  test('lists nothing', async () => {
    expect(await dpkgIn(whole)).toMatchObject({ is: 'got' });
    expect(await dpkgIn(whole.slice(0, whole.length >> 1))).toMatchObject({ is: 'blocked', said: expect.stringContaining('damaged') });
    expect(await dpkgIn(whole.slice(0, whole.lastIndexOf('Version')))).toMatchObject({ is: 'blocked', said: expect.stringContaining('damaged') });
  });
});
