/** Kind `crio-apparmor`: the AppArmor profile that CRI-O puts containers under. */
import { type Asking, read, stat } from '../../facts/ask.ts';
import { lookup } from '../../facts/containers/lookup.ts';
import { crioSettings } from '../../facts/crio/crio-settings.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const enabled = '/sys/module/apparmor/parameters/enabled';
const loaded = '/sys/kernel/security/apparmor/profiles';
const directory = '/etc/apparmor.d';
const own = 'crio-default';

export const crioApparmor = defineKind({
  name: 'crio-apparmor',
  noun: 'the AppArmor profile of CRI-O',
  absent: 'CRI-O is not installed',
  describe: 'The AppArmor profile of containers under CRI-O, and whether the kernel has it. An image has profiles, but no kernel to ask.',
  fields: {},
  shape: record({
    on: boolean('the kernel has AppArmor; of an image, it brings profiles'),
    profile: string('apparmor_profile'),
    kind: string('own: CRI-O loads it itself; custom: somebody else has to; unconfined: none', ['own', 'custom', 'unconfined']),
    loaded: boolean('a custom profile is loaded; unset for the others'),
  }),
  touches: () => [crioSettings, { do: 'stat', path: kernelPath }, { do: 'read', path: enabled }, { do: 'read', path: loaded }, { do: 'stat', path: directory }],
  *learn(): Asking<Fact> {
    const crio = yield* crioSettings();
    if (crio.is === 'unknown') return crio;
    if (crio.is === 'absent') return missing(...crio.consulted);
    const fact = new FactBuilder().consulted(...crio.fact.consulted);
    const running = runs(yield* stat(kernelPath));
    yield* switchedOn(fact, running);
    const { value, where, gap } = lookup(crio.fact, 'crio', 'runtime', 'apparmor_profile');
    if (gap) return fact.gap('profile', gap).gap('kind', gap).gap('loaded', gap).build();
    const profile = value === '' ? own : String(value);
    const kind = profile === 'unconfined' ? 'unconfined' : profile === own ? 'own' : 'custom';
    fact
      .set('profile', profile, ...where)
      .set('kind', kind, ...where)
      .at('loaded', ...where);
    if (kind === 'custom') yield* isLoaded(fact, profile);
    return fact.build();
  },
});

function* switchedOn(fact: FactBuilder, running: boolean): Asking<void> {
  if (!running) {
    const there = yield* stat(directory);
    if (there.is === 'blocked') return void fact.gap('on', unknown(there, directory));
    return void fact.set('on', there.is === 'got', { path: directory });
  }
  const text = yield* read(enabled);
  if (text.is === 'blocked') return void fact.gap('on', unknown(text, enabled));
  fact.set('on', text.is === 'got' && text.value.trim() === 'Y', { path: enabled, ...(text.is === 'got' ? {} : { said: 'not there' }) });
}

function* isLoaded(fact: FactBuilder, profile: string): Asking<void> {
  const text = yield* read(loaded);
  const why: Unknown | undefined = text.is === 'blocked' ? unknown(text, loaded) : undefined;
  if (why) return void fact.gap('loaded', why);
  const names = text.is === 'got' ? text.value.split('\n').map((line) => line.replace(/ \([a-z]+\)$/, '')) : [];
  fact.set('loaded', names.includes(profile), { path: loaded });
}
