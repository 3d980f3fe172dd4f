/** Kind `started-units`: which of some units a normal boot starts. */
import { type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { enabledAlso } from '../../facts/systemd/also.ts';
import { isInstance, parseUnitName, templateOf } from '../../facts/systemd/names.ts';
import { firstBootPresets } from '../../facts/systemd/presets.ts';
import { startedUnits as allStarted, startsAtBoot } from '../../facts/systemd/started.ts';

export const startedUnits = defineKind({
  name: 'started-units',
  noun: 'what is started at boot',
  describe:
    'Units that a normal boot starts: linked below any unit directory, there, and not masked; or an init script without a unit. What only a rescue boot starts is left out.',
  main: 'names',
  fields: { names: { type: 'strings', required: true, describe: 'names of units, of which those are told that are started' } },
  shape: record({
    units: list(
      record({ name: string('the unit'), by: string('what pulls it in'), path: string('the link that does'), short: string('its name without the suffix') }),
      'the units of these names that are started',
    ),
  }),
  touches: ({ names }) => [
    allStarted,
    firstBootPresets,
    enabledAlso,
    ...(Array.isArray(names) ? names.flatMap((name) => [name, instancesOf(name)]) : ['*.service', '*.socket']).map((name) => startsAtBoot.of(name)),
  ],
  *learn({ names }): Asking<Fact> {
    const [{ each, unseen, search }, presets] = yield* together([allStarted(), firstBootPresets()]);
    if (presets.is === 'unknown') return presets;
    const also = yield* enabledAlso();
    if ('is' in also) return also;
    // Few of them are linked: only those are looked at closely, and what a first boot enables.
    const there = (name: string): boolean => search.dirs.some((d) => d.entries.has(name));
    const maybePreset = (name: string): boolean => {
      const unit = parseUnitName(name);
      if (unit && isInstance(unit)) return presets.applied && (there(name) || there(templateOf(unit)));
      return there(name) && (presets.enabling(name) !== undefined || also.has(name));
    };
    const wanted = new Set(names);
    // Of a service that may be there several times each instance counts.
    const instances = each.map((s) => s.name).filter((name) => wanted.has(plainOf(name)) && !wanted.has(name));
    const linked = [...names.filter((name) => each.some((s) => s.name === name) || maybePreset(name)), ...new Set(instances)];
    const found = yield* together(linked.map((name) => startsAtBoot(name)));
    const open = found.find((f) => 'is' in f) ?? unseen;
    const started = found.flatMap((f) => ('is' in f || f[0] === undefined ? [] : [f[0]]));
    const fact = new FactBuilder().consulted({ path: '/etc/systemd/system' }, { path: '/usr/lib/systemd/system' });
    fact.set('units', [
      ...started.map(({ name, by, at }) => ({ name, by, path: at.path, short: name.replace(/\.\w+$/, '') })),
      ...(open && 'is' in open ? [{}] : []),
    ]);
    for (const [index, { at }] of started.entries()) fact.at(['units', String(index)], at);
    if (open && 'is' in open) fact.gap(['units', String(started.length)], open);
    return fact.build();
  },
});

/** Of `vncserver@:1.service` the name without its instance. */
const plainOf = (name: string): string => name.replace(/@[^@]*(?=\.\w+$)/, '');
const instancesOf = (name: string): string => (name.includes('@') ? name : name.replace(/\.(\w+)$/, '@*.$1'));
