import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerer, type FileSpec, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { type Release, releaseOf } from '../../../src/facts/containers/podman-release.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { keySince, takesKey } from '../../../src/facts/quadlet/quadlet-keys.ts';
import { dropInNames } from '../../../src/facts/quadlet/quadlet-merge.ts';
import { parseQuadlet } from '../../../src/facts/quadlet/quadlet-text.ts';
import { settle } from '../../../src/facts/settle.ts';
import { quadlet } from '../../../src/kinds/quadlet/quadlet.ts';

const etc = '/etc/containers/systemd';
const podman = (version: string): HostSpec['commands'] => ({ 'podman --version': { stdout: `podman version ${version}\n` } });

/** The values of every Quadlet file found, by path. */
function found(files: Readonly<Record<string, FileSpec>>, version = '5.4.2'): Map<string, Record<string, unknown>> {
  const subjects = settle(quadlet.find?.learn(rootAccount) ?? fail(), answerer({ files, commands: podman(version) ?? {} }));
  if (subjects.is !== 'known') throw new Error(subjects.said);
  return new Map(subjects.each.map((s) => [String(s.fact.value.path), s.fact.value]));
}

const fail = (): never => {
  throw new Error('quadlet cannot be enumerated');
};

/** What the generator of Podman 5.4.2 made of each case when it was run with -dryrun on these files. */
interface Recorded {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly made: readonly string[];
}
const recorded = JSON.parse(readFileSync(new URL('quadlet-5.4.2.json', import.meta.url), 'utf8')) as readonly Recorded[];

describe('agrees with the generator of Podman 5.4.2', () => {
  it.each(recorded)('$name', ({ files, made }) => {
    const all = found(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${etc}/${name}`, text])));
    const mine = [...all.values()].filter(
      (v) => v.read === true && v.lostWith === undefined && [v.loadErrors, v.errors, v.unknownKeys].every((l) => Array.isArray(l) && l.length === 0),
    );
    expect(mine.map((v) => String(v.path).slice(etc.length + 1)).sort()).toEqual(made);
  });
});

it('finds the readers that the generators of Podman 5.4.2 showed on the same tree', () => {
  const user = '/home/web';
  const paths = {
    [`${etc}/a.container`]: [],
    [`${etc}/.h.container`]: ['root'],
    [`${etc}/sub/s.container`]: ['root'],
    [`${etc}/x.d/d.container`]: [],
    [`${etc}/users/u.container`]: ['every user'],
    [`${etc}/users/team/t.container`]: ['every user'],
    [`${etc}/users/1000/n.container`]: ['web'],
    [`${etc}/users/1000/u.container`]: [],
    [`${etc}/users/999/o.container`]: [],
    [`${etc}/users-extra/x.container`]: [],
    [`${etc}/y.artifact`]: [],
    [`${etc}/z.Container`]: [],
    '/run/containers/systemd/a.container': ['root'],
    '/run/containers/systemd/users/r.container': ['root'],
    '/usr/share/containers/systemd/a.container': [],
    '/usr/share/containers/systemd/users/1000/v.container': ['root'],
    '/usr/local/share/containers/systemd/l.container': [],
    [`${user}/.config/containers/systemd/home.container`]: ['web'],
    '/run/user/1000/containers/systemd/runtime.container': ['web'],
  };
  const files: Record<string, FileSpec> = {
    '/etc/passwd': `web:x:1000:1000::${user}:/bin/sh\n`,
    '/var/lib/systemd/linger/web': '',
    [`${etc}/lnk`]: { link: '/opt/real' },
  };
  for (const path of [...Object.keys(paths), '/opt/real/k.container']) files[path] = '[Container]\nImage=x.io/a\n';
  const all = found(files);
  expect(Object.fromEntries([...all].map(([path, v]) => [path, v.readBy]))).toEqual({ ...paths, [`${etc}/lnk/k.container`]: ['root'] });
});

describe('older and newer releases', () => {
  it.each([
    ['4.4.4', [`${etc}/a.container`]],
    ['4.7.0', [`${etc}/a.container`, `${etc}/sub/s.container`]],
    ['5.0.3', [`${etc}/a.container`, `${etc}/p.pod`, `${etc}/sub/s.container`]],
  ])('%s', (version, read) => {
    const files = {
      [`${etc}/a.container`]: '[Container]\nImage=x.io/a\n',
      [`${etc}/sub/s.container`]: '[Container]\nImage=x.io/a\n',
      [`${etc}/p.pod`]: '[Pod]\n',
    };
    expect([...found(files, version)].filter(([, v]) => (v.readBy as unknown[]).length > 0).map(([path]) => path)).toEqual(read);
  });
  it('knows from when a key is taken', () => {
    expect(keySince('Container', 'Memory')).toBe('5.5');
    expect(keySince('Container', 'memory')).toBeUndefined();
    expect(keySince('Container', '__proto__')).toBeUndefined();
    expect(takesKey({ numbers: [5, 4], said: '5.4' }, 'Container', 'Memory')).toBe(false);
  });
});

it('merges drop-ins and keeps where each value comes from', () => {
  const path = `${etc}/web-a.container`;
  const files = {
    [path]: '[Container]\nImage=x.io/a\nPodmanArgs=--one\n',
    [`${etc}/web-.container.d/10.conf`]: '[Container]\nPodmanArgs=--two\nNoNewPrivileges=true\n',
    [`${etc}/container.d/20.conf`]: '[Container]\nPodmanArgs=\nPodmanArgs=--three\n',
    [`${etc}/container.d/10.conf`]: '[Container]\nPrivileged=hidden\n',
  };
  const fact = settle(quadlet.learn({ path }, rootAccount), answerer({ files, commands: podman('5.4.2') ?? {} }));
  expect(fact).toMatchObject({ value: { options: { Image: ['x.io/a'], PodmanArgs: ['--three'], NoNewPrivileges: ['true'] }, unknownKeys: [] } });
  expect(fact.is === 'known' && fact.where.get('options.PodmanArgs')).toEqual([{ path: `${etc}/container.d/20.conf`, line: 3 }]);
});

it('names drop-in directories from the specific to the general', () => {
  expect(dropInNames('foo-bar.container')).toEqual(['foo-bar.container.d', 'foo-.container.d', 'container.d']);
  expect(dropInNames('a@1.kube')).toEqual(['a@1.kube.d', 'a@.kube.d', 'kube.d']);
});

describe('hostile input', () => {
  it.each([
    '__proto__=1\n',
    '[__proto__]\n__proto__=1\n',
    `${'\\\n'.repeat(20000)}`,
    `[Container]\n${'a'.repeat(200000)}\n`,
    '[Container]\nImage=\u0000\u001b[2J\n',
  ])('does not throw (%#)', (text) => {
    for (const version of ['4.4', '4.9', '5.3', '5.4']) expect(() => parseQuadlet(text, '/x', releaseOf(version) as Release)).not.toThrow();
    expect(found({ [`${etc}/a.container`]: text }).size).toBe(1);
  });
  it('ends on a loop of links', () => {
    expect(found({ [`${etc}/loop`]: { link: etc }, [`${etc}/a.container`]: '[Container]\nImage=x\n' }).size).toBe(1);
  });
});

it('is unknown, not absent, when the directory is closed', () => {
  const fact = settle(
    quadlet.learn({ path: `${etc}/a.container` }, rootAccount),
    answerer({ files: { [etc]: { type: 'directory', blocked: 'denied' } }, commands: podman('5.4.2') ?? {} }),
  );
  expect(fact).toMatchObject({ is: 'unknown', why: 'denied' });
});
