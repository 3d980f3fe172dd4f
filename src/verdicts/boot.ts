/** Where a host has its boot arguments, and what brings a change of them into the boot loader. */
import type { Distribution } from './packages.ts';
import { shellLine } from './shell-line.ts';

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

interface BootStep {
  readonly bootArgument: string;
  readonly do: string;
  readonly file?: string;
  readonly command?: readonly string[];
}

/** What to do, for a person. */
export function bootClause({ bootArgument, do: act, file, command: argv }: BootStep): string {
  const words = act === 'add' ? `add ${bootArgument}` : `take ${bootArgument} out`;
  if (file === undefined) return `${words} ${act === 'add' ? 'to' : 'of'} the boot arguments of this host`;
  const where = file.endsWith('/grub') ? `GRUB_CMDLINE_LINUX in ${file}` : file;
  return `${act === 'add' ? `${words} to` : `${words} of`} ${where}${argv ? `, then ${shellLine(argv)}` : ''}`;
}

/** The same for a shell; undefined where the file is not known. */
export function bootCommands({ bootArgument, do: act, file, command: argv }: BootStep): readonly string[] | undefined {
  if (file === undefined) return undefined;
  const word = bootArgument.replace(/[.*[\]^$/\\]/g, String.raw`\$&`);
  const lines = file.endsWith('/grub') ? '/^GRUB_CMDLINE_LINUX=/' : '1';
  const edits = file.endsWith('/grub')
    ? { add: `${lines}s/"$/ ${word}"/`, remove: `/^GRUB_CMDLINE_LINUX/s/[[:blank:]]*\\b${word}\\b//g` }
    : { add: `${lines}s/$/ ${word}/`, remove: `${lines}s/[[:blank:]]*\\b${word}\\b//g` };
  return [shellLine(['sed', '-i', act === 'add' ? edits.add : edits.remove, file]), ...(argv ? [shellLine(argv)] : [])];
}
