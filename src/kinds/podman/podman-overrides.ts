/** Kind `podman-overrides`: variables that quietly replace an account's configuration files. */

import type { Account, Asking } from '../../facts/ask.ts';
import { envPlace } from '../../facts/asks.ts';
import { environmentTouches, unitVariables } from '../../facts/environment/unit-variables.ts';
import { type Fact, FactBuilder, type Where } from '../../facts/fact.ts';
import { learnVariables, variableTouches } from '../../facts/k3d/variables.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, record, string } from '../../facts/shape.ts';
import { loadUnit, unitNamed } from '../../facts/systemd/load.ts';
import { mergeSettings } from '../../facts/systemd/merge.ts';
import { expander } from '../../facts/systemd/specifiers.ts';

/** Each moves or overrides what containers.conf, storage.conf, registries.conf, policy.json or the connections say. */
const names = [
  'CONTAINERS_CONF',
  'CONTAINERS_CONF_OVERRIDE',
  'CONTAINERS_STORAGE_CONF',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'CONTAINERS_REGISTRIES_CONF',
  'CONTAINERS_POLICY_JSON',
  'CONTAINER_HOST',
  'PODMAN_CONNECTIONS_CONF',
];

export const podmanOverrides = defineKind({
  name: 'podman-overrides',
  noun: 'the environment',
  describe: 'Variables that replace the configuration files of Podman: in the live environment, in the files of a login, in podman.service.',
  fields: {},
  shape: record({ set: list(string('NAME=value'), 'the variables that are set; an empty one counts as unset') }),
  touches: () => [
    ...variableTouches,
    ...names.map((name) => ({ do: 'env', name }) as const),
    unitNamed('podman.service', 'system'),
    unitNamed('podman.service', 'user'),
    ...environmentTouches,
  ],
  *learn(_, as): Asking<Fact> {
    const variables = yield* learnVariables(as, names);
    const fact = new FactBuilder();
    const found: { text: string; where: Where }[] = [];
    const looked: Where[] = [];
    for (const [name, variable] of variables) {
      if (variable.gap) fact.gap('set', variable.gap);
      looked.push(...variable.where);
      if (variable.value) found.push({ text: `${name}=${variable.value}`, where: variable.where[0] ?? { path: envPlace(name) } });
    }
    const unit = yield* serviceVariables(as);
    if ('is' in unit) return fact.gap('set', unit).build();
    found.push(...unit.found);
    const where =
      found.length > 0
        ? found.map((f) => ({ ...f.where, said: `sets ${f.text}` }))
        : [...new Map([...looked, ...unit.consulted].map((w) => [w.path, w])).values()];
    return fact
      .set(
        'set',
        found.map((f) => f.text),
        ...where,
      )
      .build();
  },
});

function* serviceVariables(as: Account): Asking<{ found: { text: string; where: Where }[]; consulted: readonly Where[] } | Extract<Fact, { is: 'unknown' }>> {
  const manager = as.uid === 0 ? 'system' : 'user';
  const unit = yield* loadUnit('podman.service', { manager, as });
  if (unit.is === 'unknown') return unit;
  if (unit.unseen[0]) return unit.unseen[0];
  const consulted = unit.fragment ? [{ path: unit.fragment.path }] : [];
  if (unit.masked) return { found: [], consulted };
  const expand = expander(unit.unit, manager, as);
  const { variables, unseen } = yield* unitVariables(mergeSettings(unit, expand), expand, true, as);
  const found = [...variables]
    .filter(([name, v]) => names.includes(name) && v.value !== '')
    .map(([name, v]) => ({ text: `${name}=${v.value}`, where: v.where[0] as Where }));
  return found.length === 0 && unseen ? unseen : { found, consulted };
}
