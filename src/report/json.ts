/** The report as it is: canonical JSON, from which every other format can be made again. */
import { canonical } from './canonical.ts';
import { formatOfOne } from './format.ts';
import { jsonText } from './text.ts';

/** Equal reports give equal bytes, whatever the order of their keys. Ends in a newline. */
export const json = formatOfOne({
  for: 'programs',
  describe: 'the whole report; every other format can be made from it',
  extension: 'json',
  saved: true,
  render: (report) => jsonText(canonical(report)),
});
