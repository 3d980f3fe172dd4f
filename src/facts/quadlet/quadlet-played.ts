/** The files of one generator, those of `.kube` with what their YAML publishes. */
import { type Asking, nothing, together } from '../ask.ts';
import { anyone, forAccount, source } from '../source.ts';
import { generatedService } from './quadlet-service.ts';
import type { Sibling } from './quadlet-siblings.ts';
import { completed, sourceOf } from './quadlet-source.ts';
import { playedYaml } from './quadlet-surroundings.ts';
import type { QuadletHost } from './quadlet-units.ts';

/** The same files in the same order; what could not be read of a YAML leaves the command open. */
export const withPlayed = source([forAccount(generatedService, anyone), playedYaml], play);

function* play(host: QuadletHost, siblings: readonly Sibling[]): Asking<readonly Sibling[]> {
  if (siblings.every((s) => s.ending !== 'kube')) return siblings;
  const sources = yield* together(siblings.map((s) => (s.ending === 'kube' ? sourceOf(host, s.file) : nothing())));
  const yamls = yield* together(sources.map((s) => (s && !('is' in s) ? playedYaml(s) : nothing())));
  return siblings.map((sibling, at) => {
    const found = sources[at];
    if (!found) return sibling;
    return {
      ...sibling,
      command: 'is' in found ? { ...sibling.command, open: found } : completed({ ...found, command: sibling.command }, undefined, yamls[at]),
    };
  });
}
