/** Whether /etc/fw_env.config says where U-Boot keeps its environment (u-boot/u-boot:tools/env/README; sbabic/libubootenv:README.md). */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source } from '../source.ts';

export const ubootConfig = '/etc/fw_env.config';

/** Comments and empty lines name no place. */
export const ubootEnvironment = source([{ do: 'read', path: ubootConfig }], readConfig);

function* readConfig(): Asking<boolean | Unknown> {
  const text = yield* read(ubootConfig);
  if (text.is === 'blocked') return unknown(text, ubootConfig);
  return text.is === 'got' && text.value.split('\n').some((line) => /^\s*[^#\s]/.test(line));
}
