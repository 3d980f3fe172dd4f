import type { Trial } from '../small-host.ts';

export const trial: Trial = { behind: async () => ({ asked: { name: 'local' } }) };
