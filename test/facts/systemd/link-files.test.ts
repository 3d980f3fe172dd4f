import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { answerer, type FileSpec } from '../../../src/collect/composed/composed.ts';
import { settle } from '../../../src/facts/settle.ts';
import { type LinkChoice, linkFiles, linkFor, readingsOf } from '../../../src/facts/systemd/link-files.ts';
import { releaseOf } from '../../../src/facts/text/version.ts';
import { oracle, tries } from '../../oracles.ts';
import { fc } from '../../property.ts';

type Files = Readonly<Record<string, FileSpec>>;
const device = { name: 'flannel.1', type: 'vxlan', driver: 'vxlan', kind: 'vxlan' };

function choose(files: Files, systemd = '252'): LinkChoice {
  const found = settle(linkFiles(), answerer({ files }));
  const [reading] = readingsOf(releaseOf(systemd));
  if (found.is !== 'known' || !reading) throw new Error('the files are there');
  return linkFor(found.files, device, reading);
}

const told = ({ file, changes }: LinkChoice): string => `${file?.path ?? 'none'}${changes ? ` ${changes.key}=${changes.value}` : ''}`;
const link = (match: string, does = 'MACAddressPolicy=persistent'): string => `[Match]\n${match}\n[Link]\n${does}\n`;
const at = '/etc/systemd/network/1.link';

test.each<[string, Files, string]>([
  ['nothing is there', {}, 'none'],
  ['a file for all', { [at]: link('OriginalName=*') }, `${at} MACAddressPolicy=persistent`],
  ['a file for others', { [at]: link('OriginalName=eth*') }, 'none'],
  [
    'the first by name, of any directory',
    { '/usr/lib/systemd/network/0.link': link('Kind=vxlan', 'MTUBytes=1'), [at]: link('Kind=vxlan') },
    '/usr/lib/systemd/network/0.link',
  ],
  [
    'of one name the foremost',
    { '/run/systemd/network/1.link': link('Kind=vxlan', 'MTUBytes=1'), '/usr/lib/systemd/network/1.link': link('Kind=vxlan') },
    '/run/systemd/network/1.link',
  ],
  [
    'an empty file hides, and its drop-ins do not count',
    { [at]: '', '/etc/systemd/network/1.link.d/a.conf': link('Kind=vxlan'), '/usr/lib/systemd/network/1.link': link('Kind=vxlan') },
    'none',
  ],
  ['a link to /dev/null hides', { [at]: { link: '/dev/null' }, '/usr/lib/systemd/network/1.link': link('Kind=vxlan') }, 'none'],
  ['a file of another ending is none', { '/etc/systemd/network/1.network': link('Kind=vxlan') }, 'none'],
  ['a drop-in without its file is none', { '/etc/systemd/network/1.link.d/a.conf': link('Kind=vxlan') }, 'none'],
  [
    'a drop-in takes a condition away',
    { [at]: link('OriginalName=eth0'), '/usr/lib/systemd/network/1.link.d/a.conf': '[Match]\nOriginalName=\nType=vxlan\n' },
    `${at} MACAddressPolicy=persistent`,
  ],
  ['all conditions have to hold', { [at]: link('OriginalName=flannel.1\nType=ether') }, 'none'],
  ['one word of several has to', { [at]: link('OriginalName=eth0 flannel.?') }, `${at} MACAddressPolicy=persistent`],
  ['not those', { [at]: link('OriginalName=!eth* wlan*') }, `${at} MACAddressPolicy=persistent`],
  ['not these', { [at]: link('OriginalName=!eth* flannel*') }, 'none'],
  ['a virtual device is in no place', { [at]: link('Path=*') }, 'none'],
  ['and so not in that one', { [at]: link('Path=!pci-*') }, `${at} MACAddressPolicy=persistent`],
  ['a key that is none is no condition', { [at]: link('Name=flannel.1') }, 'none'],
  ['random leaves what the kernel has drawn, and beats an address', { [at]: link('Kind=vxlan', 'MACAddressPolicy=random\nMACAddress=02:00:00:00:00:01') }, at],
  ['a word that is none is not read', { [at]: link('Kind=vxlan', 'MACAddressPolicy=none\nMACAddressPolicy=No') }, at],
  ['an address', { [at]: link('Kind=vxlan', 'MACAddress=02:00:00:00:00:01') }, `${at} MACAddress=02:00:00:00:00:01`],
])('%s', (_, files, expected) => {
  expect(told(choose(files))).toBe(expected);
});

test.each([
  ['244', `${at} MACAddressPolicy=persistent`],
  ['245', 'none'],
])('a file without conditions and systemd %s', (systemd, expected) => {
  expect(told(choose({ [at]: '[Link]\nMACAddressPolicy=persistent\n' }, systemd))).toBe(expected);
});

test('a condition that no file tells of leaves it open, where it matters', () => {
  const after = { '/etc/systemd/network/2.link': link('OriginalName=*') };
  expect(choose({ [at]: link('Host=a', 'MTUBytes=1'), ...after }).undecided?.path).toBe(at);
  expect(choose({ [at]: link('Host=a'), ...after }).undecided).toBeUndefined();
  expect(choose({ [at]: link('Host=a\nType=ether', 'MTUBytes=1'), ...after }).undecided).toBeUndefined();
});

test('a file or a directory that may not be seen leaves all of it open', () => {
  for (const path of [at, '/etc/systemd/network'])
    expect(settle(linkFiles(), answerer({ files: { [path]: { blocked: 'denied' } } }))).toMatchObject({ is: 'unknown', why: 'denied' });
});

/** Each host in a network of its own, with files of its own below /etc, /run and /usr: what udev takes, and whether the address is another one then. */
function asked(hosts: readonly Files[]): string[] {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const places = '/etc/systemd/network /run/systemd/network /usr/local/lib/systemd/network /usr/lib/systemd/network';
  const lay = ([path, spec]: [string, FileSpec]): string =>
    `mkdir -p "$(dirname ${path})"; ${typeof spec === 'string' ? `printf %s ${quoted(spec)} > ${path}` : `ln -s /dev/null ${path}`}`;
  const script = [
    'set -e; mount --make-rprivate /; mount -t tmpfs none /mnt; mount -t sysfs none /sys; ip link set lo up',
    'for d in etc usr; do mkdir /mnt/$d /mnt/$d.work; mount -t overlay -o lowerdir=/$d,upperdir=/mnt/$d,workdir=/mnt/$d.work none /$d; done',
    'mount -t tmpfs none /run',
    'address() { cat /sys/class/net/flannel.1/address; }',
    ...hosts.flatMap((files) => [
      `rm -rf ${places
        .split(' ')
        .map((p) => `${p}/* ${p}`)
        .join(' ')}; mkdir -p ${places}`,
      ...Object.entries(files).map(lay),
      'ip link add flannel.1 type vxlan id 1 dev lo dstport 8472; before=$(address)',
      `file=$(udevadm test-builtin net_setup_link /sys/class/net/flannel.1 2>/dev/null | sed -n 's/^ID_NET_LINK_FILE=//p')`,
      'echo "$file $([ "$before" = "$(address)" ] || echo changed)"; ip link delete flannel.1',
    ]),
  ].join('\n');
  const { stdout, stderr, status } = spawnSync('unshare', ['-nm', 'sh'], { encoding: 'utf8', input: script });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').map((line) => line.trim());
}

test('as udev has it', { ...oracle('udevadm'), timeout: 3_600_000 }, () => {
  const directory = fc.constantFrom('/etc', '/run', '/usr/local/lib', '/usr/lib').map((d) => `${d}/systemd/network`);
  const name = fc.constantFrom('10-a.link', '9-b.link', 'z.link', 'z.network', '10-a.link.d/x.conf', 'z.link.d/10.conf', 'z.link.d/9.conf', '.h.link');
  const match = fc.constantFrom(
    ...[
      'OriginalName=*',
      'OriginalName=flannel*',
      'OriginalName=!flannel.1',
      'OriginalName=!eth* wlan0',
      'OriginalName=eth[01] flannel.[0-9]',
      'OriginalName=',
    ],
    ...['Type=ether', 'Type=vxlan', 'Type=!vxlan', 'Type="vxlan" bridge', 'Driver=vxlan', 'Driver=!vx*', 'Kind=vxlan', 'Kind=v?lan', 'Kind=', 'Name=flannel.1'],
    ...['Path=*', 'Path=!pci-*', 'MACAddress=02:00:00:00:00:09', 'MACAddress=', 'PermanentMACAddress=02:00:00:00:00:09'],
  );
  const does = fc.constantFrom(
    'MACAddressPolicy=persistent',
    'MACAddressPolicy=random',
    'MACAddressPolicy=none',
    'MACAddressPolicy=No',
    'MACAddress=02:00:00:00:00:01',
    'MTUBytes=1400',
  );
  const text = fc
    .tuple(fc.array(match, { maxLength: 2 }), fc.array(does, { maxLength: 2 }))
    .map(([m, l]): FileSpec => `[Match]\n${m.join('\n')}\n[Link]\n${l.join('\n')}\n`);
  const spec = fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: fc.constant<FileSpec>('') },
    { weight: 1, arbitrary: fc.constant<FileSpec>({ link: '/dev/null' }) },
  );
  const place = fc.tuple(directory, name).map(([d, n]) => `${d}/${n}`);
  const host = fc.uniqueArray(fc.tuple(place, spec), { maxLength: 6, selector: ([path]) => path }).map((files): Files => Object.fromEntries(files));
  const hosts = fc.sample(host, tries(60));
  const answers = asked(hosts);
  for (const [i, files] of hosts.entries()) {
    const { file, changes } = choose(files);
    expect(`${file?.path ?? ''} ${changes ? 'changed' : ''}`.trim(), JSON.stringify(files)).toBe(answers[i]);
  }
});
