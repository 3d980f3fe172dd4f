/** Kind `boot-arguments`: what the kernel was told about cgroups, and what the next boot will tell it. */
import { type Answer, type Asking, read, together } from '../../facts/ask.ts';
import { bootConfig } from '../../facts/cgroup/boot-config.ts';
import { type BootWords, bootWords, sameWords } from '../../facts/cgroup/boot-words.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const live = '/proc/cmdline';
const offered = '/sys/fs/cgroup/cgroup.controllers';
const template = '/etc/default/grub';

export const bootArguments = defineKind({
  name: 'boot-arguments',
  noun: 'the boot arguments',
  describe: "The kernel's arguments about cgroups: of the running kernel, on an image of the default boot entry, and whether the next boot changes them.",
  fields: {},
  shape: record({
    mode: string('the hierarchy that they force; unset when they leave it to systemd', ['unified', 'hybrid', 'legacy']),
    disabled: list(string('a controller'), 'controllers switched off with cgroup_disable='),
    noV1: list(string('a controller'), 'controllers kept from version 1 with cgroup_no_v1='),
    against: list(string('an argument'), 'arguments, of the running kernel or of the next boot, that force version 1 or keep a controller away'),
    firmware: boolean('the firmware of a Raspberry Pi puts words of its own before those of cmdline.txt'),
    pending: boolean('the default boot entry says something else than the running kernel was told'),
  }),
  touches: () => [bootConfig, { do: 'read', path: live }, { do: 'read', path: template }, { do: 'read', path: offered }],
  *learn(): Asking<Fact> {
    const [running, controllers] = yield* together([read(live), read(offered)]);
    if (running.is === 'blocked' && running.why !== 'unsupported') return unknown(running, live);
    const next = yield* bootConfig();
    const fact = new FactBuilder();
    const now = running.is === 'got' ? bootWords(running.value) : undefined;
    yield* noteTemplate(fact);
    const later = next.is === 'known' ? bootWords(next.text).against : [];
    const seen = next.is === 'known' ? next.where : [{ path: live }];
    fact.set('against', [...new Set([...(now?.against ?? []), ...later])], ...seen).set('firmware', next.is === 'known' && next.firmware === true, ...seen);
    if (now) setWords(fact, settled(now, controllers), [{ path: live, line: 1, said: now.words.join(' ') || 'says nothing about cgroups' }]);
    if (next.is === 'unknown') return now ? fact.gap('pending', next).build() : next;
    if (next.is === 'none') {
      if (!now) return { is: 'unknown', why: 'unsupported', said: 'the image has no boot entry, and no kernel runs', where: next.consulted.slice(0, 3) };
      return fact.set('pending', false, { path: live, line: 1, said: 'no boot loader files: whoever starts the kernel gives its arguments' }).build();
    }
    const then = bootWords(next.text);
    const where = next.where.map((w) => ({ ...w, said: `${w.said ? `${w.said}: ` : ''}${then.words.join(' ') || 'says nothing about cgroups'}` }));
    if (!now)
      return setWords(fact, next.firmware ? behindFirmware(then, where) : settled(then, undefined), where)
        .set('pending', false, ...where)
        .build();
    // Words of the firmware stand in no file: those of the file have to be among what the kernel was told.
    const same = next.firmware ? then.words.every((w) => now.words.includes(w)) : sameWords(now, then);
    return fact.set('pending', !same, ...where, { path: live, line: 1, said: now.words.join(' ') || 'says nothing about cgroups' }).build();
  },
});

/** Whether the kernel knows `cgroup_enable=` shows in what it offers; a kernel that does not run shows nothing. */
function settled(words: BootWords, controllers: Answer<string> | undefined): Settled {
  if (words.takenBack.length === 0) return words;
  if (controllers?.is === 'got') {
    const offers = controllers.value.split(/\s+/);
    return { ...words, disabled: [...words.disabled, ...words.takenBack.filter((c) => !offers.includes(c))].sort() };
  }
  if (controllers?.is === 'blocked') return { ...words, disabled: unknown(controllers, offered) };
  const said = `cgroup_enable=${words.takenBack.join()} takes back what cgroup_disable= says only on kernels that know the word, such as those of Raspberry Pi`;
  return { ...words, disabled: { is: 'unknown', why: 'ambiguous', said, where: [{ path: offered }] } };
}

/** The firmware of a Raspberry Pi may say cgroup_disable=memory, which a later cgroup_enable=memory takes back. */
function behindFirmware(words: BootWords, where: readonly Where[]): Settled {
  if (words.disabled.length > 0 || words.words.includes('cgroup_enable=memory')) return words;
  const said = 'what the firmware of a Raspberry Pi says before these words, such as cgroup_disable=memory, shows on a running host only';
  return { ...words, disabled: { is: 'unknown', why: 'ambiguous', said, where } };
}

type Settled = Omit<BootWords, 'disabled'> & { readonly disabled: BootWords['disabled'] | Unknown };

function setWords(fact: FactBuilder, { mode, disabled, noV1 }: Settled, where: readonly Where[]): FactBuilder {
  if ('is' in disabled) fact.gap('disabled', disabled);
  else fact.set('disabled', disabled, ...where);
  return fact
    .consulted(...where)
    .at('mode', ...where)
    .set('mode', mode, ...where)
    .set('noV1', noV1, ...where);
}

/** The template counts only once the menu is generated from it: worth telling beside what really boots. */
function* noteTemplate(fact: FactBuilder): Asking<void> {
  const text = yield* read(template);
  if (text.is !== 'got') return;
  for (const [index, line] of text.value.split('\n').entries()) {
    const value = /^\s*GRUB_CMDLINE_LINUX(?:_DEFAULT)?=(.*)$/.exec(line)?.[1];
    const { words } = bootWords((value ?? '').replace(/["']/g, ' '));
    if (words.length > 0)
      for (const part of ['mode', 'disabled', 'noV1'])
        fact.note(part, `${template} has ${words.join(' ')}, which counts only once grub.cfg is generated from it`, { path: template, line: index + 1 });
  }
}
