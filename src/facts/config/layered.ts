/** The configurations that are merged from layers: what each may touch, and how it is learnt. */
import type { Account, Asking } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { registriesConf } from '../containers/registries-conf.ts';
import { storageConf } from '../containers/storage-conf.ts';
import { crioConf } from '../crio/crio-conf.ts';
import type { Fact } from '../fact.ts';
import { k3sConfig } from '../k3s/k3s-config.ts';
import type { Touches } from '../source.ts';

export interface Layered {
  readonly touches: Touches;
  learn(as: Account): Asking<Fact>;
}

/** One row a configuration. A further one needs its shape in `src/kinds/config/config.ts` and nothing else. */
export const layeredFiles: Readonly<Record<string, Layered>> = {
  'containers.conf': { touches: [containersConf], learn: containersConf },
  'storage.conf': { touches: [storageConf], learn: storageConf },
  'registries.conf': { touches: [registriesConf], learn: registriesConf },
  'crio.conf': { touches: [crioConf], learn: () => crioConf() },
  k3s: { touches: [k3sConfig], learn: () => k3sConfig() },
};
