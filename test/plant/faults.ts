/** The faults that are planted, by rule. */
import type { Fault } from './fault.ts';
import { accountFaults } from './faults/accounts.ts';
import { bootFaults } from './faults/boot.ts';
import { clusterFaults } from './faults/clusters.ts';
import { containerFaults } from './faults/containers.ts';
import { fileFaults } from './faults/files.ts';
import { serviceFaults } from './faults/services.ts';
import { updateFaults } from './faults/updates.ts';

export const faults: readonly Fault[] = [
  ...accountFaults,
  ...fileFaults,
  ...bootFaults,
  ...serviceFaults,
  ...updateFaults,
  ...containerFaults,
  ...clusterFaults,
];
