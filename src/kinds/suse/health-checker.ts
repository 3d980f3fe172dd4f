/** Kind `health-checker`: whether a start of the system is checked, and by what (openSUSE/health-checker:README.md). */
import { type Asking, list, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown } from '../../facts/fact.ts';
import { whetherEnabled } from '../../facts/host/whether-enabled.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, string } from '../../facts/shape.ts';

const unit = 'health-checker.service';
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
  touches: () => [whetherEnabled.of(unit), ...directories.map((path) => ({ do: 'list' as const, path }))],
  *learn(): Asking<Fact> {
    const [service, ...lists] = yield* together([whetherEnabled(unit), ...directories.map((path) => list(path))]);
    if (service.is === 'unknown') return service;
    if (!service.exists) return missing(...service.where);
    const fact = new FactBuilder().consulted(...service.where).set('enabled', service.enabled, ...service.where);
    const names = lists.flatMap((l, at) => (l.is === 'got' ? l.value.map((n) => `${directories[at]}/${n}`) : []));
    const shut = lists.findIndex((l) => l.is === 'blocked');
    const why = lists[shut];
    const where = (names.length > 0 ? names : directories).map((path) => ({ path }));
    if (why?.is === 'blocked') fact.gap('plugins', unknown(why, directories[shut] ?? ''));
    else fact.set('plugins', names, ...where);
    return fact.build();
  },
});
