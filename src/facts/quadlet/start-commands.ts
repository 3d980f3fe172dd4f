/** Commands that have systemd start a unit, in lines of units, tables and scripts (systemctl(1)). Pure. */

/** A unit that a text has started, and in whose manager. */
export interface Start {
  readonly unit: string;
  /** `systemctl --user`: in the manager of an account. */
  readonly user: boolean;
  /** From 1 on. */
  readonly line: number;
}

/** Another host, another root, or nothing at all. */
const elsewhere = /(?:^|\s)(?:-H|--host|--root|--image|--dry-run|--help)/;

const plain = String.raw`(?:\S*/)?systemctl(?:\s+(?:--no-block|--no-pager|--no-ask-password|--quiet|-q|--system|--user|--job-mode=\S+))*\s+(?:start|restart|reload-or-restart|isolate)(?:\s+(?:--no-block|[\w:.\\@][\w:.\\@-]*))+(?:\s*\d*&?>+\s*(?:\S+))*`;
const harmless = String.raw`(?:\S*/)?sleep\s+[\d.]+[smhd]?|true|:|exit 0|set -e`;
const statement = new RegExp(`^\\s*(?:${plain}|${harmless})\\s*$`);
const inShell = /^(?:\S*\/)?(?:ba|da)?sh\s+-e?c\s+(["'])(.*)\1$/s;

/** Whether a command, or a script, does nothing but have units started, one after the other: nothing in it decides whether it comes to that. */
export function isPlain(text: string): boolean {
  const inner = inShell.exec(text.trim())?.[2] ?? text;
  const lines = inner
    .replaceAll('\\\n', '  ')
    .split(/[\n;]|&&/)
    .filter((l) => !/^\s*(?:#|$)/.test(l));
  // What stands behind an exit is never come to.
  return lines.every((l) => statement.test(l)) && lines.slice(0, -1).every((l) => !/^\s*exit/.test(l));
}

const command = /\bsystemctl\b([^;&|\n]*?)\s(start|restart|reload-or-restart|isolate|enable\s(?=[^;&|\n]*--now\b))\s?([^;&|\n]*)/g;
/** The wrapper of System V: `service NAME start`. */
const wrapper = /(?:^|[\s/"'])service\s+([\w.@-]+)\s+(?:re)?start\b/g;

/** The units that a text has started; comments are left out. A name without a type is that of a service. */
export function startsIn(text: string): Start[] {
  return text
    .replaceAll('\\\n', '  ')
    .split('\n')
    .flatMap((raw, at) => {
      if (/^\s*[#;]/.test(raw)) return [];
      const line = raw.replace(/\s#.*$/, '');
      const old = [...line.matchAll(wrapper)].flatMap(([, name = '']) => namesIn(name).map((unit) => ({ unit, user: false, line: at + 1 })));
      const now = [...line.matchAll(command)].flatMap(([, before = '', verb = '', after = '']) =>
        (elsewhere.test(`${before} ${after}`) ? [] : namesIn(after))
          // What a generator made cannot be enabled, and is not started then.
          .filter((unit) => !verb.startsWith('enable') || !unit.endsWith('.service'))
          .map((unit) => ({ unit, user: /(?:^|\s)--user\b/.test(`${before} ${after}`), line: at + 1 })),
      );
      return [...old, ...now];
    });
}

/** Words behind the verb that can be names of units, up to what a shell does with the output. */
function namesIn(text: string): string[] {
  const words = text
    .split(/[<>]|\d>/, 1)[0]
    ?.split(/[\s"'`)]+/)
    .filter((w) => w !== '' && !w.startsWith('-'));
  return (words ?? [])
    .filter((w) => /^[\w:.\\@-]+$/.test(w))
    .map((w) => (/\.(?:service|socket|target|timer|path|mount|device|slice)$/.test(w) ? w : `${w}.service`));
}
