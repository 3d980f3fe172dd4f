/** Captures of other tools, archives and images: recognised by what is in them, and not judged yet. Pure. */
import type { Found } from './target.ts';

/** What something is, and how to judge it all the same. */
export interface Foreign {
  readonly what: string;
  readonly instead: string;
}

const support = 'capture the host itself: pretrip capture --script > capture.sh, and there sh capture.sh > host.raw';
const unpack = 'unpack it as root into a directory, and scan that';
const mount = 'mount its root file system read-only, and scan the mount point';

const sos: Foreign = { what: 'a sosreport', instead: support };
const supportconfig: Foreign = { what: 'a supportconfig', instead: support };

/** Signatures by offset; of compressed files only gzip and zstd are looked into. */
const signatures: readonly (readonly [offset: number, bytes: string, Foreign])[] = [
  [257, 'ustar', { what: 'a tar archive', instead: unpack }],
  [0, 'PK\x03\x04', { what: 'a zip archive', instead: unpack }],
  [0, '\xfd7zXZ\0', { what: 'an xz archive', instead: unpack }],
  [0, 'BZh', { what: 'a bzip2 archive', instead: unpack }],
  [0, '!<arch>\n', { what: 'an ar archive', instead: unpack }],
  [0, '07070', { what: 'a cpio archive', instead: unpack }],
  [0, '\xed\xab\xee\xdb', { what: 'an RPM package', instead: unpack }],
  [0, 'QFI\xfb', { what: 'a qcow2 image', instead: mount }],
  [0, 'hsqs', { what: 'a squashfs image', instead: mount }],
  [0, 'KDMV', { what: 'a VMDK image', instead: mount }],
  [1024, '\xe2\xe1\xf5\xe0', { what: 'an EROFS image', instead: mount }],
  [1080, '\x53\xef', { what: 'an ext file system', instead: mount }],
  [0, 'XFSB', { what: 'an XFS file system', instead: mount }],
  [32_769, 'CD001', { what: 'an ISO image', instead: mount }],
  [512, 'EFI PART', { what: 'a disk image', instead: mount }],
  [510, '\x55\xaa', { what: 'a disk image', instead: mount }],
];

/** What stands at a path, if it is one of these. */
export function foreignOf({ entries, head }: Found): Foreign | undefined {
  if (entries) return directory(new Set(entries));
  const text = Buffer.from(head).toString('latin1');
  const [, , found] = signatures.find(([offset, bytes]) => text.startsWith(bytes, offset)) ?? [];
  if (found?.what !== 'a tar archive') return found;
  const first = text.slice(0, 100).replace(/\0.*$/s, '');
  if (/^(?:\.\/)?sosreport-/.test(first)) return sos;
  return /^(?:\.\/)?(?:scc|nts)_/.test(first)
    ? supportconfig
    : /"imageLayoutVersion"|\0oci-layout\0|^(?:\.\/)?(?:oci-layout|manifest\.json|blobs\/)/.test(text.slice(0, 2048))
      ? { what: 'a container image', instead: unpack }
      : found;
}

function directory(names: ReadonlySet<string>): Foreign | undefined {
  if (names.has('sos_commands') || names.has('sos_reports')) return sos;
  if (names.has('basic-environment.txt') && names.has('basic-health-check.txt')) return supportconfig;
  return names.has('oci-layout') && names.has('blobs') ? { what: 'a container image', instead: unpack } : undefined;
}
