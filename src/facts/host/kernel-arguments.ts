/** The words of a kernel command line (kernel-parameters.txt; systemd/systemd:src/basic/proc-cmdline.c). Pure. */

export interface Argument {
  /** As it is written. */
  readonly word: string;
  /** With `_` for `-`: to the kernel and to systemd they are one. */
  readonly name: string;
  readonly value?: string;
  /** `name=value`, or the name alone. */
  readonly plain: string;
}

/** Arguments that add up: all of a name count, not the last alone. */
const addingUp = /^(?:console|earlycon|(?:rd\.)?systemd\.(?:mask|wants|setenv)|rd\.luks\.\w+|ip|modules_load|module_blacklist|modprobe\.blacklist|dyndbg)$/;

/** The arguments that count: of those of one name the last. Quotes hold words together; what follows `--` is init's. */
export function argumentsOf(line: string): Argument[] {
  const each: Argument[] = [];
  for (const [written] of line.replaceAll('\0', ' ').matchAll(/(?:"[^"]*"?|[^\s"])+/g)) {
    if (written === '--') break;
    const word = written.replaceAll('"', '');
    const equals = word.indexOf('=');
    const name = (equals < 0 ? word : word.slice(0, equals)).replaceAll('-', '_');
    const value = equals < 0 ? {} : { value: word.slice(equals + 1) };
    each.push({ word: written, name: /^_[bs]$/.test(name) ? word : name, ...value, plain: equals < 0 ? name : `${name}=${word.slice(equals + 1)}` });
  }
  const last = new Map(each.map((a, at) => [a.name, at]));
  return each.filter((a, at) => addingUp.test(a.name) || last.get(a.name) === at);
}
