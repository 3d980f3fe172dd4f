/** The states of a host in which verdicts are compared with the real programs. */
import type { State } from './state.ts';
import { dockerStates, manualStates, restartStates, socketStates, tcpStates } from './states/api.ts';
import { cgroupStates, oldHierarchyStates, spellingStates } from './states/cgroup.ts';
import { configStates, kernelStates } from './states/config.ts';
import { engineStates } from './states/engines.ts';
import { netStates } from './states/net.ts';
import { quadletStates } from './states/quadlet.ts';
import { rangeStates, rootlessStates, userStates } from './states/rootless.ts';
import { keyStates, timeoutStates } from './states/timeout.ts';

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
  ...configStates,
  ...kernelStates,
  ...netStates,
  ...quadletStates,
  ...rootlessStates,
  ...userStates,
  ...manualStates,
  ...restartStates,
  ...oldHierarchyStates,
];

/** What CI tries, on one host and in few rounds: states that need no long wait. */
export const brief: readonly string[] = ['delegate: as installed', 'timeout: in [engine]', 'socket: as installed', 'config: as installed'];
