/** Kind `cri`: whether CRI-O answers on its socket, in the words of `crictl info`. */

import { type Asking, run, stat } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { crioListen } from '../../facts/crio/crio-listen.ts';
import { type Fact, FactBuilder, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { parseJson } from '../../facts/text/json.ts';
import { entry, plain, type TextNode } from '../../facts/text/node.ts';

const infoOf = (path: string): readonly string[] => ['crictl', '--runtime-endpoint', `unix://${path}`, 'info'];
const conditions = { RuntimeReady: 'runtimeReady', NetworkReady: 'networkReady' } as const;

export const cri = defineKind({
  name: 'cri',
  noun: 'the CRI endpoint',
  describe: 'The state of CRI-O as it answers on its socket (crictl info).',
  fields: {},
  shape: record({
    socket: string('the socket CRI-O is told to listen on'),
    present: boolean('something listens there, or its socket file is there'),
    runtimeReady: boolean('CRI-O can run containers'),
    networkReady: boolean('CRI-O has a network for pods'),
    why: string('what CRI-O says about a condition that does not hold'),
  }),
  touches: () => [
    crioListen,
    { do: 'stat', path: '/run/*/*', first: ['/run/crio/crio.sock'] },
    ...['/run/crio/crio.sock', '/run/*/*'].map((path) => ({ do: 'run' as const, argv: infoOf(path) })),
  ],
  *learn(): Asking<Fact> {
    const listen = yield* crioListen();
    if ('is' in listen) return listen;
    const { path, where } = listen;
    if (!/^\/run\/[^/]+\/[^/]+$/.test(path))
      return unknown({ is: 'blocked', why: 'unsupported', said: 'CRI-O listens there, outside the sockets that pretrip asks' }, path);
    const argv = infoOf(path);
    const command = { path: commandPlace(argv) };
    const fact = new FactBuilder().consulted({ path }, command).set('socket', path, where);
    const answer = yield* run(argv);
    // Nothing runs on an image, so the state of a daemon cannot be asked of it.
    if (answer.is === 'blocked') return unknown(answer, command.path);
    const socket = yield* stat(path);
    if (socket.is === 'blocked') return unknown(socket, path);
    fact.set('present', socket.is === 'got', { path });
    if (socket.is === 'absent')
      return fact.set('runtimeReady', false, { path, said: 'no socket' }).set('networkReady', false, { path, said: 'no socket' }).build();
    const silent = (said: string): Unknown => ({ is: 'unknown', why: 'failed', said, where: [command] });
    if (answer.is === 'absent') return withGaps(fact, silent('crictl was not found, so CRI-O could not be asked'));
    // A refused connection is an answer: the file is there and nobody listens.
    if (answer.value.exit !== 0 && /connection refused|no such file or directory/i.test(answer.value.stderr))
      return fact
        .set('runtimeReady', false, { ...command, said: 'connection refused' })
        .set('networkReady', false, { ...command, said: 'connection refused' })
        .build();
    if (answer.value.exit !== 0)
      return withGaps(fact, silent(`crictl info exited ${answer.value.exit}: ${answer.value.stderr.split('\n')[0]?.slice(0, 160) ?? ''}`));
    const parsed = parseJson(answer.value.stdout);
    if (parsed.is === 'broken') return unparsable(`crictl info did not print JSON: ${parsed.problem.message}`, command);
    return described(fact, parsed.root, command.path);
  },
});

function described(fact: FactBuilder, root: TextNode, path: string): Fact {
  const list = entry(entry(root, 'status')?.value, 'conditions')?.value;
  const found = list?.is === 'list' ? list.items : [];
  const said: string[] = [];
  for (const [type, field] of Object.entries(conditions)) {
    const node = found.find((c) => entry(c, 'type')?.value && plain(entry(c, 'type')?.value as TextNode) === type);
    const status = node && entry(node, 'status');
    const value = status ? plain(status.value) : undefined;
    if (typeof value !== 'boolean') fact.gap(field, unparsable(`crictl info tells no ${type}`, { path }));
    else {
      const message = node && entry(node, 'message');
      if (!value && message) said.push(String(plain(message.value)));
      fact.set(field, value, { path, line: status?.at.line ?? 1, ...(value || !message ? {} : { said: String(plain(message.value)) }) });
    }
  }
  return fact.set('why', said.length > 0 ? said.join('; ') : undefined, { path }).build();
}

function withGaps(fact: FactBuilder, gap: Unknown): Fact {
  for (const field of Object.values(conditions)) fact.gap(field, gap);
  return fact.build();
}
