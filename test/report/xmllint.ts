/** libxml2's command, the oracle for XML. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What xmllint has against a document: empty when it is well-formed and, with a schema of test/schemas, valid. */
export function xmllint(document: string, schema?: string): string {
  const against = schema === undefined ? [] : ['--schema', fileURLToPath(new URL(`../schemas/${schema}`, import.meta.url))];
  const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', ...against, '-'], { input: document, encoding: 'utf8' });
  return status === 0 ? '' : stderr || `status ${status}`;
}

/** The canonical form of a document (C14N): the same infoset in one spelling. */
export function canonicalXml(document: string): string {
  const { status, stdout, stderr } = spawnSync('xmllint', ['--nonet', '--c14n', '-'], { input: document, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
