/** Kind `open-consoles`: where somebody gets a shell without logging in. */
import { type Asking, together } from '../../facts/ask.ts';
import { type CommandLine, commandLines, switched } from '../../facts/cgroup/command-line.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../../facts/fact.ts';
import { openConsoles as consoles } from '../../facts/host/getty.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

export const openConsoles = defineKind({
  name: 'open-consoles',
  noun: 'the consoles',
  describe: 'Where somebody gets a shell without logging in: getty units that log in by themselves (agetty(8)), and kernel arguments that open one.',
  fields: {},
  shape: record({
    logins: list(
      record({ unit: string('the unit'), as: string('the account, or the program instead of login'), file: string('the file that says so') }),
      'getty units that let somebody in unasked',
    ),
    arguments: list(record({ word: string('the argument'), file: string('where it stands') }), 'kernel arguments that open a shell'),
  }),
  touches: () => [consoles, commandLines],
  *learn(): Asking<Fact> {
    const [open, lines] = yield* together([consoles(), commandLines()]);
    const fact = new FactBuilder().consulted(...open.consulted);
    const logins = open.each.map(({ unit, as, at }) => ({ unit, as, file: at.path, at }));
    setAll(fact, 'logins', logins, open.consulted, open.unseen);
    if (lines.is === 'unknown') return fact.gap('arguments', lines).build();
    const words = lines.each.flatMap((line) => {
      const at = line.where[0] ?? { path: '/proc/cmdline' };
      return opening(line).map((word) => ({ word, file: at.path, at: { ...at, said: word } }));
    });
    setAll(fact, 'arguments', words, lines.consulted);
    return fact.build();
  },
});

const shells = /\/(?:ba|da|z|k|a)?sh$/;

/** `init=` that is no shell is a program of the image's own; of a switch the last value is what is told. */
function opening(line: CommandLine): string[] {
  const opens = line.arguments.filter(({ name, value }) => {
    if (name === 'systemd.debug_shell' || name === 'rd.systemd.debug_shell') return switched(value ?? '') !== false;
    if (name === 'systemd.wants' || name === 'rd.systemd.wants') return value === 'debug-shell.service';
    if (name === 'init' || name === 'rdinit') return shells.test(value ?? '');
    return name === 'rd.break';
  });
  return opens.map((a) => a.word);
}

function setAll(
  fact: FactBuilder,
  field: string,
  each: readonly (Readonly<Record<string, string | Where>> & { readonly at: Where })[],
  consulted: readonly Where[],
  unseen?: Unknown,
): void {
  const values = each.map(({ at: _, ...rest }): Json => rest as Json);
  fact.set(field, [...values, ...(unseen ? [{}] : [])], ...(each.length > 0 ? each.map((e) => e.at) : consulted));
  for (const [index, { at }] of each.entries()) fact.at([field, String(index)], at);
  if (unseen) fact.gap([field, String(each.length)], unseen);
}
