/** Kind `tool`: a program: whether it is installed, where, and which version. */
import type { Asking } from '../../facts/ask.ts';
import { type Fact, FactBuilder } from '../../facts/fact.ts';
import { seeTool } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, says, string, version } from '../../facts/shape.ts';

export const tool = defineKind({
  name: 'tool',
  describe: 'A program: whether it is installed, where it lies, and its version as the program itself tells it, else as the package database has it.',
  absent: '{label} is not installed',
  present: '{label} is installed',
  main: 'name',
  fields: { name: { type: 'string', required: true, describe: 'name of the program: podman, k3s, crio, systemctl, netavark, …' } },
  shape: record({
    installed: says(boolean('whether the program is there'), { yes: '{label} is installed', no: '{label} is not installed' }),
    version: version('its version without a leading v: 4.9.4-rhel, 5.4.2+ds1'),
    source: string('who told the version', ['program', 'dpkg', 'rpm']),
    path: string('where the program lies; unset when only its answer was seen'),
    hidden: list(string('an absolute path'), 'further programs of this name, which the first one hides'),
  }),
  touches: (q) => [seeTool.of(q.name)],
  *learn(q): Asking<Fact> {
    const seen = yield* seeTool(q.name);
    if (seen.is === 'unknown') return seen;
    const fact = new FactBuilder();
    for (const { said, where } of seen.notes) fact.note('installed', said, ...where);
    if (seen.is === 'absent')
      return fact
        .set('installed', false, ...seen.consulted)
        .consulted(...seen.consulted)
        .build(false);
    const place = seen.path === undefined ? [] : [{ path: seen.path }];
    const told = seen.version.is === 'known' ? [seen.version.where] : seen.version.where;
    fact
      .consulted(...place, ...told)
      .set('installed', true, ...(place.length > 0 ? place : told))
      .set('path', seen.path, ...place)
      .set('hidden', seen.hidden, ...seen.hidden.map((path) => ({ path })));
    for (const path of seen.hidden) fact.note('version', `there is another ${q.name} at ${path}`, { path });
    if (seen.version.is === 'known')
      return fact.set('version', seen.version.version, seen.version.where).set('source', seen.version.source, seen.version.where).build();
    return fact.gap('version', seen.version).gap('source', seen.version).build();
  },
});
