/** Validators of our own schemas. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import type { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { packageRoot } from './paths.ts';

const made = new Map<string, ValidateFunction>();

/** One of the published schemas. */
export const schemaNamed = (name: string): object => JSON.parse(readFileSync(join(packageRoot, 'schemas', name), 'utf8'));

/** A function that checks a value by a published schema, and keeps all that is wrong; it is made once for each. */
export async function validator(name: string): Promise<ValidateFunction> {
  const known = made.get(name);
  if (known) return known;
  // CommonJS: what the module exports is its default, bundled or not.
  const { default: Ajv2020 } = (await import('ajv/dist/2020.js')) as unknown as { default: typeof Ajv };
  const { default: addFormats } = (await import('ajv-formats')) as unknown as { default: (ajv: Ajv) => void };
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
  addFormats(ajv);
  const validate = ajv.compile(schemaNamed(name));
  made.set(name, validate);
  return validate;
}
