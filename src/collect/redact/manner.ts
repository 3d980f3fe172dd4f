/** How a file is to be read for secrets, by its path. Pure. */
import * as rules from './rules.ts';
import type { Manner } from './state.ts';

const manners = (
  [
    ['skip', rules.exempt],
    ['wordless', rules.wordless],
    ['fields', rules.passwords],
    ['variables', rules.plainVariables],
    ['lists', rules.optionLists],
    ['quadlet', rules.quadlets],
    ['k3s', rules.k3sConfigs],
    ['boot', rules.bootLoaders],
    ['words', rules.wordFiles],
  ] as const
).map(([name, pattern]) => [name, new RegExp(pattern)] as const);

/** Everything that holds for a path; the empty one stands for the output of a program. */
export const mannerOf = (path: string): Manner => Object.fromEntries(manners.map(([name, pattern]) => [name, pattern.test(path)])) as unknown as Manner;
