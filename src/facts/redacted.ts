/** What stands in a recording for a secret. The only place that knows what it looks like. */

/** `<redacted>`, or with a keyed hash: equal secrets of one recording have equal hashes. */
const whole = /^<redacted(?::[0-9a-f]+)?>$/;
const within = /<redacted(?::[0-9a-f]+)?>/;

/** The placeholder for a secret; `hash` is twelve hexadecimal digits, or empty where the host could make none. */
export const placeholder = (hash: string): string => (hash === '' ? '<redacted>' : `<redacted:${hash}>`);

/** Whether a text is a placeholder and nothing else. */
export const isPlaceholder = (text: string): boolean => whole.test(text);

/** Whether a text, or anything in a value, was masked: what it was is not known, only that it was there. */
export function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return within.test(value);
  if (typeof value !== 'object' || value === null) return false;
  const known = masked.get(value);
  if (known !== undefined) return known;
  const holds = Object.entries(value).some(([key, v]) => within.test(key) || holdsPlaceholder(v));
  masked.set(value, holds);
  return holds;
}

/** Values of facts, which do not change: every test of a rule asks the same of a list, which may be long. */
const masked = new WeakMap<object, boolean>();

/** A text with the hashes taken out of its placeholders: what two recordings can be compared by, since each has its own key. */
export const withoutHashes = (text: string): string => text.replace(/<redacted:[0-9a-f]+>/g, '<redacted>');
