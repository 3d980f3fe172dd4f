/** Controls as rules write them: of NIST SP 800-53 unless something stands before them (docs/rule-language.md). */
import { visible } from '../text.ts';

export interface Control {
  readonly framework: string;
  readonly id: string;
}

const base = 'NIST SP 800-53';

/** `CM-6`, `800-190 4.4.3`, or `FRAMEWORK: ID`. What is none of these stands alone, in a framework without a name. */
export function controlOf(written: string): Control {
  const text = visible(written).trim();
  const [, named, of] = /^(.+?): (.+)$/.exec(text) ?? [];
  if (named !== undefined && of !== undefined) return { framework: named, id: of };
  if (/^[A-Z]{2}-\d+(?:\(\d+\))?$/.test(text)) return { framework: base, id: text };
  const [, publication, id] = /^(800-\d+) (\S+)$/.exec(text) ?? [];
  if (publication !== undefined && id !== undefined) return { framework: `NIST SP ${publication}`, id };
  return { framework: 'controls', id: text || '-' };
}

/** Families that keep a system in order and running: what only they ask for is no weakness that can be attacked. */
const upkeep = /^(?:CM|CP|MA|SA|SI-2$|SI-13$)/;

/** Whether a control is about security in the sense of code hosts. */
export const protects = (written: string): boolean => {
  const { framework, id } = controlOf(written);
  return framework !== base || !upkeep.test(id);
};
