/** Kind `k3s-release`: which K3s is installed, and whether its Kubernetes minor release is still maintained. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing } from '../../facts/fact.ts';
import { extended, support } from '../../facts/host/lifecycle.ts';
import { kubernetesEnds, tablesOf } from '../../facts/host/lifecycle-table.ts';
import { seeTool, toolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string, version } from '../../facts/shape.ts';

export const k3sRelease = defineKind({
  name: 'k3s-release',
  noun: 'K3s',
  absent: 'K3s is not installed',
  describe: 'The installed K3s, and until when its Kubernetes minor release is maintained.',
  fields: { extended: { type: 'strings', describe: 'support beyond the table, as MINOR YYYY-MM-DD: 1.33 2027-06-30' } },
  shape: record({
    version: version('the version: 1.34.2+k3s1'),
    minor: string('Kubernetes minor release: 1.34'),
    candidate: boolean('a release candidate or other pre-release'),
    endOfLife: string(`last day of maintenance (table of ${tablesOf}, or \`extended\`)`),
    ended: boolean('that day has passed on the day of the inspection'),
  }),
  touches: () => [seeTool.of('k3s')],
  *learn(query, _as, { now }): Asking<Fact> {
    const found = yield* toolVersion('k3s');
    if (found.is === 'unknown') return found;
    if (found.is === 'absent') return missing(...found.consulted);
    const at = found.where;
    const fact = new FactBuilder().consulted(at).set('version', found.version, at);
    const m = /^v?(\d+\.\d+)\.\d+(-(?!k3s)[A-Za-z][^+]*)?/.exec(found.version);
    if (!m) {
      const why = { is: 'unknown' as const, why: 'unparsable' as const, said: `${found.version} is not a version of K3s`, where: [at] };
      return fact.gap('minor', why).gap('candidate', why).gap('endOfLife', why).gap('ended', why).build();
    }
    const judged = support(kubernetesEnds, m[1] as string, now, extended(query.extended ?? []));
    const where = { ...at, said: judged.said };
    fact
      .set('minor', m[1], at)
      .set('candidate', m[2] !== undefined, at)
      .set('endOfLife', judged.date, where);
    if (judged.is === 'known') fact.set('ended', judged.ended, where);
    else fact.gap('ended', { is: 'unknown', why: 'ambiguous', said: judged.said, where: [at] });
    return fact.build();
  },
});
