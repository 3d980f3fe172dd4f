/** The report for a person at a terminal: a page a target, then all targets at a glance. */
import { formatOfMany } from '../format.ts';
import { asAscii, asciiOnly } from './ascii.ts';
import { overview } from './overview.ts';
import { pageFor } from './page.ts';
import { palette } from './palette.ts';
import { reportPage } from './report.ts';

export const table = formatOfMany({
  for: 'people',
  describe: 'for people at a terminal; the default there',
  extension: 'txt',
  usual: 'terminal',
  options: { style: { values: ['lines', 'plain'], describe: 'plain: no lines drawn and no columns, for screen readers and logs' } },
  render: (reports, style, { style: drawn }) => {
    const page = pageFor(style, palette(style.colour), drawn === 'plain');
    const known = style.ascii ? reports.map(asciiOnly) : reports;
    const parts = known.map((report) => reportPage(report, page));
    const text = [...parts, ...(known.length > 1 ? [`${overview(known, page).join('\n')}\n`] : [])].join('\n\n');
    return style.ascii ? asAscii(text, style.width) : text;
  },
});
