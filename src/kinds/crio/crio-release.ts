/** Kind `crio-release`: the minor releases of CRI-O and of the kubelet that K3s brings. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown } from '../../facts/fact.ts';
import { seeTool, type ToolVersion, toolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { number, record, version } from '../../facts/shape.ts';

export const crioRelease = defineKind({
  name: 'crio-release',
  noun: 'CRI-O beside K3s',
  absent: 'CRI-O and K3s are not both installed',
  describe: 'How far the minor releases of CRI-O and of K3s are apart; both follow those of Kubernetes. It exists where both are installed.',
  fields: {},
  shape: record({
    crio: version('the installed CRI-O'),
    k3s: version('the installed K3s'),
    apart: number('how many minor releases are between them'),
  }),
  touches: () => [seeTool.of('crio'), seeTool.of('k3s')],
  *learn(): Asking<Fact> {
    const [crio, k3s] = yield* together([toolVersion('crio'), toolVersion('k3s')]);
    if (crio.is === 'absent') return missing(...crio.consulted);
    if (k3s.is === 'absent') return missing(...k3s.consulted);
    if (crio.is === 'unknown') return crio;
    if (k3s.is === 'unknown') return k3s;
    const fact = new FactBuilder().consulted(crio.where, k3s.where).set('crio', crio.version, crio.where).set('k3s', k3s.version, k3s.where);
    const minors = [crio, k3s].map(minorOf);
    const odd = minors.find((m): m is Unknown => typeof m !== 'number');
    if (odd) return fact.gap('apart', odd).build();
    return fact.set('apart', Math.abs(Number(minors[0]) - Number(minors[1])), crio.where, k3s.where).build();
  },
});

function minorOf({ version, where }: Extract<ToolVersion, { is: 'known' }>): number | Unknown {
  const minor = /^v?1\.(\d+)\b/.exec(version)?.[1];
  return minor === undefined ? { is: 'unknown', why: 'unparsable', said: `${version} is no release of Kubernetes`, where: [where] } : Number(minor);
}
