/** Kind `k3s-swap`: swap, and what the kubelet of K3s makes of it. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Unknown, type Where } from '../../facts/fact.ts';
import { type Swap, swaps } from '../../facts/host/swaps.ts';
import { goBool } from '../../facts/k3s/go.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

export const k3sSwap = defineKind({
  name: 'k3s-swap',
  noun: 'swap',
  describe: 'Swap that is on now and that the next boot switches on, and what the kubelet of K3s does about it.',
  fields: {},
  shape: record({
    on: list(string('a device or file'), 'what is on; unset on an image'),
    boot: list(
      record({ name: string('a device, file, unit or service'), by: string('what switches it on', ['fstab', 'unit', 'zram-generator', 'service']) }),
      'what the next boot switches on, as far as files tell',
    ),
    refuses: boolean('the kubelet does not start where swap is on (fail-swap-on; K3s switches that off)'),
    behavior: string('memorySwap.swapBehavior of the kubelet: NoSwap or LimitedSwap; unset: NoSwap since Kubernetes 1.30'),
    directory: string('where K3s has drop-ins of the kubelet, from 1.32 on'),
  }),
  touches: () => [swaps, k3sModel],
  *learn(): Asking<Fact> {
    const [seen, model] = yield* together([swaps(), k3sModel()]);
    if (seen.is === 'unknown') return seen;
    const fact = new FactBuilder().consulted({ path: '/proc/swaps' }, { path: '/etc/fstab' });
    if (seen.on) fact.set('on', names(seen.on), ...places(seen.on, '/proc/swaps'));
    else fact.at('on', { path: '/proc/swaps' });
    if ('is' in seen.boot) fact.gap('boot', seen.boot);
    else
      fact.set(
        'boot',
        seen.boot.map(({ name, by }): Json => ({ name, by })),
        ...places(seen.boot, '/etc/fstab'),
      );
    if (model.is === 'unknown') return fact.gap('refuses', model).gap('behavior', model).build();
    if (model.is === 'not-started')
      return fact
        .set('refuses', false, ...model.consulted)
        .at('behavior', ...model.consulted)
        .build();
    setKubelet(fact, model);
    return fact.build();
  },
});

const names = (each: readonly Swap[]): string[] => each.map(({ name }) => name);
const places = (each: readonly Swap[], path: string): Where[] => (each.length > 0 ? each.map(({ at }) => at) : [{ path }]);

function setKubelet(fact: FactBuilder, model: K3sModel): void {
  if (!model.components.has('kubelet')) return void fact.set('refuses', false, { ...model.where, said: 'no kubelet runs here' }).at('behavior', model.where);
  const refuses = settingOf(model, 'fail-swap-on', 'failSwapOn');
  if (refuses && 'is' in refuses) fact.gap('refuses', refuses);
  else fact.set('refuses', refuses !== undefined && goBool(refuses.value) === true, refuses?.where ?? model.where);
  const behavior = settingOf(model, undefined, 'memorySwap.swapBehavior');
  fact.at('behavior', model.where);
  if (behavior && 'is' in behavior) fact.gap('behavior', behavior);
  else if (behavior) fact.set('behavior', behavior.value, behavior.where);
  if (model.dropIns?.is === 'read') fact.set('directory', `${model.dataDir.value}/agent/etc/kubelet.conf.d`, model.dataDir.where ?? model.where);
}

/** An argument beats the files; before 1.32 one file may be named by an argument, and is not looked at. */
function settingOf(
  { components, dropIns }: K3sModel,
  argument: string | undefined,
  key: string,
): { readonly value: string; readonly where: Where } | Unknown | undefined {
  const flags = components.get('kubelet');
  if (flags && 'is' in flags) return flags;
  const given = argument === undefined ? undefined : flags?.get(argument);
  if (given && !('is' in given)) return given.values.at(-1);
  const files = dropIns?.is === 'unknown' ? dropIns : dropIns?.settings.get(key);
  if (files) return 'is' in files ? files : files.values.at(-1);
  const config = flags?.get('config');
  const named = config && !('is' in config) ? config.values.at(-1) : undefined;
  return named
    ? { is: 'unknown', why: 'unsupported', said: `${named.value}, which the kubelet is told to read, is not looked at`, where: [named.where] }
    : undefined;
}
