/** Kind `lingering`: whether an account's manager runs without a session, now or from the next boot on. */

import { type Asking, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown } from '../../facts/fact.ts';
import { lingerPath } from '../../facts/host/accounts.ts';
import { lingerLine } from '../../facts/host/linger-line.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { tmpfilesFiles } from '../../facts/host/tmpfiles-d.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, says } from '../../facts/shape.ts';

/** loginctl(1) enable-linger makes a file; an image, which has no /var of its own, has tmpfiles.d make it at boot. */
export const lingering = defineKind({
  name: 'lingering',
  noun: 'lingering',
  describe:
    'Whether the account may linger: its manager starts at boot and outlives its sessions. A line of tmpfiles.d that makes the file at boot counts, too.',
  fields: {},
  shape: record({
    granted: says(boolean('the file that lets it linger is there, or tmpfiles.d makes it at boot'), { yes: '{who} may linger', no: '{who} may not linger' }),
    pending: boolean('only the next boot of this running host brings it'),
  }),
  touches: () => [{ do: 'stat', path: `${lingerPath}/{user}` }, { do: 'stat', path: kernelPath }, tmpfilesFiles],
  *learn(_, as): Asking<Fact> {
    const path = `${lingerPath}/${as.name}`;
    const [file, kernel] = yield* together([stat(path), stat(kernelPath)]);
    const fact = new FactBuilder().consulted({ path });
    if (file.is === 'blocked') return unknown(file, path);
    if (file.is === 'got') return fact.set('granted', true, { path }).set('pending', false, { path }).build();
    const line = yield* lingerLine(path);
    if ('is' in line) return fact.gap('granted', line).gap('pending', line).build();
    const where = [...(line.where ? [line.where] : []), { path, said: 'not there' }];
    fact.set('granted', line.where !== undefined, ...where);
    if (line.where && runs(kernel) && kernel.is === 'blocked') return fact.gap('pending', unknown(kernel, kernelPath)).build();
    return fact.set('pending', line.where !== undefined && runs(kernel), ...where).build();
  },
});
