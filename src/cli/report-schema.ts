/** Checks a report against the published schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { packageRoot } from './paths.ts';

/** What is wrong with a document, by JSON pointer; empty when it is a report. At most ten. */
export async function reportProblems(value: unknown): Promise<string[]> {
  // CommonJS: what the module exports is its default, bundled or not.
  const { default: Ajv2020 } = (await import('ajv/dist/2020.js')) as unknown as { default: typeof Ajv };
  const { default: addFormats } = (await import('ajv-formats')) as unknown as { default: (ajv: Ajv) => void };
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  addFormats(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(join(packageRoot, 'schemas', 'report.schema.json'), 'utf8')));
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, 10).map((e) => `${e.instancePath || '/'} ${e.message ?? ''}`);
}
