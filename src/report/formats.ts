/** The one list of report formats: a line a format, called as `-o` calls it. */
export { concise } from './concise.ts';
export { generic } from './generic.ts';
export { json } from './json.ts';
export { junit } from './junit.ts';
export { sarif } from './sarif/sarif.ts';
export { table } from './table/table.ts';
