import { reachFor, type Trial } from '../small-host.ts';

export const trial: Trial = { behind: async (host) => ({ asked: { name: 'local', reach: reachFor(host, { via: 'env LC_CTYPE=C sh' }) } }) };
