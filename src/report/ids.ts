/** Identities that stay the same from run to run: they depend on what is judged, never on where a line stands. */
import type { Verdict } from '../verdicts/report.ts';
import type { Hash } from './style.ts';

/**
 * The fingerprint of a finding: 16 hexadecimal digits over rule, target and
 * subject. GitHub matches alerts by it; other lines, texts, outcomes or
 * severities do not change it. `target` is its identity, not the name of a
 * directory.
 */
export function fingerprint(verdict: Pick<Verdict, 'rule' | 'subject'>, target: string, hash: Hash): string {
  return hash('sha256', `v1|${verdict.rule}|${target}|${verdict.subject ?? ''}`).slice(0, 16);
}

/** The namespace of this tool's name-based UUIDs; a random constant. */
const namespace = '5c1a3f0e-8a54-4d0b-9d2e-6f3b7a1c94e2';

/** A name-based UUID, version 5 (RFC 9562, section 5.5). */
export function uuid(name: string, hash: Hash): string {
  const space = namespace.replaceAll('-', '').match(/../g) ?? [];
  const bytes = Uint8Array.from([...space.map((hex) => Number.parseInt(hex, 16)), ...new TextEncoder().encode(name)]);
  const digest = hash('sha1', bytes);
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 3) | 8).toString(16);
  return [digest.slice(0, 8), digest.slice(8, 12), `5${digest.slice(13, 16)}`, variant + digest.slice(17, 20), digest.slice(20, 32)].join('-');
}
