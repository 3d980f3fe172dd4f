/** The states of a host in which verdicts are compared with the real programs. */
import type { State } from './state.ts';
import { accountStates, kernelRangeStates } from './states/accounts.ts';
import { dockerStates, manualStates, restartStates, socketStates, tcpStates } from './states/api.ts';
import { cgroupStates, oldHierarchyStates, spellingStates } from './states/cgroup.ts';
import { claimStates, configStates, kernelStates } from './states/config.ts';
import { engineStates } from './states/engines.ts';
import { firewallStates } from './states/firewall.ts';
import { k3dStates } from './states/k3d.ts';
import { kernelFileStates, propagationStates } from './states/kernel.ts';
import { managerStates } from './states/managers.ts';
import { mountStates } from './states/mounts.ts';
import { netStates } from './states/net.ts';
import { quadletStates } from './states/quadlet.ts';
import { bootStates } from './states/quadlet-boot.ts';
import { collisionStates } from './states/quadlet-collisions.ts';
import { referenceStates } from './states/quadlet-references.ts';
import { serviceStates } from './states/quadlet-service.ts';
import { valueStates } from './states/quadlet-values.ts';
import { rangeStates, rootlessStates, userStates } from './states/rootless.ts';
import { socketMountStates } from './states/socket-mounts.ts';
import { storeStates } from './states/stores.ts';
import { keyStates, timeoutStates } from './states/timeout.ts';
import { vehicleStates } from './states/vehicle.ts';

export const states: readonly State[] = [
  ...spellingStates,
  ...rangeStates,
  ...engineStates,
  ...cgroupStates,
  ...timeoutStates,
  ...keyStates,
  ...socketStates,
  ...tcpStates,
  ...dockerStates,
  ...socketMountStates,
  ...configStates,
  ...claimStates,
  ...kernelStates,
  ...netStates,
  ...k3dStates,
  ...quadletStates,
  ...valueStates,
  ...referenceStates,
  ...serviceStates,
  ...collisionStates,
  ...bootStates,
  ...mountStates,
  ...storeStates,
  ...kernelFileStates,
  ...propagationStates,
  ...firewallStates,
  ...vehicleStates,
  ...managerStates,
  ...accountStates,
  ...kernelRangeStates,
  ...rootlessStates,
  ...userStates,
  ...manualStates,
  ...restartStates,
  ...oldHierarchyStates,
];

/** What CI tries: one state of each area, so that all are one round, and none that waits for a slow answer. */
export const brief: readonly string[] = [
  'delegate: instance hides template',
  "timeout: as k3d's page has it, no table",
  'socket: masked',
  'docker: daemon enabled',
  'security: one more capability',
  'limits: pids 0',
  'environment: of the host',
  'policy: with an unknown key',
  'registries: insecure registry',
  'net: as installed',
  'runtime: open to others',
  'quadlet: generator',
];
