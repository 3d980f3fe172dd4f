/**
 * fast-check with one seed for all tests, so that `npm test` says the same of the same tree. PRETRIP_SEED names another
 * one; with `random` each file takes one of its own, which `npm run explore` does to find what nobody thought of. A
 * property that fails prints its seed.
 */
import fc from 'fast-check';

const asked = process.env.PRETRIP_SEED ?? '26';

/** A whole number: where all random values of this run come from. */
export const seed: number = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);

if (!Number.isInteger(seed)) throw new Error(`PRETRIP_SEED is a whole number or the word "random"; ${JSON.stringify(asked)} is neither`);
fc.configureGlobal({ seed });

export { fc };
