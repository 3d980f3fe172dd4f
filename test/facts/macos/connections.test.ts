import { describe, expect, it } from 'vitest';
import { answerer } from '../../../src/collect/composed/composed.ts';
import { parseDockerHost } from '../../../src/facts/k3d/docker-host.ts';
import { differences, learnConnections } from '../../../src/facts/macos/connections.ts';
import { learnMachines, machineFor } from '../../../src/facts/macos/machines.ts';
import { settle } from '../../../src/facts/settle.ts';

const dev = { name: 'dev', uid: 501, gid: 20, home: '/Users/dev' };

describe('connections', () => {
  it.each([
    ['ssh://core@localhost:1/s', 'ssh://core@127.0.0.1:1/s', []],
    ['ssh://core@localhost:1', 'ssh://core@127.0.0.1:1/s', []],
    ['ssh://core@localhost:2', 'ssh://core@127.0.0.1:1/s', ['port 2 instead of 1']],
    ['ssh://root@[::1]:1', 'ssh://core@127.0.0.1:1/s', ['user root instead of core']],
    ['ssh://core@edge:1', 'ssh://core@127.0.0.1:1/s', ['host edge instead of 127.0.0.1']],
    ['ssh://core@edge', 'ssh://core@edge:22/s', []],
  ])('%s and %s', (a, b, expected) => expect(differences(parseDockerHost(a), parseDockerHost(b))).toEqual(expected));

  it('marks the default of Podman 4, whose list has a star', () => {
    const stdout = '[{"Name":"podman-machine-default*","URI":"ssh://core@localhost:1/s","Identity":"/k"}]';
    const found = settle(learnConnections(dev), answerer({ commands: { 'dev@podman system connection list --format json': { stdout } } }));
    expect(found.is === 'known' && found.each[0]).toMatchObject({ name: 'podman-machine-default', isDefault: true, isMachine: true });
  });

  it.each([
    ['no JSON', 'dev@podman system connection list --format json', { stdout: 'Name URI' }],
    ['a failure', 'dev@podman system connection list --format json', { exit: 125, stderr: 'Error' }],
  ])('is unknown after %s', (_, name, command) => {
    expect(settle(learnConnections(dev), answerer({ commands: { [name]: command } })).is).toBe('unknown');
  });

  it('is unknown when the file of an image is no JSON', () => {
    const files = { '/Users/dev/.config/containers/podman-connections.json': '{' };
    expect(settle(learnConnections(dev), answerer({ kind: 'image', files })).is).toBe('unknown');
  });
});

describe('machines', () => {
  it('takes memory and disk, which are bytes in text, to MiB and GiB', () => {
    const stdout = '[{"Name":"m","Running":true,"CPUs":2,"Memory":"2147483648","DiskSize":"107374182400"}]';
    const found = settle(
      learnMachines(dev),
      answerer({
        files: { [`${dev.home}/.config/containers/podman/machine`]: { type: 'directory' } },
        commands: { 'dev@podman machine list --format json': { stdout } },
      }),
    );
    expect(found.is === 'known' && found.each[0]).toMatchObject({ memory: 2048, disk: 100, cpus: 2 });
  });

  it('reads the files of Podman 4 and 5 where nothing can be run, and leaves out what is no folder', () => {
    const root = '/Users/dev/.config/containers/podman/machine';
    const files = {
      [`${root}/qemu/a.json`]: '{"Name":"a","Rootful":true,"CPUs":1}',
      [`${root}/applehv/b.json`]: '{"Name":"b","HostUser":{"Rootful":false},"Resources":{"Memory":4096}}',
      [`${root}/port-alloc.dat`]: '',
    };
    const found = settle(learnMachines(dev), answerer({ kind: 'image', files }));
    expect(found.is === 'known' && found.each.map((m) => [m.name, m.rootful, m.memory, m.running])).toEqual([
      ['b', false, 4096, undefined],
      ['a', true, undefined, undefined],
    ]);
  });

  it('never puts a strange name on a command line', () => {
    const asked: string[] = [];
    const answer = answerer({ commands: { 'dev@podman machine list --format json': { stdout: '[{"Name":"--help","Running":true},{"Name":"a b"}]' } } });
    settle(learnMachines(dev), (ask) => {
      asked.push(JSON.stringify(ask));
      return answer(ask);
    });
    expect(asked.some((a) => a.includes('inspect'))).toBe(false);
  });

  it('chooses the machine of a connection', () => {
    const at = { path: 'x' };
    const all = [
      { name: 'a', isDefault: true, where: at },
      { name: 'b', isDefault: false, where: at },
      { name: 'b-root', isDefault: false, where: at },
    ];
    expect(machineFor(all.slice(0, 2), 'b-root')?.name).toBe('b');
    expect(machineFor(all, 'b-root')?.name).toBe('b-root');
    expect(machineFor(all, undefined)?.name).toBe('a');
  });
});
