import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { startsAtBoot } from '../../../src/facts/systemd/started.ts';

const unit = { '/usr/lib/systemd/system/x.service': '[Service]\nExecStart=/bin/x\n' };
const link: FileSpec = { link: '/usr/lib/systemd/system/x.service' };

/** Who pulls x.service in. */
function by(files: Readonly<Record<string, FileSpec>>): unknown {
  const found = settle(startsAtBoot('x.service'), answerer({ files }));
  return 'is' in found ? found.why : found.map((s) => s.by);
}

test.each<[string, Readonly<Record<string, FileSpec>>, unknown]>([
  ['a link of the administrator', { ...unit, '/etc/systemd/system/multi-user.target.wants/x.service': link }, ['multi-user.target']],
  [
    'a link of a package, which systemctl calls disabled',
    { ...unit, '/usr/lib/systemd/system/multi-user.target.wants/x.service': link },
    ['multi-user.target'],
  ],
  [
    'requires and upholds',
    { ...unit, '/etc/systemd/system/a.target.requires/x.service': link, '/etc/systemd/system/b.target.upholds/x.service': link },
    ['a.target', 'b.target'],
  ],
  ['a rescue boot alone', { ...unit, '/etc/systemd/system/rescue.target.wants/x.service': link }, []],
  ['no unit of that name', { '/etc/systemd/system/multi-user.target.wants/x.service': link }, []],
  ['masked by a link', { ...unit, '/etc/systemd/system/multi-user.target.wants/x.service': link, '/etc/systemd/system/x.service': { link: '/dev/null' } }, []],
  ['masked by an empty file', { ...unit, '/etc/systemd/system/multi-user.target.wants/x.service': link, '/etc/systemd/system/x.service': '' }, []],
  [
    'the link is taken away in /etc',
    {
      ...unit,
      '/usr/lib/systemd/system/multi-user.target.wants/x.service': link,
      '/etc/systemd/system/multi-user.target.wants/x.service': { link: '/dev/null' },
    },
    [],
  ],
  [
    'graphical, where that is not what boots',
    {
      ...unit,
      '/etc/systemd/system/graphical.target.wants/x.service': link,
      '/etc/systemd/system/default.target': { link: '/usr/lib/systemd/system/multi-user.target' },
      '/usr/lib/systemd/system/multi-user.target': '[Unit]\n',
    },
    [],
  ],
  ['an init script', { '/etc/rc3.d/S02x': { link: '../init.d/x' } }, ['an init script']],
  ['an init script that is not started', { '/etc/rc3.d/K02x': { link: '../init.d/x' } }, []],
  ['links that may not be seen', { ...unit, '/etc/systemd/system/multi-user.target.wants': { type: 'directory', blocked: 'denied' } }, 'denied'],
])('%s', (_, files, expected) => {
  expect(by(files)).toEqual(expected);
});
