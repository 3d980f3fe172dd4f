/** The report as it is: canonical JSON, from which every other format can be made again. */
import { canonical } from './canonical.ts';
import type { Reporter } from './style.ts';
import { jsonText } from './text.ts';

/** Equal reports give equal bytes, whatever the order of their keys. Ends in a newline. */
export const json: Reporter = (report) => jsonText(canonical(report));
