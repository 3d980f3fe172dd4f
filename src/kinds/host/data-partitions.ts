/** Kind `data-partitions`: whether what is mounted at some places is encrypted, and where its key is. */
import { type Answer, type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { type Mount, mountTable } from '../../facts/host/mount-table.ts';
import { defineKind } from '../../facts/kind.ts';
import { list as listOf, record, string } from '../../facts/shape.ts';

const table = '/etc/crypttab';
const mappings = '/sys/class/block';

export const dataPartitions = defineKind({
  name: 'data-partitions',
  noun: 'the data partitions',
  describe:
    'File systems at the places that are named: whether dm-crypt is below them (on a running host by its uuid, on an image by crypttab), and what opens it.',
  main: 'points',
  fields: { points: { type: 'strings', required: true, describe: 'where they are mounted' } },
  shape: record({
    partitions: listOf(
      record({
        point: string('where it is mounted'),
        source: string('its device; unset where nothing is mounted there'),
        state: string('what protects it', ['encrypted', 'plain', 'not mounted']),
        key: string('what opens it, by crypttab', ['tpm', 'file', 'asked', 'elsewhere']),
      }),
      'one for each place',
    ),
  }),
  touches: () => [
    mountTable,
    { do: 'read', path: table },
    { do: 'list', path: mappings },
    { do: 'read', path: `${mappings}/*/dm/uuid` },
    { do: 'read', path: `${mappings}/*/dm/name` },
  ],
  *learn({ points }): Asking<Fact> {
    if (points.length === 0)
      return {
        is: 'unknown',
        why: 'unsupported',
        said: 'nobody named the partitions that hold data about people or credentials',
        where: [{ path: '/etc/fstab' }],
        next: 'name them, as in --param partitions=/data, then scan again',
      };
    const [mounts, text, blocks] = yield* together([mountTable(), read(table), list(mappings)]);
    if (mounts.is === 'unknown') return mounts;
    if (text.is === 'blocked') return unknown(text, table);
    if (blocks.is === 'blocked' && blocks.why !== 'unsupported') return unknown(blocks, mappings);
    const crypt = yield* encrypted(blocks);
    if ('is' in crypt) return crypt;
    const fact = new FactBuilder().consulted(...mounts.consulted, { path: table });
    const told = points.map((point) => judge(point, mounts.each, text, crypt));
    fact.set(
      'partitions',
      told.map(({ where: _, ...one }) => one),
    );
    for (const [at, { where }] of told.entries()) fact.at(['partitions', String(at)], ...where);
    return fact.build();
  },
});

/** Names of mapped devices below which dm-crypt is. */
function* encrypted(blocks: Answer<readonly string[]>): Asking<ReadonlySet<string> | Unknown> {
  const names = (blocks.is === 'got' ? blocks.value : []).filter((n) => n.startsWith('dm-'));
  const [uuids, called] = yield* together([
    together(names.map((n) => read(`${mappings}/${n}/dm/uuid`))),
    together(names.map((n) => read(`${mappings}/${n}/dm/name`))),
  ]);
  const found = new Set<string>();
  for (const [at, name] of names.entries()) {
    const uuid = uuids[at];
    if (uuid?.is === 'blocked') return unknown(uuid, `${mappings}/${name}/dm/uuid`);
    if (uuid?.is !== 'got' || !uuid.value.startsWith('CRYPT-')) continue;
    found.add(`/dev/${name}`);
    const own = called[at];
    if (own?.is === 'blocked') return unknown(own, `${mappings}/${name}/dm/name`);
    if (own?.is === 'got') found.add(`/dev/mapper/${own.value.trim()}`);
  }
  return found;
}

interface Told {
  readonly point: string;
  readonly state: string;
  readonly source?: string;
  readonly key: string;
  readonly where: readonly Where[];
}

function judge(point: string, mounts: readonly Mount[], text: Answer<string>, crypt: ReadonlySet<string>): Told {
  const mount = mounts.findLast((m) => m.point === point);
  if (!mount) return { point, state: 'not mounted', key: 'elsewhere', where: [{ path: '/etc/fstab' }] };
  const source = mount.source ?? '';
  const lines = (text.is === 'got' ? text.value : '').split('\n');
  const line = lines.findIndex((l) => !l.startsWith('#') && l.trim() !== '' && `/dev/mapper/${l.trim().split(/\s+/)[0]}` === source);
  const [, , key = 'none', options = ''] = line < 0 ? [] : (lines[line] ?? '').trim().split(/\s+/);
  if (line < 0) return { point, source, state: crypt.has(source) ? 'encrypted' : 'plain', key: 'elsewhere', where: [mount.at] };
  const opened = /(?:^|,)(?:tpm2-device|pkcs11-uri|fido2-device)=/.test(options) ? 'tpm' : /^(?:none|-)$/.test(key) ? 'asked' : 'file';
  return { point, source, state: 'encrypted', key: opened, where: [{ path: table, line: line + 1 }, mount.at] };
}
