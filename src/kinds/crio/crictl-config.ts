/** Kind `crictl-config`: which runtime crictl asks unless it is told otherwise. */
import { type Asking, read, stat, together } from '../../facts/ask.ts';
import { crioListen, socketPath } from '../../facts/crio/crio-listen.ts';
import { type Fact, FactBuilder, missing, unknown, unparsable } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { entry, placed, plain } from '../../facts/text/node.ts';
import { parseYaml } from '../../facts/text/yaml.ts';

const path = '/etc/crictl.yaml';

export const crictlConfig = defineKind({
  name: 'crictl-config',
  noun: 'the configuration of crictl',
  absent: '/etc/crictl.yaml is not there, so crictl guesses which runtime to ask',
  describe: 'The endpoint that /etc/crictl.yaml gives crictl, and whether CRI-O listens there.',
  fields: {},
  shape: record({
    endpoint: string('runtime-endpoint as it stands; unset: crictl tries the sockets that it knows one after the other'),
    crio: boolean('it leads to the socket that CRI-O listens on'),
    listen: string('the socket that CRI-O listens on'),
  }),
  touches: () => [crioListen, { do: 'read', path }, { do: 'stat', path: '/run/*' }, { do: 'stat', path: '/run/*/*', first: ['/run/crio/crio.sock'] }],
  *learn(): Asking<Fact> {
    const [text, listen] = yield* together([read(path), crioListen()]);
    if (text.is === 'blocked') return unknown(text, path);
    if (text.is === 'absent') return missing({ path });
    const parsed = parseYaml(text.value);
    if (parsed.is === 'broken') return unparsable(`${path} is no YAML (${parsed.problem.message}), so crictl fails`, placed(path, parsed.problem));
    const found = entry(parsed.root, 'runtime-endpoint');
    const endpoint = found ? String(plain(found.value) ?? '') : '';
    const where = found ? placed(path, found.at) : { path };
    const fact = new FactBuilder()
      .consulted({ path }, where)
      .set('endpoint', endpoint === '' ? undefined : endpoint, where)
      .at('endpoint', where);
    if ('is' in listen) return fact.gap('crio', listen).gap('listen', listen).build();
    fact.set('listen', listen.path, listen.where);
    if (endpoint === '') return fact.set('crio', false, where).build();
    const socket = socketPath(endpoint);
    const seen = /^\/run(\/[^/]+){1,2}$/.test(socket) ? yield* stat(socket) : undefined;
    // An image has no /run: then the name alone tells.
    if (seen?.is === 'blocked' && seen.why !== 'unsupported') return fact.gap('crio', unknown(seen, socket)).build();
    const real = seen?.is === 'got' && seen.value.real?.is === 'got' ? seen.value.real.value.path : undefined;
    return fact.set('crio', socket === listen.path || real === listen.path, where, listen.where).build();
  },
});
