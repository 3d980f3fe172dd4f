/** Kind `kernel-command-line`: what the kernel was told, and what the next boot will tell it. */
import { type Asking, read } from '../../facts/ask.ts';
import { bootConfig, type Line } from '../../facts/cgroup/boot-config.ts';
import { type Fact, FactBuilder, type Unknown, unknown } from '../../facts/fact.ts';
import { type Argument, argumentsOf } from '../../facts/host/kernel-arguments.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';

const live = '/proc/cmdline';

export const kernelCommandLine = defineKind({
  name: 'kernel-command-line',
  noun: 'the kernel command line',
  describe:
    'The arguments of the running kernel and of the default boot entry (GRUB, boot loader entries, cmdline.txt). Of one that is given twice the last counts.',
  fields: {},
  shape: record({
    words: list(
      record({
        word: string('the argument as it is written'),
        name: string('what stands before the =, with _ for -, as the kernel and systemd take them for one'),
        value: string('what follows the =; unset for a bare word'),
        plain: string('name and value, joined by ='),
        from: string('who was told', ['running', 'next']),
      }),
      'the arguments that count, of the running kernel first',
    ),
  }),
  touches: () => [bootConfig, { do: 'read', path: live }],
  *learn(): Asking<Fact> {
    const running = yield* read(live);
    if (running.is === 'blocked' && running.why !== 'unsupported') return unknown(running, live);
    const next = yield* bootConfig();
    const now: Line[] = running.is === 'got' ? [{ text: running.value, where: [{ path: live, line: 1 }] }] : [];
    if (next.is === 'none' && now.length === 0)
      return { is: 'unknown', why: 'unsupported', said: 'the image has no boot entry, and no kernel runs', where: next.consulted.slice(0, 3) };
    const later = next.is === 'known' ? (next.candidates ?? [next]) : [];
    const each = [...told(now, 'running'), ...told(later, 'next')];
    const open = next.is === 'unknown' ? next : differing(later);
    const fact = new FactBuilder().consulted(...now.flatMap((l) => l.where), ...later.flatMap((l) => l.where));
    fact.set('words', [...each.map(({ where: _, ...word }) => word), ...(open ? [{}] : [])]);
    for (const [at, { where }] of each.entries()) fact.at(['words', String(at)], ...where);
    if (open) fact.gap(['words', String(each.length)], open);
    return fact.build();
  },
});

/** The arguments on which all lines agree. */
function told(lines: readonly Line[], from: string): ({ readonly from: string } & Argument & Pick<Line, 'where'>)[] {
  const [first, ...others] = lines;
  if (!first) return [];
  const rest = others.map((l) => new Set(argumentsOf(l.text).map((a) => a.plain)));
  return argumentsOf(first.text).flatMap((a) => (rest.every((r) => r.has(a.plain)) ? [{ ...a, from, where: first.where }] : []));
}

/** Entries name kernels and file systems of their own; what else they differ in leaves open what the next boot says. */
function differing(lines: readonly Line[]): Unknown | undefined {
  const said = lines.map((l) =>
    argumentsOf(l.text)
      .flatMap((a) => (/^(?:root|BOOT_IMAGE|initrd|\/.*)$/.test(a.name) ? [] : [a.plain]))
      .sort()
      .join(' '),
  );
  if (said.every((s) => s === said[0])) return undefined;
  const where = lines.flatMap((l) => l.where);
  return { is: 'unknown', why: 'ambiguous', said: 'the boot entries differ, and which one is the default cannot be told', where };
}
