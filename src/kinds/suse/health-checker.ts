/** Kind `health-checker`: whether a start of the system is checked, and by what (openSUSE/health-checker:README.md). */
import { type Asking, list, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { rootAccount } from '../../facts/host/accounts.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';
import { enablementNamed, enablementOf } from '../../facts/systemd/enablement.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';

const unit = 'health-checker.service';
const options = { manager: 'system', as: rootAccount } as const;
const directories = ['/usr/libexec/health-checker', '/usr/lib/health-checker', '/usr/local/libexec/health-checker'] as const;

export const healthChecker = defineKind({
  name: 'health-checker',
  noun: 'health-checker',
  absent: 'health-checker is not installed',
  describe: 'health-checker, which returns to the snapshot before when a start after an update fails: whether it is enabled, and what it checks.',
  fields: {},
  shape: record({
    enabled: boolean('something pulls it in at start: default.target or boot-complete.target'),
    plugins: listOf(string('a path'), 'the programs that it runs'),
  }),
  touches: () => [unitNamed(unit, 'system'), enablementNamed(unit, 'system'), ...directories.map((path) => ({ do: 'list' as const, path }))],
  *learn(): Asking<Fact> {
    const loaded = yield* loadUnit(unit, options);
    if (loaded.is === 'unknown') return loaded;
    if (!loaded.exists) return missing(...loaded.consulted);
    const [found, ...lists] = yield* together([enablementOf(unit, options), ...directories.map((path) => list(path))]);
    const fact = new FactBuilder().consulted(...loaded.consulted);
    if ('is' in found) fact.gap('enabled', found);
    else if (!found.enabled && found.unseen[0]) fact.gap('enabled', found.unseen[0]);
    else fact.set('enabled', found.enabled, ...(found.where.length > 0 ? found.where : loaded.consulted.slice(0, 1)));
    const names = lists.flatMap((l, at) => (l.is === 'got' ? l.value.map((n) => `${directories[at]}/${n}`) : []));
    const shut = lists.findIndex((l) => l.is === 'blocked');
    const why = lists[shut];
    const where = (names.length > 0 ? names : directories).map((path) => ({ path }));
    if (why?.is === 'blocked') fact.gap('plugins', unknown(why, directories[shut] ?? ''));
    else fact.set('plugins', names, ...where);
    return fact.build();
  },
});
