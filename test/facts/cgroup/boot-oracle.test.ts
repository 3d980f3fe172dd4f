/** How systemd reads a switch on the kernel command line, asked of a program of systemd that says so. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { wantedMode } from '../../../src/facts/cgroup/hierarchy.ts';
import { oracle } from '../../oracles.ts';

/** systemd-firstboot without options changes nothing; systemd.firstboot=0 ends it with a word. All programs of systemd read the line alike. */
function isOff(line: string): boolean {
  const done = spawnSync('systemd-firstboot', [], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_PROC_CMDLINE: line.replaceAll('KEY', 'systemd.firstboot'), SYSTEMD_LOG_LEVEL: 'debug', SYSTEMD_LOG_TARGET: 'console' },
  });
  return /terminating/.test(done.stderr);
}

describe('beside systemd itself', oracle('systemd-firstboot'), () => {
  test.each([
    'KEY=0',
    'KEY',
    'KEY=1',
    'KEY=0 KEY=1',
    'KEY=1 KEY=0',
    'KEY=0 KEY',
    'KEY KEY=0',
    'KEY=OFF',
    'KEY=none',
    'KEY=1 KEY=none',
    'KEY=0 KEY=none',
    'xKEY=0',
    'KEY2=0',
  ])('%s', (line) => expect(wantedMode(line.replaceAll('KEY', 'systemd.unified_cgroup_hierarchy')) === 'hybrid').toBe(isOff(line)));
});
