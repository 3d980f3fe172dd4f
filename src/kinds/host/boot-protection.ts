/** Kind `boot-protection`: whether somebody at the console can change what boots, and whether the firmware checks it. */
import { type Answer, type Asking, type Content, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record } from '../../facts/shape.ts';

const firmware = '/sys/firmware/efi';
/** The variables of the UEFI specification, "Globally Defined Variables": four bytes of attributes, then the value. */
const variables = '/sys/firmware/efi/efivars';
const guid = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const [secureBoot, setupMode] = ['SecureBoot', 'SetupMode'].map((name) => `${variables}/${name}-${guid}`) as [string, string];
const grubs = ['/boot/grub2/grub.cfg', '/boot/grub/grub.cfg'] as const;
const userConfigs = ['/boot/grub2/user.cfg', '/boot/grub/user.cfg'] as const;
const loaders = ['/boot/loader/loader.conf', '/efi/loader/loader.conf', '/boot/efi/loader/loader.conf'] as const;

export const bootProtection = defineKind({
  name: 'boot-protection',
  noun: 'the protection of the boot',
  describe:
    'Secure Boot as the firmware has it, and whether the boot loader’s entries can be edited at the console (GRUB’s superusers, `editor` of systemd-boot).',
  fields: {},
  shape: record({
    efi: boolean('the firmware is UEFI, and the kernel was started by it'),
    secureBoot: boolean('the firmware checks signatures of what it starts'),
    setupMode: boolean('whoever is root may enrol keys, since none of the owner’s is there'),
    editable: boolean('somebody at the console may edit what the kernel is told'),
  }),
  touches: () => [
    { do: 'stat', path: kernelPath },
    { do: 'stat', path: firmware },
    ...userConfigs.map((path) => ({ do: 'stat', path }) as const),
    { do: 'read', path: secureBoot },
    { do: 'read', path: setupMode },
    ...[...grubs, ...loaders].map((path) => ({ do: 'read', path }) as const),
  ],
  *learn(): Asking<Fact> {
    const fact = new FactBuilder().consulted({ path: firmware });
    const [kernel, efi] = yield* together([stat(kernelPath), stat(firmware)]);
    if (efi.is === 'blocked') fact.gap('efi', unknown(efi, firmware));
    else fact.set('efi', efi.is === 'got', { path: firmware });
    if (runs(kernel) && efi.is === 'got') {
      const values = yield* together([variable(secureBoot), variable(setupMode)]);
      for (const [at, field] of (['secureBoot', 'setupMode'] as const).entries()) {
        const value = values[at];
        const path = at === 0 ? secureBoot : setupMode;
        if (typeof value === 'object') fact.gap(field, value);
        else fact.set(field, value === true, { path });
      }
    }
    return yield* loader(fact);
  },
});

/** Whether a variable is 1: it is not there on firmware without it. */
function* variable(path: string): Asking<boolean | Unknown> {
  const [answer] = (yield [{ do: 'read', path }]) as [Answer<Content>];
  if (answer.is === 'blocked') return unknown(answer, path);
  if (answer.is === 'absent') return false;
  const bytes = Buffer.from(answer.value.text, answer.value.binary ? 'base64' : 'utf8');
  return bytes.length >= 5 && bytes[4] === 1;
}

function* loader(fact: FactBuilder): Asking<Fact> {
  const paths = [...grubs, ...loaders];
  const texts = yield* together(paths.map((p) => read(p)));
  const at = texts.findIndex((t) => t.is !== 'absent');
  const [path, text] = [paths[at] ?? '', texts[at]];
  if (text === undefined || text.is === 'absent')
    return fact
      .gap('editable', { is: 'unknown', why: 'ambiguous', said: 'no configuration of GRUB or systemd-boot is there', where: paths.map((p) => ({ path: p })) })
      .build();
  if (text.is === 'blocked') return fact.gap('editable', unknown(text, path)).build();
  // Of several lines the last counts (loader.conf(5)).
  const editor = [...text.value.matchAll(/^[ \t]*editor[ \t]+(\S+)[ \t]*$/gim)].at(-1)?.[1] ?? 'yes';
  if (!grubs.some((g) => g === path)) return fact.set('editable', !/^(?:no|n|0|false|f|off)$/i.test(editor), { path }).build();
  const superusers = /^\s*set\s+superusers=\s*["']?[^"'\s]/m.test(text.value);
  if (!superusers || /^\s*password(?:_pbkdf2)?\s+\S+\s+[^\s$"']/m.test(text.value)) return fact.set('editable', !superusers, { path }).build();
  return yield* byUserConfig(fact, text.value, path);
}

/** Fedora's menu takes the password from a variable, which grub2-setpassword writes to a file beside it: without that file there is none. */
function* byUserConfig(fact: FactBuilder, text: string, path: string): Asking<Fact> {
  const own = userConfigs[(grubs as readonly string[]).indexOf(path)] ?? '';
  const answer = /^\s*password(?:_pbkdf2)?\s+\S+\s+["']?\$/m.test(text) ? yield* stat(own) : undefined;
  if (answer?.is === 'blocked') return fact.gap('editable', unknown(answer, own)).build();
  return fact.set('editable', !(answer?.is === 'got' && answer.value.size > 0), { path }, ...(answer ? [{ path: own }] : [])).build();
}
