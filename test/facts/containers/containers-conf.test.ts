import { describe, expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import type { Account } from '../../../src/facts/ask.ts';
import { containersConf } from '../../../src/facts/containers/containers-conf.ts';
import type { Fact, Known, Unknown } from '../../../src/facts/fact.ts';
import { rootAccount } from '../../../src/facts/host/accounts.ts';
import { settle } from '../../../src/facts/settle.ts';

const alice: Account = { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice' };
const etc = '/etc/containers/containers.conf';
const usr = '/usr/share/containers/containers.conf';
const bin = { '/usr/bin/podman': { mode: '0755', content: '' } };

function host(version: string | undefined, files: HostSpec['files'], more: HostSpec = {}): HostSpec {
  return { ...more, files: { ...(version ? bin : {}), ...files }, commands: version ? { 'podman --version': { stdout: `podman version ${version}\n` } } : {} };
}
const learn = (spec: HostSpec, as: Account = rootAccount): Fact => settle(containersConf(as), answerer(spec));
function known(spec: HostSpec, as?: Account): Known {
  const fact = learn(spec, as);
  if (fact.is !== 'known') throw new Error(fact.said);
  return fact;
}
function refused(spec: HostSpec, as?: Account): Unknown {
  const fact = learn(spec, as);
  if (fact.is === 'known') throw new Error(JSON.stringify(fact.value));
  return fact;
}
const engine = (n: number) => `[engine]\nservice_timeout=${n}\n`;
const timeout = (fact: Known) => (fact.value.engine as { service_timeout?: number } | undefined)?.service_timeout;
const notes = (fact: Known, key = 'engine.service_timeout') => (fact.notes.get(key) ?? []).map((n) => `${n.where[0]?.path}:${n.where[0]?.line} ${n.said}`);

describe('a key outside its table', () => {
  const spec = host('4.3.1', { [`${etc}.d/timeout.conf`]: 'service_timeout=0\n' });
  test('is not the value, and says where it stands and why Podman ignores it', () => {
    const fact = known(spec);
    expect(timeout(fact)).toBeUndefined();
    expect(notes(fact)).toEqual([
      `${etc}.d/timeout.conf:1 service_timeout stands outside any table; Podman reads it only under [engine] and ignores it silently`,
    ]);
    expect(fact.value.misplaced).toEqual(['service_timeout']);
    expect(fact.where.get('misplaced.0')).toEqual([{ path: `${etc}.d/timeout.conf`, line: 1, column: 1 }]);
  });
  test('is noted under every table that knows it', () => {
    const fact = known(host('5.4.2', { [etc]: '[network]\ndriver = "x"\n[engin]\nruntime="crun"\n[foo]\nbar=1\n' }));
    expect(fact.value.misplaced).toEqual(['network.driver', 'engin.runtime']);
    expect(fact.value.unknownKeys).toEqual(['foo.bar']);
    expect(notes(fact, 'secrets.driver')[0]).toContain('stands under [network]; Podman reads it only under [secrets]');
    expect(notes(fact, 'engine.runtime')[0]).toContain('stands under [engin]');
  });
  test('with its table it counts', () => {
    const fact = known(host('4.3.1', { [`${etc}.d/timeout.conf`]: engine(0) }));
    expect(timeout(fact)).toBe(0);
    expect(fact.where.get('engine.service_timeout')).toEqual([{ path: `${etc}.d/timeout.conf`, line: 2, column: 1 }]);
    expect(fact.value.misplaced).toEqual([]);
    expect(fact.value.version).toBe('4.3.1');
  });
  test('table and key names in any case count', () => {
    expect(timeout(known(host('4.3.1', { [etc]: '[Engine]\nSERVICE_TIMEOUT=7\n' })))).toBe(7);
  });
  test('both cases in one file: Podman picks one at random', () => {
    const spec = (a: number, b: number) => host('5.4.2', { [etc]: `[engine]\nservice_timeout=${a}\n[Engine]\nservice_timeout=${b}\n` });
    expect(known(spec(1, 2)).gaps.get('engine.service_timeout')).toMatchObject({ why: 'ambiguous', where: [{ line: 2 }, { line: 4 }] });
    expect(known(spec(1, 1)).gaps.size).toBe(0);
    expect(known({ ...spec(1, 2), files: { ...spec(1, 2).files, [`${etc}.d/a.conf`]: engine(3) } }).gaps.size).toBe(0);
  });
});

describe('layers by version', () => {
  const all = {
    [usr]: engine(1),
    [etc]: engine(2),
    [`${etc}.d/10.conf`]: engine(3),
    '/root/.config/containers/containers.conf': engine(4),
    '/root/.config/containers/containers.conf.d/x.conf': engine(5),
    '/home/alice/.config/containers/containers.conf': engine(6),
    '/home/alice/.config/containers/containers.conf.d/x.conf': engine(7),
    [`${usr}.d/a.conf`]: engine(8),
    '/etc/containers/containers.rootless.conf.d/a.conf': engine(9),
    '/etc/containers/containers.rootless.conf.d/1000/z.conf': engine(10),
    '/etc/containers/containers.rootful.conf.d/a.conf': engine(11),
  };
  test.each([
    ['4.3.1', rootAccount, 3],
    ['4.3.1', alice, 7],
    ['5.4.2', rootAccount, 5],
    ['5.4.2', alice, 7],
    ['6.0.0', rootAccount, 5],
    ['6.0.0', alice, 10],
    ['7.1', alice, 10],
  ])('%s %o', (version, as, value) => {
    expect(timeout(known(host(version, all), as))).toBe(value);
  });
  test('3.0.1 reads main files only and does not know the key', () => {
    const files = Object.fromEntries(Object.entries(all).map(([p, text]) => [p, text.replace('[engine]\nservice_timeout', '[containers]\npids_limit')]));
    const pids = (as: Account) => (known(host('3.0.1', files), as).value.containers as { pids_limit: number }).pids_limit;
    expect(pids(rootAccount)).toBe(2);
    expect(pids(alice)).toBe(6);
    const fact = known(host('3.0.1', { [etc]: engine(0), [`${etc}.d/a.conf`]: engine(0) }));
    expect(timeout(fact)).toBeUndefined();
    expect(fact.value.unsupported).toEqual(['engine.service_timeout']);
    expect(notes(fact)).toEqual([
      `${etc}:2 it is set, but Podman reads it from 4.0 on; this is 3.0.1`,
      `${etc}.d/a.conf:2 ${etc}.d/a.conf sets it without effect: Podman 3.0.1 reads no containers.conf.d`,
    ]);
  });
  test('3.4 reads drop-ins', () => {
    expect(known(host('3.4.4', { [`${etc}.d/a.conf`]: '[containers]\npids_limit=5\n' })).value.containers).toEqual({ pids_limit: 5 });
  });
  test('shadowed places follow the deciding one', () => {
    const fact = known(host('4.3.1', all), alice);
    expect(fact.where.get('engine.service_timeout')?.map((w) => `${w.path} ${w.said ?? ''}`)).toEqual([
      '/home/alice/.config/containers/containers.conf.d/x.conf ',
      ...['/home/alice/.config/containers/containers.conf', `${etc}.d/10.conf`, etc, usr].map(
        (p) => `${p} shadowed by /home/alice/.config/containers/containers.conf.d/x.conf:2`,
      ),
    ]);
    expect(notes(fact)).toContain(`${usr}.d/a.conf:2 ${usr}.d/a.conf sets it without effect: Podman 4.3.1 does not read that directory`);
  });
  test('6: the first main file hides the others, and a drop-in replaces its namesake', () => {
    const fact = known(
      host('6.0', {
        [usr]: '[engine]\nservice_timeout=1\nruntime="runc"\n',
        [etc]: engine(2),
        [`${usr}.d/a.conf`]: '[containers]\ninit=true\n',
        [`${etc}.d/a.conf`]: '',
      }),
    );
    expect(timeout(fact)).toBe(2);
    expect((fact.value.engine as { runtime?: string }).runtime).toBeUndefined();
    expect(fact.value.containers).toBeUndefined();
    expect(notes(fact, 'engine.runtime')[0]).toContain('only the first main file');
    expect(notes(fact, 'containers.init')[0]).toContain(`${etc}.d/a.conf replaces it`);
  });
  test('drop-ins that are links are followed', () => {
    const files = { '/x.conf': engine(0), [`${etc}.d/a.conf`]: { link: '/x.conf' } };
    expect(timeout(known(host('5.4.2', files)))).toBe(0);
    expect(timeout(known(host('6.0', files)))).toBe(0);
  });
  test('a linked drop-in directory is not entered before 6', () => {
    const files = { '/opt/d/a.conf': engine(0), [`${etc}.d`]: { link: '/opt/d' } };
    expect(timeout(known(host('4.3.1', files)))).toBeUndefined();
    expect(timeout(known(host('5.4.2', files)))).toBeUndefined();
    expect(timeout(known(host('6.0', files)))).toBe(0);
  });
  test('names: byte order, hidden files count, other endings and directories do not', () => {
    const fact = known(
      host('5.4.2', {
        [`${etc}.d/9.conf`]: engine(9),
        [`${etc}.d/10.conf`]: engine(10),
        [`${etc}.d/.h.conf`]: engine(8),
        [`${etc}.d/z.CONF`]: engine(1),
        [`${etc}.d/z.conf.bak`]: engine(1),
        [`${etc}.d/zz.conf/x.conf`]: engine(2),
      }),
    );
    expect(timeout(fact)).toBe(9);
    expect(fact.value.layers).toEqual([`${etc}.d/.h.conf`, `${etc}.d/10.conf`, `${etc}.d/9.conf`]);
    expect(notes(fact)).toContain(`${etc}.d/z.CONF:2 ${etc}.d/z.CONF sets it without effect: Podman reads only files named *.conf`);
  });
});

describe('what Podman refuses', () => {
  test.each([
    ['a string for a number', '[engine]\nservice_timeout = "0"\n', 2, 'is the string "0", not a whole number'],
    ['two tables', '[engine]\n[engine]\n', 2, 'not valid TOML'],
    ['a scalar for a table', 'engine = 1\n', 1, 'engine is not a table'],
    ['a number in a list', '[containers]\nenv=["A=1",\n2]\n', 3, 'env of [containers] is a list with the integer 2 in it, not of strings'],
    ['a small log size', '[containers]\nlog_size_max = 8000\n', 2, 'at least 8192'],
    ['a misspelt attribute', '[containers]\nenv=["A=1",{apend=true}]\n', 2, 'apend'],
  ])('%s', (_, content, line, said) => {
    const fact = refused(host('5.4.2', { [etc]: content }));
    expect(fact).toMatchObject({ why: 'unparsable', where: [{ path: etc, line }] });
    expect(fact.said).toContain(said);
  });
  test('a dangling drop-in: fatal before 5, ignored since', () => {
    const files = { [`${etc}.d/a.conf`]: { link: '/nowhere' } };
    expect(refused(host('4.3.1', files)).said).toContain('dangling');
    expect(known(host('5.4.2', files)).value.layers).toEqual([]);
  });
  test('a byte order mark before 4.6', () => {
    expect(refused(host('4.3.1', { [etc]: `\uFEFF${engine(0)}` })).said).toContain('byte order mark');
    expect(timeout(known(host('5.4.2', { [etc]: `\uFEFF${engine(0)}`.replaceAll('\n', '\r\n') })))).toBe(0);
  });
  test('append before 4.8', () => {
    expect(refused(host('4.3.1', { [etc]: '[containers]\ndefault_capabilities=["NET_RAW",{append=true}]\n' })).said).toContain('a list with a table in it');
  });
  test('a file that root alone may read', () => {
    const files = { [`${etc}.d/a.conf`]: { content: engine(0), mode: '0600' } };
    expect(timeout(known(host('5.4.2', files)))).toBe(0);
    expect(refused(host('5.4.2', files), alice).said).toContain('alice may not read');
    expect(refused(host('5.4.2', { [`${etc}.d`]: { type: 'directory', mode: '0700' }, [`${etc}.d/a.conf`]: engine(0) }), alice).said).toContain(
      'alice may not read',
    );
    expect(refused(host('5.4.2', { [etc]: { content: '', mode: '0640', owner: '0:7' } }), alice).why).toBe('ambiguous');
  });
});

describe('lists', () => {
  const caps = (fact: Known) => (fact.value.containers as { default_capabilities: string[] }).default_capabilities;
  test('append is sticky over files and starts from the built-in list', () => {
    const fact = known(
      host('5.4.2', {
        [`${etc}.d/1.conf`]: '[containers]\ndefault_capabilities=[{append=true},"net_raw"]\n',
        [`${etc}.d/2.conf`]: '[containers]\ndefault_capabilities=["CHOWN"]\n',
      }),
    );
    expect(caps(fact)).toHaveLength(13);
    expect(caps(fact).slice(-2)).toEqual(['CAP_NET_RAW', 'CAP_CHOWN']);
    expect(fact.where.get('containers.default_capabilities')?.map((w) => w.said)).toEqual([
      'appends to the list before (append=true from an earlier file)',
      'appends to the built-in list',
    ]);
  });
  test('append=false ends it', () => {
    const fact = known(
      host('5.4.2', { [`${etc}.d/1.conf`]: '[containers]\nenv=["A=1",{append=true}]\n', [`${etc}.d/2.conf`]: '[containers]\nenv=["B=2",{append=false}]\n' }),
    );
    expect((fact.value.containers as { env: string[] }).env).toEqual(['B=2']);
  });
  test('tables merge key by key', () => {
    const fact = known(host('5.4.2', { [etc]: '[engine.runtimes]\ncrun=["/a"]\nrunc=["/b"]\n', [`${etc}.d/1.conf`]: '[engine.runtimes]\ncrun=["/c"]\n' }));
    expect((fact.value.engine as { runtimes: unknown }).runtimes).toEqual({ crun: ['/c'], runc: ['/b'] });
  });
  test('a negative unsigned number wraps', () => {
    expect(timeout(known(host('5.4.2', { [etc]: engine(-1) })))).toBeGreaterThan(1e19);
  });
});

describe('variables', () => {
  const env = (vars: Record<string, string>, version = '5.4.2') =>
    host(version, { [etc]: engine(1), '/etc/containers/o.conf': engine(9) }, { env: { HOME: '/root', ...vars } });
  test('CONTAINERS_CONF replaces every file', () => {
    expect(known(env({ CONTAINERS_CONF: '/etc/containers/o.conf' })).value.layers).toEqual(['/etc/containers/o.conf']);
    expect(timeout(known(env({ CONTAINERS_CONF: '/dev/null' })))).toBeUndefined();
    expect(timeout(known(env({ CONTAINERS_CONF: '' })))).toBe(1);
  });
  test('naming a missing file is fatal, an outside one is unknown', () => {
    expect(refused(env({ CONTAINERS_CONF: '/etc/containers/no.conf' })).why).toBe('unparsable');
    expect(refused(env({ CONTAINERS_CONF: '/tmp/x.conf' })).why).toBe('unsupported');
    expect(refused(env({ XDG_CONFIG_HOME: '/tmp' })).why).toBe('unsupported');
  });
  test('the override is last, and unknown to 4.3', () => {
    expect(timeout(known(env({ CONTAINERS_CONF_OVERRIDE: '/etc/containers/o.conf' })))).toBe(9);
    expect(timeout(known(env({ CONTAINERS_CONF: '/etc/containers/containers.conf', CONTAINERS_CONF_OVERRIDE: '/etc/containers/o.conf' })))).toBe(9);
    expect(timeout(known(env({ CONTAINERS_CONF_OVERRIDE: '/etc/containers/o.conf' }, '4.3.1')))).toBe(1);
  });
  test("another account's environment does not count", () => {
    expect(timeout(known(env({ CONTAINERS_CONF: '/dev/null', HOME: '/home/bob' }), alice))).toBe(1);
  });
  test('an image has no environment', () => {
    const fact = known({
      kind: 'image',
      files: { ...bin, [etc]: engine(0), '/var/lib/dpkg/status': 'Package: podman\nStatus: install ok installed\nVersion: 5.4.2+ds1-2\n' },
    });
    expect(timeout(fact)).toBe(0);
    expect(fact.gaps.size).toBe(0);
  });
});

describe('not knowing', () => {
  test('an unknown version: what 4, 5 and 6 agree on is known, the rest is not', () => {
    const agree = known(host(undefined, { [`${etc}.d/t.conf`]: engine(0) }));
    expect(timeout(agree)).toBe(0);
    expect([...agree.gaps.keys()]).toEqual(['version']);
    const differ = known(host(undefined, { [etc]: engine(2), [usr]: '[engine]\nruntime="runc"\n', '/root/.config/containers/containers.conf': engine(0) }));
    expect(differ.gaps.get('engine.service_timeout')?.said).toContain('depends on the Podman version');
    expect(differ.gaps.has('engine.runtime')).toBe(true);
  });
  test('a Podman that cannot tell its version may be a 3, unless Quadlet lies beside it', () => {
    const files = { ...bin, [`${etc}.d/t.conf`]: engine(0) };
    expect(known({ kind: 'image', files }).gaps.get('engine.service_timeout')?.said).toContain('depends on the Podman version');
    const quadlet = known({
      kind: 'image',
      files: { ...files, '/usr/lib/systemd/system-generators/podman-system-generator': { link: '../../podman/quadlet' } },
    });
    expect([...quadlet.gaps.keys()]).toEqual(['version']);
  });
  test('a denied layer makes the whole unknown', () => {
    expect(refused(host('4.3.1', { [etc]: { content: '', blocked: 'denied' } })).why).toBe('denied');
    expect(refused(host('4.3.1', { [`${etc}.d`]: { type: 'directory', blocked: 'denied' } })).why).toBe('denied');
    expect(refused(host('4.3.1', { [`${etc}.d/x.conf`]: { content: '', blocked: 'too-large' } })).why).toBe('too-large');
  });
  test('hostile keys do no harm', () => {
    const fact = known(
      host('5.4.2', { [etc]: '__proto__=1\n[constructor]\nx=1\n[engine]\n__proto__={a=1}\ntoString=2\n[engine.runtimes]\n__proto__=["x"]\n' }),
    );
    expect(fact.value.unknownKeys).toEqual(['__proto__', 'constructor.x', 'engine.__proto__', 'engine.toString']);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
