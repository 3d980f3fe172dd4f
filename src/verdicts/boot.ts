/** Where a host has its boot arguments, and what brings a change of them into the boot loader. */
import type { Distribution } from './packages.ts';

/** The file to change, and the command that is due then; nothing where nobody can tell. */
interface BootPlace {
  readonly file?: string;
  readonly command?: readonly string[];
}

/**
 * `seen`: the files that hold what the next boot is told. A Raspberry Pi has cmdline.txt and no command; entries of the
 * Boot Loader Specification are made from /etc/kernel/cmdline; all else is GRUB, whose menu is made from /etc/default/grub.
 */
export function bootPlace(seen: readonly string[], { family, immutable }: Distribution): BootPlace {
  const line = seen.find((path) => path.endsWith('/cmdline.txt'));
  if (line !== undefined) return { file: line };
  const entry = seen.find((path) => path.includes('/loader/entries/') || path === '/etc/kernel/cmdline');
  if (entry !== undefined) {
    const update = { suse: ['sdbootutil', 'update-all-entries'], debian: ['kernel-install', 'add-all'] }[family ?? ''];
    return { file: '/etc/kernel/cmdline', ...(update ? { command: update } : {}) };
  }
  if (!seen.some((path) => path.includes('grub'))) return {};
  if (family === 'debian') return { file: '/etc/default/grub', command: ['update-grub'] };
  if (family === 'suse' && immutable) return { file: '/etc/default/grub', command: ['transactional-update', 'grub.cfg'] };
  return { file: '/etc/default/grub', command: ['grub2-mkconfig', '-o', '/boot/grub2/grub.cfg'] };
}
