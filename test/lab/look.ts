/** The part of a batch that looks at the host it runs on. */
import type { Look, Way, Where } from './ways.ts';

/** Named `way:NAME`: hands over what the look printed or, if it fails, its errors. */
export const looking = (ways: readonly Way[], look: Look, where: Where): [string, string][] =>
  ways.flatMap((way): [string, string][] =>
    way.onHost ? [[`way:${way.name}`, `{\n${way.onHost(look, where)}\n} 2>/tmp/look.$$ || cat /tmp/look.$$\nrm -f /tmp/look.$$`]] : [],
  );
