/** Compiled schemas: each says what it has against a value. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

function compile(file: string, options: Options): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, ...options });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as object);
}

const of =
  (validate: ValidateFunction) =>
  (value: unknown): string[] =>
    validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);

export const againstReportSchema = of(compile('../../schemas/report.schema.json', {}));
export const againstSarifSchema = of(compile('../schemas/sarif-2.1.0.json', { strictTypes: false, strictRequired: false }));
