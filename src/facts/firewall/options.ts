/** The options of firewalld.conf(5). */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { whetherEnabled } from '../systemd/whether-enabled.ts';

export const optionsPath = '/etc/firewalld/firewalld.conf';
const service = 'firewalld.service';

export interface Option {
  readonly value: string;
  readonly line: number;
}

/** `Key=value` lines: the first of a name counts, and a line with a second `=` does not (firewalld/firewalld:src/firewall/core/io/firewalld_conf.py). */
export function optionsOf(text: string): ReadonlyMap<string, Option> {
  const options = new Map<string, Option>();
  for (const [at, line] of text.split('\n').entries()) {
    const [key = '', value = '', more] = line.split('=').map((part) => part.trim());
    if (/^[#;]/.test(key) || value === '' || more !== undefined || options.has(key)) continue;
    options.set(key, { value, line: at + 1 });
  }
  return options;
}

/** `off`: nothing starts firewalld. */
export type FirewalldOptions =
  | { readonly is: 'known'; readonly options: ReadonlyMap<string, Option>; readonly where: readonly Where[] }
  | { readonly is: 'off'; readonly consulted: readonly Where[] }
  | Unknown;

const touches: Touches = [whetherEnabled.of(service), { do: 'read', path: optionsPath }];

/** The options of the firewalld that is enabled. */
export const firewalldOptions = source(touches, readOptions);

function* readOptions(): Asking<FirewalldOptions> {
  const on = yield* whetherEnabled(service);
  if (on.is === 'unknown') return on;
  if (!on.enabled) return { is: 'off', consulted: on.where };
  const text = yield* read(optionsPath);
  if (text.is === 'blocked') return unknown(text, optionsPath);
  return { is: 'known', options: optionsOf(text.is === 'got' ? text.value : ''), where: on.where };
}
