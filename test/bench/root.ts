/** A root file system of 20,000 inodes to walk, the same each time. */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pem = (label: string): string => `-----BEGIN ${label}-----\n${'MIGHAgEAMBMGByqGSM49AgEG'.repeat(8)}\n-----END ${label}-----\n`;

/** What a walk tells of, each a few times. An owner is given where root makes the tree. */
const told: readonly (readonly [path: string, mode: number, content?: string, owner?: number])[] = [
  ['etc/os-release', 0o644, 'ID=debian\nVERSION_ID="12"\n'],
  ['etc/passwd', 0o644, 'root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n'],
  ['etc/group', 0o644, 'root:x:0:\nanna:x:1000:\n'],
  ['etc/rancher/k3s/k3s.yaml', 0o600, 'apiVersion: v1\nkind: Config\nusers:\n  - name: default\n    user:\n      token: abcdefghijklmnop\n'],
  ['var/lib/rancher/k3s/server/token', 0o600, `K10${'0123456789abcdef'.repeat(4)}::server:0123456789abcdef\n`],
  ...['su', 'passwd', 'mount', 'helper'].map((name) => [`usr/bin/${name}`, 0o4755] as const),
  ...['crontab', 'wall'].map((name) => [`usr/bin/${name}`, 0o2755] as const),
  ...[0, 1, 2, 3, 4].map((n) => [`var/spool/writable${n}`, 0o666] as const),
  ...[0, 1, 2, 3, 4].map((n) => [`srv/unowned${n}`, 0o644, '', 4000 + n] as const),
  ...['PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'].map((label, n) => [`etc/ssl/private/key${n}.pem`, 0o640, pem(label)] as const),
];

/** Makes `root`: as many files to a directory, and as large, as on Debian (a few bytes to 200 KiB). */
export function makeRoot(root: string): void {
  const bytes = Buffer.alloc(200 * 1024, 'a line of text that is no credential\n');
  for (let directory = 0; directory < 1000; directory++) {
    const at = join(root, 'usr', `d${directory % 40}`, `d${directory}`);
    mkdirSync(at, { recursive: true });
    for (let file = 0; file < 18; file++) writeFileSync(join(at, `f${file}`), bytes.subarray(0, 2 ** (4 + ((directory + file) % 14))));
  }
  for (let file = 0; file < 919; file++) put(root, `var/lib/dpkg/info/p${file}.list`, 0o644, '/.\n');
  for (const [path, mode, content = '', owner] of told) put(root, path, mode, content, owner);
}

function put(root: string, path: string, mode: number, content: string, owner?: number): void {
  const at = join(root, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, content);
  if (owner !== undefined && process.getuid?.() === 0) chownSync(at, owner, owner);
  chmodSync(at, mode);
}
