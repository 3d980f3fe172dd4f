/** Members of groups by /etc/group (group(5)); primary groups are not among them. */
import { type Asking, read } from '../ask.ts';
import { type Unknown, unknown } from '../fact.ts';
import { source } from '../source.ts';

const path = '/etc/group';

export const groupsOf = source([{ do: 'read', path }], readGroups);

function* readGroups(): Asking<ReadonlyMap<string, readonly string[]> | Unknown> {
  const text = yield* read(path);
  if (text.is === 'blocked') return unknown(text, path);
  const lines = text.is === 'got' ? text.value.split('\n') : [];
  return new Map(lines.map((line) => line.split(':')).map(([name = '', , , members = '']) => [name, members.split(',').filter((m) => m !== '')]));
}
