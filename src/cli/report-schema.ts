/** Checks a report against the published schema. */
import { validator } from './validator.ts';

/** What is wrong with a document, by JSON pointer; empty when it is a report. At most ten. */
export async function reportProblems(value: unknown): Promise<string[]> {
  const validate = await validator('report.schema.json');
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, 10).map((e) => `${e.instancePath || '/'} ${e.message ?? ''}`);
}
