/** Kind `podman-overrides`: which of some variables Podman would find, in a session of an account or in podman.service. */

import type { Account, Asking } from '../../facts/ask.ts';
import { envPlace } from '../../facts/asks.ts';
import { type Environment, gapOf } from '../../facts/environment/environment.ts';
import { environmentOf } from '../../facts/environment/environment-of.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { settingIn, settingShape } from '../../facts/environment/set-in.ts';
import { environmentOfUnit } from '../../facts/environment/unit.ts';
import { type Fact, FactBuilder, type Unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { managers } from '../../facts/systemd/paths.ts';

const serviceName = 'podman.service';

export const podmanOverrides = defineKind({
  name: 'podman-overrides',
  noun: 'the environment',
  describe:
    'Which of the named variables are set where Podman runs: in the live environment, in the files of a login, in what the service manager hands on, in podman.service.',
  main: 'names',
  fields: { names: { type: 'strings', required: true, describe: 'names of variables' } },
  shape: record({
    set: list(string('NAME=value'), 'the variables that are set; an empty one counts as unset'),
    places: list(settingShape, 'the same, where they are set'),
  }),
  touches: ({ names }) => [
    sessionVariables.of(inQuestion, names),
    ...managers.flatMap((manager) => [unitNamed(serviceName, manager), environmentOfUnit.of(serviceName, { manager, as: inQuestion })]),
  ],
  *learn({ names }, as): Asking<Fact> {
    const variables = yield* sessionVariables(as, names);
    const fact = new FactBuilder();
    const found = new Map<string, Where>();
    const looked: Where[] = [];
    for (const [name, variable] of variables) {
      if (variable.gap) fact.gap('set', variable.gap);
      looked.push(...variable.where);
      if (variable.value) found.set(`${name}=${variable.value}`, variable.where[0] ?? { path: envPlace(name) });
    }
    const service = yield* serviceEnvironment(as, names);
    if ('is' in service) return fact.gap('set', service).build();
    looked.push(...service.looked);
    const open = names.map((name) => gapOf(service, name));
    for (const [at, name] of names.entries()) {
      const variable = open[at] ? undefined : service.variables.get(name);
      const text = `${name}=${variable?.value ?? ''}`;
      if (variable?.value && !found.has(text)) found.set(text, variable.where[0] ?? { path: envPlace(name) });
    }
    // One that is set is enough to know, whatever else is.
    const unknown = open.find((gap) => gap);
    if (unknown && found.size === 0) fact.gap('set', unknown);
    const where = found.size > 0 ? [...found].map(([text, w]) => ({ ...w, said: `sets ${text}` })) : [...new Map(looked.map((w) => [w.path, w])).values()];
    fact.set(
      'places',
      [...found].map(([text, { path }]) => settingIn(text.slice(0, text.indexOf('=')), path)),
    );
    return fact.set('set', [...found.keys()], ...where).build();
  },
});

/** What podman.service finds, or would if there were one. */
function* serviceEnvironment(as: Account, names: readonly string[]): Asking<Environment | Unknown> {
  const unit = yield* loadUnit(serviceName, { manager: as.uid === 0 ? 'system' : 'user', as });
  if (unit.is === 'unknown') return unit;
  if (unit.unseen[0]) return unit.unseen[0];
  const environment = yield* environmentOf({ unit: serviceName, manager: unit.manager, as }, names);
  return unit.fragment ? { ...environment, looked: [...environment.looked, { path: unit.fragment.path }] } : environment;
}
