/** Checks a report against the published schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './paths.ts';

/** What is wrong with a document, by JSON pointer; empty when it is a report. At most ten. */
export async function reportProblems(value: unknown): Promise<string[]> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const { default: addFormats } = await import('ajv-formats');
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  (addFormats as unknown as (a: typeof ajv) => void)(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(join(packageRoot, 'schemas', 'report.schema.json'), 'utf8')));
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, 10).map((e) => `${e.instancePath || '/'} ${e.message ?? ''}`);
}
