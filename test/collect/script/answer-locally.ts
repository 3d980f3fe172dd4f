/** Prints what the target `local` answers to the asks on standard input: run as another account to see with its eyes. */
import { readFileSync } from 'node:fs';
import { local } from '../../../src/collect/targets/local.ts';
import type { Ask } from '../../../src/facts/ask.ts';

process.stdout.write(JSON.stringify(await local().answer(JSON.parse(readFileSync(0, 'utf8')) as Ask[])));
