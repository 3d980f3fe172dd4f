/** Words and values as the Quadlet generator reads them (containers/podman:pkg/systemd/parser/unitfile.go, split.go). */
import type { Word } from '../podman/podman-flags.ts';
import type { Assignment } from '../systemd/syntax.ts';
import { splitWords } from '../systemd/words.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';

/** Words of all values, quotes and C escapes resolved. An open quote runs to the end; a bad escape loses the line without a word. */
export function argumentsOf(assignments: readonly Assignment[], section: string, key: string): Word[] {
  return valuesOf(assignments, section, key).flatMap(({ value, where }) => {
    const closings = ['', '"', "'"].map((quote) => splitWords(value + quote, true));
    return (closings.find((c) => !c.broken)?.words ?? []).map((text) => ({ text, where }));
  });
}

/** Words of all values, quotes resolved, a backslash kept as it is. An open quote loses the line without a word. */
export function stringsOf(assignments: readonly Assignment[], section: string, key: string): Word[] {
  return valuesOf(assignments, section, key).flatMap(({ value, where }) => {
    const { words, broken } = splitWords(value.replaceAll('\\', '\\\\'));
    return broken ? [] : words.map((text) => ({ text, where }));
  });
}

/** The last value of a key with its place, without the quotes around it; undefined when the key does not occur. */
export function lastWord(assignments: readonly Assignment[], section: string, key: string): Word | undefined {
  const found = assignments.findLast((a) => a.section === section && a.key === key);
  return found ? { text: lastOf(assignments, section, key) ?? '', where: found.where } : undefined;
}

/** `1`, `yes`, `true` and `on` in any case are true; every other word, also `t` or `enabled`, is false. */
export const isTrue = (text: string): boolean => /^(1|yes|true|on)$/i.test(text);
