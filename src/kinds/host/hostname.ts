/** Kind `hostname`: the name of the host, and the one by which K3s would register it. */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { k3sModel } from '../../facts/k3s/k3s-model.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

const live = '/proc/sys/kernel/hostname';
const file = '/etc/hostname';
/** RFC 1123: letters, digits and hyphens, in labels of at most 63. Kubernetes makes small letters of large ones. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** What installers and kernels leave where nobody chose a name. */
const unchosen = /^(?:localhost|linux|\(none\)|localhost\.localdomain|localhost6?\..*)$/i;

export const hostname = defineKind({
  name: 'hostname',
  noun: 'the name of the host',
  absent: 'the name is given when the host starts',
  describe:
    'The name of the host: of the running kernel, of an image what /etc/hostname says; and the name that K3s takes instead (node-name). Absent on an image that has no name.',
  fields: {},
  shape: record({
    name: string('the name'),
    valid: boolean('it is a name by RFC 1123, as DNS and Kubernetes want it'),
    chosen: boolean('it is none that stands where nobody chose one, such as localhost'),
    better: string('the nearest name by RFC 1123; unset where it is one, and where none is near'),
    node: string('the name by which K3s registers the node; unset without K3s'),
    nodeValid: boolean('that is a name by RFC 1123'),
    nodeChosen: boolean('that tells the node from others: it was chosen, or K3s adds an id of its own (with-node-id)'),
  }),
  touches: () => [k3sModel, ...[live, file].map((path) => ({ do: 'read', path }) as const), { do: 'stat', path: kernelPath }],
  *learn(): Asking<Fact> {
    const [now, boots, kernel, k3s] = yield* together([read(live), read(file), stat(kernelPath), k3sModel()]);
    const running = runs(kernel) || now.is === 'got';
    const [path, answer] = running && now.is !== 'absent' ? [live, now] : [file, boots];
    if (answer.is === 'blocked') return unknown(answer, path);
    const lines = answer.is === 'got' ? answer.value.split('\n') : [];
    const at = lines.findIndex((l) => l.trim() !== '' && !l.startsWith('#'));
    if (at < 0) return missing({ path });
    const name = (lines[at] ?? '').trim();
    const where = { path, line: at + 1 };
    const fact = new FactBuilder().consulted(where).set('name', name, where).set('valid', isName(name), where).set('chosen', !unchosen.test(name), where);
    const better = nearest(name);
    if (!isName(name) && better !== undefined) fact.set('better', better, where);
    if (k3s.is === 'unknown') for (const field of ['node', 'nodeValid', 'nodeChosen']) fact.gap(field, k3s);
    if (k3s.is === 'model') {
      const own = k3s.flags.one('node-name');
      const gap: Unknown | undefined = k3s.flags.gap('node-name') ?? k3s.flags.gap('with-node-id');
      const node = own?.value || name;
      const from: Where = own?.value ? own.where : where;
      fact
        .set('node', node, from)
        .set('nodeValid', isName(node), from)
        .set('nodeChosen', !unchosen.test(node) || k3s.flags.on('with-node-id'), from);
      if (gap) for (const field of ['node', 'nodeValid', 'nodeChosen']) fact.gap(field, gap);
    }
    return fact.build();
  },
});

const isName = (text: string): boolean => text.length <= 253 && text.split('.').every((part) => label.test(part));

/** A name with a hyphen for whatever a name may not hold; undefined where nothing is left. */
function nearest(text: string): string | undefined {
  const parts = text.split('.').map((part) => part.replace(/[^a-z0-9-]+/gi, '-').replace(/^-+|-+$/g, ''));
  const name = parts.filter((part) => part !== '').join('.');
  return isName(name) ? name : undefined;
}
