/** Kind `subid-defaults`: how many subordinate ids useradd gives a new account (login.defs(5), useradd(8)). */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { number, record } from '../../facts/shape.ts';
import { layered } from '../../facts/suse/layered.ts';

const mains = ['/etc/login.defs', '/usr/etc/login.defs'];
const dropIns = ['/etc/login.defs.d', '/usr/etc/login.defs.d'];
/** What useradd does without a line. */
const builtIn = 65_536;

export const subidDefaults = defineKind({
  name: 'subid-defaults',
  noun: 'login.defs',
  describe: 'How many subordinate ids useradd gives a new account, by login.defs of /etc, else of /usr/etc, and drop-ins.',
  fields: {},
  shape: record({ uids: number('SUB_UID_COUNT; 65536 where it is not set'), gids: number('SUB_GID_COUNT; 65536 where it is not set') }),
  touches: () => [layered.of(mains, dropIns, '.defs')],
  *learn(): Asking<Fact> {
    const found = yield* layered(mains, dropIns, '.defs');
    if (found.is === 'unknown') return found;
    const fact = new FactBuilder().consulted(...found.consulted);
    for (const [field, key] of [
      ['uids', 'SUB_UID_COUNT'],
      ['gids', 'SUB_GID_COUNT'],
    ] as const) {
      const lines = found.files.flatMap(({ path, text }) =>
        text.split('\n').flatMap((line, at) => {
          const [name, value = ''] = line.trim().split(/\s+/);
          return name === key && /^\d+$/.test(value) ? [{ value: Number(value), where: { path, line: at + 1 } }] : [];
        }),
      );
      const last = lines.at(-1);
      fact.set(field, last?.value ?? builtIn, last?.where ?? { path: found.files[0]?.path ?? mains[0] ?? '', said: `${key} is not set` });
    }
    return fact.build();
  },
});
