/** The configurations that are merged from layers: what each may touch, and how it is learnt. */
import type { Account, Asking } from '../ask.ts';
import type { Fact } from '../fact.ts';
import type { Pattern } from '../kind.ts';
import { containersConf, containersTouches } from './containers-conf.ts';
import { crioConf, crioTouches } from './crio-conf.ts';
import { k3sConfig, k3sTouches } from './k3s-config.ts';
import { registriesConf, registriesTouches } from './registries-conf.ts';
import { storageConf, storageTouches } from './storage-conf.ts';

export interface Layered {
  readonly touches: readonly Pattern[];
  learn(as: Account): Asking<Fact>;
}

/** One row a configuration. A further one needs its shape in `config.ts` and nothing else. */
export const layeredFiles: Readonly<Record<string, Layered>> = {
  'containers.conf': { touches: containersTouches, learn: containersConf },
  'storage.conf': { touches: storageTouches, learn: storageConf },
  'registries.conf': { touches: registriesTouches, learn: registriesConf },
  'crio.conf': { touches: crioTouches, learn: crioConf },
  k3s: { touches: k3sTouches, learn: k3sConfig },
};
