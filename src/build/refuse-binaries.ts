/** Fails when a file of this checkout is no text. Part of `npm run check`. */
import { packageRoot } from '../cli/paths.ts';
import { visible } from '../report/text.ts';
import { binariesIn } from './binaries.ts';

/** Paths that must be binary, and why. None so far. */
const allowed: Readonly<Record<string, string>> = {};

const found = binariesIn(packageRoot);
if (!found) process.stderr.write('not looked for binary files: this is no git checkout\n');
const refused = (found ?? []).filter((path) => !Object.hasOwn(allowed, path));
for (const path of refused) process.stderr.write(`${visible(path)}: is no text: remove it, or say why it must be there in src/build/refuse-binaries.ts\n`);
if (refused.length > 0) process.exitCode = 1;
