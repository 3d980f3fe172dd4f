/** Host patterns of ssh_config(5): wildcards, and a negation that vetoes. */
import { wildcardMatches } from '../glob.ts';

/** Whether a comma- or space-separated pattern list matches: a negated match vetoes, and a list of negations alone never matches. */
export function matchesList(patterns: readonly string[], text: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!wildcardMatches(negated ? pattern.slice(1) : pattern, text)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}
