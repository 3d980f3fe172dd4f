/** The firewall of OpenWrt, by its file of UCI (openwrt/openwrt:package/network/config/firewall4). */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source } from '../source.ts';

const uci = '/etc/config/firewall';

export interface UciInput {
  readonly is: 'known';
  readonly denies: boolean;
  readonly where: readonly Where[];
}

/** Whether OpenWrt's firewall refuses what no rule of it is about. */
export const openWrtsInput = source([{ do: 'read', path: uci }], byUci);

/** OpenWrt's firewall refuses what its defaults do not let in, and what its zone of the world outside does not. */
function* byUci(): Asking<UciInput | Unknown> {
  const text = yield* read(uci);
  if (text.is === 'blocked') return unknown(text, uci);
  const sections: { readonly type: string; readonly options: Map<string, { value: string; at: Where }> }[] = [];
  for (const [index, line] of (text.is === 'got' ? text.value : '').split('\n').entries()) {
    const [, word = '', name = '', value = ''] = /^\s*(config|option)\s+['"]?([\w-]+)['"]?\s*['"]?([\w-]*)/.exec(line) ?? [];
    if (word === 'config') sections.push({ type: name, options: new Map() });
    if (word === 'option') sections.at(-1)?.options.set(name, { value, at: { path: uci, line: index + 1 } });
  }
  const judging = sections.filter(({ type, options }) => type === 'defaults' || (type === 'zone' && /^wan/.test(options.get('name')?.value ?? '')));
  const inputs = judging.map(({ options }) => options.get('input'));
  const lets = inputs.findIndex((i) => !/^(?:REJECT|DROP)$/i.test(i?.value ?? ''));
  if (judging.length === 0 || lets >= 0) return { is: 'known', denies: false, where: [inputs[lets]?.at ?? { path: uci, said: 'says nothing about input' }] };
  return { is: 'known', denies: true, where: inputs.flatMap((i) => (i ? [i.at] : [])) };
}
