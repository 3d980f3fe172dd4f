/** What a kernel command line says about cgroups (kernel-parameters.txt; kernel-command-line(7)). Pure. */
import type { Mode } from './hierarchy.ts';
import { wantedMode } from './hierarchy.ts';

export interface BootWords {
  /** The hierarchy that it forces; undefined: it leaves that to systemd. */
  readonly mode?: Mode;
  /** `cgroup_disable=`, less what is in `takenBack`. */
  readonly disabled: readonly string[];
  /** What a later `cgroup_enable=` takes back on a kernel that knows the word. Raspberry Pi's does; Debian's 6.1 leaves the controller off (tried). */
  readonly takenBack: readonly string[];
  /** `cgroup_no_v1=`: controllers kept from version 1, or `all`. */
  readonly noV1: readonly string[];
  /** The words that force version 1 or keep a controller away. */
  readonly against: readonly string[];
  /** The words that were heeded, for evidence. */
  readonly words: readonly string[];
}

const heeded =
  /^(?:systemd\.unified[_-]cgroup[_-]hierarchy|systemd\.legacy[_-]systemd[_-]cgroup[_-]controller|cgroup_disable|cgroup_enable|cgroup_no_v1)(?:=|$)/;

export function bootWords(commandLine: string): BootWords {
  // A recorded command line may end in a zero byte where the kernel has a newline.
  const text = commandLine.replaceAll('\0', ' ');
  const words = text.split(/\s+/).filter((w) => heeded.test(w));
  const disabled = new Set<string>();
  const takenBack = new Set<string>();
  const noV1 = new Set<string>();
  for (const word of words) {
    const [name = '', value = ''] = word.split('=');
    for (const controller of value.split(',').filter(Boolean)) {
      if (name === 'cgroup_disable') disabled.add(controller);
      if (name === 'cgroup_enable' && disabled.delete(controller)) takenBack.add(controller);
      if (name === 'cgroup_no_v1') noV1.add(controller);
    }
  }
  const mode = wantedMode(text);
  for (const controller of disabled) takenBack.delete(controller);
  return {
    disabled: [...disabled].sort(),
    takenBack: [...takenBack].sort(),
    noV1: [...noV1].sort(),
    against: [...new Set(words.filter(isAgainst))],
    words: [...new Set(words)],
    ...(mode ? { mode } : {}),
  };
}

/** Booleans as systemd spells no (parse_boolean). */
const off = /^(?:0|no|n|false|f|off)$/i;

function isAgainst(word: string): boolean {
  const [name = '', value = ''] = word.split('=');
  if (name === 'cgroup_disable' || name === 'cgroup_no_v1') return true;
  return name.startsWith('systemd.unified') ? off.test(value) : name.startsWith('systemd.legacy') && !off.test(value);
}

export const sameWords = (a: BootWords, b: BootWords): boolean =>
  a.mode === b.mode && a.disabled.join() === b.disabled.join() && a.takenBack.join() === b.takenBack.join() && a.noV1.join() === b.noV1.join();
