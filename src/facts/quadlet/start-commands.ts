/** Commands that have systemd start a unit, in lines of units, tables and scripts (systemctl(1)). Pure. */

/** A unit that a text has started, and in whose manager. */
export interface Start {
  readonly unit: string;
  /** `systemctl --user`: in the manager of an account. */
  readonly user: boolean;
  /** From 1 on. */
  readonly line: number;
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
        namesIn(after)
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
