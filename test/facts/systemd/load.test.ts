/** Unit loading, case by case; where systemd is installed, it must agree with each. */
import { expect, test } from 'vitest';
import { answerer, type HostSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { mergeDelegate } from '../../../src/facts/systemd/delegate.ts';
import { type LoadedUnit, loadUnit } from '../../../src/facts/systemd/load.ts';
import { oracle } from '../../oracles.ts';
import { dump } from './oracle.ts';

function load(host: HostSpec, name: string): LoadedUnit {
  const loaded = settle(loadUnit(name, { manager: 'system', as: root }), answerer(host));
  if (loaded.is !== 'loaded') throw new Error(loaded.said);
  return loaded;
}

const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
const etc = '/etc/systemd/system';
const usr = '/usr/lib/systemd/system';
const service = '[Service]\nExecStart=/bin/true\n';
const tag = (name: string): string => `[Service]\nEnvironment=T=${name}\n`;

interface Case {
  readonly it: string;
  readonly files: HostSpec['files'];
  readonly unit?: string;
  readonly exists?: boolean;
  readonly masked?: boolean;
  readonly fragment?: string;
  readonly dropIns?: readonly string[];
  readonly names?: readonly string[];
  readonly broken?: boolean;
  /** The paths as systemd prints them, where it resolves links. */
  readonly printed?: readonly string[];
}

const cases: readonly Case[] = [
  { it: 'finds a fragment', files: { [`${usr}/a.service`]: service }, fragment: `${usr}/a.service` },
  {
    it: 'prefers the foremost directory',
    files: { [`${usr}/a.service`]: service, [`/run/systemd/system/a.service`]: service, [`${etc}/a.service`]: service },
    fragment: `${etc}/a.service`,
  },
  {
    it: 'system.control beats /etc',
    files: { [`/etc/systemd/system.control/a.service`]: service, [`${etc}/a.service`]: service },
    fragment: '/etc/systemd/system.control/a.service',
  },
  { it: 'generator.late is last', files: { [`/run/systemd/generator.late/a.service`]: service, [`${usr}/a.service`]: service }, fragment: `${usr}/a.service` },
  { it: 'does not make a unit of drop-ins alone', files: { [`${etc}/a.service.d/x.conf`]: tag('x') }, exists: false, dropIns: [`${etc}/a.service.d/x.conf`] },
  {
    it: 'a link to /dev/null masks',
    files: { [`${usr}/a.service`]: service, [`${etc}/a.service`]: { link: '/dev/null' } },
    masked: true,
    fragment: `${etc}/a.service`,
  },
  { it: 'an empty file masks', files: { [`${usr}/a.service`]: service, [`${etc}/a.service`]: '' }, masked: true, fragment: `${etc}/a.service` },
  {
    it: 'a file of one newline does not mask',
    files: { [`${usr}/a.service`]: service, [`${etc}/a.service`]: '\n', [`${etc}/a.service.d/x.conf`]: service },
    fragment: `${etc}/a.service`,
  },
  {
    it: 'a dangling link out of the search path hides the real unit',
    files: { [`${usr}/a.service`]: service, [`${etc}/a.service`]: { link: '/opt/a.service' } },
    exists: false,
  },
  { it: 'a linked unit', files: { '/opt/a.service': service, [`${etc}/a.service`]: { link: '/opt/a.service' } }, fragment: `${etc}/a.service` },
  {
    it: 'an alias',
    files: { [`${usr}/b.service`]: service, [`${etc}/a.service`]: { link: `${usr}/b.service` } },
    fragment: `${usr}/b.service`,
    names: ['b.service', 'a.service'],
  },
  {
    it: 'an alias leads to the foremost file of its name',
    files: { [`${usr}/b.service`]: service, [`${etc}/b.service`]: service, [`${usr}/a.service`]: { link: 'b.service' } },
    fragment: `${etc}/b.service`,
    names: ['b.service', 'a.service'],
  },
  { it: 'an alias to a missing unit', files: { [`${etc}/a.service`]: { link: `${usr}/b.service` } }, exists: false },
  { it: 'an alias loop', files: { [`${etc}/a.service`]: { link: 'b.service' }, [`${etc}/b.service`]: { link: 'a.service' } }, exists: false },
  {
    it: 'a link to a name of another type is passed over',
    files: { [`${usr}/b.socket`]: '[Socket]\n', [`${etc}/a.service`]: { link: `${usr}/b.socket` }, [`${usr}/a.service`]: service },
    fragment: `${usr}/a.service`,
  },
  {
    it: 'drop-ins of an alias count',
    files: { [`${usr}/b.service`]: service, [`${etc}/a.service`]: { link: `${usr}/b.service` }, [`${etc}/a.service.d/1.conf`]: tag('1') },
    unit: 'b.service',
    dropIns: [`${etc}/a.service.d/1.conf`],
    names: ['b.service', 'a.service'],
  },
  {
    it: 'an instance takes the template',
    files: { [`${usr}/a@.service`]: service, [`${etc}/a@.service.d/t.conf`]: tag('t'), [`${etc}/a@1.service.d/i.conf`]: tag('i') },
    unit: 'a@1.service',
    fragment: `${usr}/a@.service`,
    dropIns: [`${etc}/a@1.service.d/i.conf`, `${etc}/a@.service.d/t.conf`],
  },
  {
    it: 'an instance has a file of its own',
    files: { [`${usr}/a@.service`]: service, [`${etc}/a@1.service`]: service },
    unit: 'a@1.service',
    fragment: `${etc}/a@1.service`,
  },
  {
    it: 'an instance linked to its template',
    files: { [`${usr}/a@.service`]: service, [`${etc}/a@1.service`]: { link: `${usr}/a@.service` } },
    unit: 'a@1.service',
    fragment: `${usr}/a@.service`,
  },
  {
    it: 'a template alias',
    files: {
      [`${usr}/b@.service`]: service,
      [`${usr}/a@.service`]: { link: 'b@.service' },
      [`${etc}/b@.service.d/x.conf`]: tag('x'),
      [`${etc}/a@.service.d/y.conf`]: tag('y'),
    },
    unit: 'a@1.service',
    fragment: `${usr}/b@.service`,
    dropIns: [`${etc}/b@.service.d/x.conf`, `${etc}/a@.service.d/y.conf`],
    names: ['b@1.service', 'a@1.service'],
  },
  {
    it: 'a masked instance of a good template',
    files: { [`${usr}/a@.service`]: service, [`${etc}/a@1.service`]: { link: '/dev/null' } },
    unit: 'a@1.service',
    masked: true,
  },
  {
    it: 'drop-ins of the type, prefix, template and instance are sorted together',
    files: {
      [`${usr}/a-b@.service`]: service,
      [`${etc}/service.d/3.conf`]: tag('3'),
      [`${usr}/a-.service.d/0.conf`]: tag('0'),
      [`${usr}/a-@.service.d/2.conf`]: tag('2'),
      [`${etc}/a-b@.service.d/4.conf`]: tag('4'),
      [`/run/systemd/system/a-b@x.service.d/1.conf`]: tag('1'),
    },
    unit: 'a-b@x.service',
    dropIns: [
      `${usr}/a-.service.d/0.conf`,
      '/run/systemd/system/a-b@x.service.d/1.conf',
      `${usr}/a-@.service.d/2.conf`,
      `${etc}/service.d/3.conf`,
      `${etc}/a-b@.service.d/4.conf`,
    ],
  },
  {
    it: 'drop-ins of a plain prefix',
    files: {
      [`${usr}/a-b-c.service`]: service,
      [`${etc}/a-.service.d/2.conf`]: tag('2'),
      [`${usr}/a-b-.service.d/1.conf`]: tag('1'),
      [`${usr}/a-b.service.d/0.conf`]: tag('0'),
    },
    unit: 'a-b-c.service',
    dropIns: [`${usr}/a-b-.service.d/1.conf`, `${etc}/a-.service.d/2.conf`],
  },
  {
    it: 'one base name: /etc hides /usr',
    files: { [`${usr}/a.service`]: service, [`${usr}/a.service.d/x.conf`]: tag('u'), [`${etc}/a.service.d/x.conf`]: tag('e') },
    dropIns: [`${etc}/a.service.d/x.conf`],
  },
  {
    it: 'one base name: an instance in /usr does not hide a template in /etc',
    files: { [`${usr}/a@.service`]: service, [`${usr}/a@1.service.d/x.conf`]: tag('i'), [`${etc}/a@.service.d/x.conf`]: tag('t') },
    unit: 'a@1.service',
    dropIns: [`${etc}/a@.service.d/x.conf`],
  },
  {
    it: 'one base name: the instance hides the template of the same directory',
    files: { [`${usr}/a@.service`]: service, [`${etc}/a@1.service.d/x.conf`]: tag('i'), [`${etc}/a@.service.d/x.conf`]: tag('t') },
    unit: 'a@1.service',
    dropIns: [`${etc}/a@1.service.d/x.conf`],
  },
  {
    it: 'one base name: service.d in /etc does not hide the unit’s own in /usr',
    files: { [`${usr}/a.service`]: service, [`${etc}/service.d/x.conf`]: tag('s'), [`${usr}/a.service.d/x.conf`]: tag('u') },
    dropIns: [`${usr}/a.service.d/x.conf`],
  },
  {
    it: 'a drop-in linked to /dev/null',
    files: { [`${usr}/a.service`]: service, [`${usr}/a.service.d/x.conf`]: tag('u'), [`${etc}/a.service.d/x.conf`]: { link: '/dev/null' } },
    dropIns: [`${etc}/a.service.d/x.conf`],
  },
  {
    it: 'an empty drop-in hides too',
    files: { [`${usr}/a.service`]: service, [`${usr}/a.service.d/x.conf`]: tag('u'), [`${etc}/a.service.d/x.conf`]: '' },
    dropIns: [`${etc}/a.service.d/x.conf`],
  },
  {
    it: 'a dangling drop-in hides too',
    files: { [`${usr}/a.service`]: service, [`${usr}/a.service.d/x.conf`]: tag('u'), [`${etc}/a.service.d/x.conf`]: { link: '/nowhere' } },
    dropIns: [`${etc}/a.service.d/x.conf`],
  },
  {
    it: 'drop-ins need .conf and no dot in front',
    files: {
      [`${usr}/a.service`]: service,
      [`${etc}/a.service.d/x.txt`]: tag('1'),
      [`${etc}/a.service.d/.h.conf`]: tag('2'),
      [`${etc}/a.service.d/x.CONF`]: tag('3'),
      [`${etc}/a.service.d/d.conf/y.conf`]: tag('4'),
    },
    dropIns: [`${etc}/a.service.d/d.conf`],
  },
  {
    it: 'a drop-in directory may be a link',
    files: { [`${usr}/a.service`]: service, '/opt/d/x.conf': tag('1'), [`${etc}/a.service.d`]: { link: '/opt/d' } },
    dropIns: [`${etc}/a.service.d/x.conf`],
    printed: ['/opt/d/x.conf'],
  },
  {
    it: 'names sort by bytes',
    files: {
      [`${usr}/a.service`]: service,
      [`${etc}/a.service.d/10.conf`]: tag('1'),
      [`${etc}/a.service.d/9.conf`]: tag('2'),
      [`${etc}/a.service.d/B.conf`]: tag('3'),
      [`${etc}/a.service.d/a.conf`]: tag('4'),
      [`${etc}/a.service.d/_.conf`]: tag('5'),
    },
    dropIns: ['10', '9', 'B', '_', 'a'].map((n) => `${etc}/a.service.d/${n}.conf`),
  },
  { it: 'a broken section header in the fragment', files: { [`${usr}/a.service`]: '[Service\nExecStart=/bin/true\n' }, broken: true },
  {
    it: 'a slice needs no fragment',
    files: { [`${etc}/user-.slice.d/x.conf`]: '[Slice]\nTasksMax=5\n' },
    unit: 'user-1000.slice',
    exists: true,
    dropIns: [`${etc}/user-.slice.d/x.conf`],
  },
];

test.each(cases)('$it', (c) => {
  const unit = c.unit ?? 'a.service';
  const loaded = load({ files: c.files ?? {} }, unit);
  const exists = c.exists ?? true;
  expect({ exists: loaded.exists, masked: loaded.masked, broken: loaded.broken !== undefined }).toEqual({
    exists,
    masked: c.masked ?? false,
    broken: c.broken ?? false,
  });
  if (c.fragment) expect(loaded.fragment?.path).toBe(c.fragment);
  if (c.dropIns) expect(loaded.dropIns.map((d) => d.path)).toEqual(c.dropIns);
  if (c.names) expect([...loaded.names].sort()).toEqual([...c.names].sort());
});

test.each(cases)('systemd agrees: $it', oracle('systemd'), (c) => {
  const unit = c.unit ?? 'a.service';
  const loaded = load({ files: c.files ?? {} }, unit);
  const real = dump({ files: c.files ?? {} }, unit);
  const state = c.broken ? 'error' : !loaded.exists ? 'not-found' : loaded.masked ? 'masked' : 'loaded';
  expect(real.state, real.log).toBe(state);
  if (state !== 'loaded') return;
  if (loaded.fragment) expect(real.fragment).toBe(loaded.fragment.path);
  expect(real.dropIns).toEqual(c.printed ?? loaded.dropIns.map((d) => d.path));
  expect([...real.names].sort()).toEqual([...loaded.names].sort());
  const delegate = mergeDelegate(loaded.assignments.filter((a) => a.key === 'Delegate'));
  expect(real.delegate).toBe(delegate.on);
});
