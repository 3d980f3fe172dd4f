/** The cases beside cgroup.delegate.configured and .masked, put to the real systemd: our merge must be its merge. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { answerer, type HostSpec, overlay } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { mergeDelegate } from '../../../src/facts/systemd/delegate.ts';
import { loadUnit } from '../../../src/facts/systemd/load.ts';
import { oracle } from '../../oracles.ts';
import { dump } from './oracle.ts';

interface TrialFile {
  readonly cases: readonly ({ readonly it: string } & HostSpec)[];
}

const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
const base = parse(readFileSync('fixtures/hosts/rootless-user.yaml', 'utf8')) as HostSpec;

describe.each(['configured', 'masked'])('cgroup.delegate.%s', oracle('systemd'), (rule) => {
  const { cases } = parse(readFileSync(`rules/cgroup/delegate/${rule}.test.yaml`, 'utf8')) as TrialFile;
  const blocked = (c: HostSpec): boolean => JSON.stringify(c.files ?? {}).includes('"blocked"');
  test.each(cases.filter((c) => !blocked(c)))('systemd agrees: $it', (c) => {
    const host = overlay(base, { files: c.files ?? {} });
    const loaded = settle(loadUnit('user@1000.service', { manager: 'system', as: root }), answerer(host));
    if (loaded.is !== 'loaded') throw new Error(loaded.said);
    const real = dump(unitFilesOf(host), 'user@1000.service');
    if (!loaded.exists) return void expect(real.state).toBe('not-found');
    const ours = mergeDelegate(loaded.assignments.filter((a) => a.section === 'Service' && a.key === 'Delegate'));
    if (loaded.broken) return void expect(real.state).toBe('error');
    expect(real.state, real.log).toBe('loaded');
    expect({ on: ours.on, controllers: [...ours.controllers].sort() }).toEqual({ on: real.delegate, controllers: [...real.controllers].sort() });
  });
});

/** Only unit files matter to systemd here; /lib is a link that the temporary root does not need. */
function unitFilesOf(host: HostSpec): HostSpec {
  return { files: Object.fromEntries(Object.entries(host.files ?? {}).filter(([path]) => path.includes('/systemd/'))) };
}
