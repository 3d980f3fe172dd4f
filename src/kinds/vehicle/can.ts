/** Kind `can`: whether the host sits on a CAN bus. */
import { type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, says, string } from '../../facts/shape.ts';

const interfaces = '/sys/class/net';
/** ARPHRD_CAN of if_arp.h. */
const canType = '280';
const folders = ['/etc/systemd/network', '/usr/lib/systemd/network', '/etc/network/interfaces.d'] as const;
const plain = '/etc/network/interfaces';

export const can = defineKind({
  name: 'can',
  noun: 'the CAN bus',
  describe: 'Interfaces of a CAN bus: those of the running kernel, and those that systemd-networkd or ifupdown set up.',
  fields: {},
  shape: record({
    present: says(boolean('there is one'), { no: 'no CAN interface is there or set up' }),
    names: listOf(string('an interface'), 'what they are called'),
  }),
  touches: () => [
    { do: 'list', path: interfaces },
    { do: 'read', path: `${interfaces}/*/type` },
    ...folders.flatMap((path) => [
      { do: 'list' as const, path },
      { do: 'read' as const, path: `${path}/*` },
    ]),
    { do: 'read', path: plain },
  ],
  *learn(): Asking<Fact> {
    const [live, main, ...lists] = yield* together([list(interfaces), read(plain), ...folders.map((f) => list(f))]);
    const names = live.is === 'got' ? live.value : [];
    const paths = lists.flatMap((l, at) =>
      l.is === 'got' ? l.value.filter((n) => /\.(?:network|netdev)$/.test(n) || at === 2).map((n) => `${folders[at]}/${n}`) : [],
    );
    const [types, texts] = yield* together([together(names.map((n) => read(`${interfaces}/${n}/type`))), together(paths.map((p) => read(p)))]);
    const found = new Map<string, Where>();
    for (const [at, name] of names.entries()) {
      const type = types[at];
      if (type?.is === 'got' && type.value.trim() === canType) found.set(name, { path: `${interfaces}/${name}` });
    }
    const files = [...paths.map((path, at) => ({ path, text: texts[at] })), { path: plain, text: main }];
    for (const { path, text } of files)
      for (const [index, line] of (text?.is === 'got' ? text.value : '').split('\n').entries()) {
        const name = /^\s*(?:Name=|(?:auto|allow-hotplug|iface)\s+)((?:v|sl|vx)?can[\w*]*)/.exec(line)?.[1];
        if (name !== undefined && !found.has(name)) found.set(name, { path, line: index + 1 });
      }
    const fact = new FactBuilder().consulted({ path: interfaces }, ...folders.map((path) => ({ path })));
    const shut = [
      ...files.map(({ path, text }) => ({ path, answer: text })),
      { path: interfaces, answer: live },
      ...lists.map((answer, at) => ({ path: folders[at] ?? '', answer })),
      ...types.map((answer, at) => ({ path: `${interfaces}/${names[at]}/type`, answer })),
    ].find(({ answer }) => answer?.is === 'blocked' && answer.why !== 'unsupported');
    if (found.size === 0 && shut?.answer?.is === 'blocked') return unknown(shut.answer, shut.path);
    const where = found.size > 0 ? [...found.values()] : [{ path: interfaces }];
    return fact
      .set('present', found.size > 0, ...where)
      .set('names', [...found.keys()], ...where)
      .build();
  },
});
