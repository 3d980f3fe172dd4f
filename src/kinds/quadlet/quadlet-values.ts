/** Kind `quadlet-values`: values of a Quadlet file that Podman or systemd refuses. */

import { type Asking, together } from '../../facts/ask.ts';
import type { Release } from '../../facts/containers/podman-release.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { type BadValue, bad } from '../../facts/quadlet/bad-value.ts';
import { type Cuts, cutFields, cutsFor, setCuts } from '../../facts/quadlet/quadlet-cuts.ts';
import { releasesDiffer } from '../../facts/quadlet/quadlet-each.ts';
import { givenBy } from '../../facts/quadlet/quadlet-given.ts';
import { generatedService } from '../../facts/quadlet/quadlet-service.ts';
import { type Source, sourceOf } from '../../facts/quadlet/quadlet-source.ts';
import { type QuadletHost, quadletFiles, quadletHosts } from '../../facts/quadlet/quadlet-units.ts';
import { type Values, valuesOfUnit } from '../../facts/quadlet/quadlet-values.ts';
import { onHostTouches, refusalOnHost } from '../../facts/quadlet/value-on-host.ts';
import { refusedAsWhole, wholeTouches } from '../../facts/quadlet/value-whole.ts';
import { list, record, string } from '../../facts/shape.ts';
import { anyone, forAccount } from '../../facts/source.ts';
import type { Assignment } from '../../facts/systemd/syntax.ts';
import { shortened } from '../../facts/text/shortened.ts';

const badValues = (describe: string) =>
  list(
    record({
      key: string('the key, or PodmanArgs'),
      value: string('what it is set to'),
      why: string('why that is not taken'),
      text: string('all of it in words'),
    }),
    describe,
  );

export const quadletValues = defineKind({
  name: 'quadlet-values',
  noun: 'the unit',
  describe:
    'The values of a Quadlet file and its drop-ins that Podman or systemd refuses at start, by release, though the generator takes them. What a variable of the service fills in is not judged.',
  main: 'path',
  fields: { path: { type: 'string', required: true, describe: 'absolute path of the Quadlet file' } },
  shape: record({
    refused: badValues('values with which the service does not start'),
    idle: badValues('values that are taken and have no effect, or a wrong one'),
    ...cutFields,
  }),
  touches: () => [quadletHosts, forAccount(generatedService, anyone), ...onHostTouches, ...wholeTouches],
  *learn({ path }): Asking<Fact> {
    const hosts = yield* quadletHosts();
    if (hosts.is === 'unknown') return hosts;
    const file = quadletFiles(hosts.each.at(-1) as QuadletHost).find((f) => f.path === path);
    if (!file) return hosts.incomplete ?? missing({ path });
    const sources = yield* together(hosts.each.map((host) => sourceOf(host, file)));
    const hidden = sources.find((s): s is Unknown => 'is' in s);
    if (hidden) return hidden;
    const judged = yield* together((sources as Source[]).map((source, at) => judge(source, hosts.each[at] as QuadletHost)));
    const { assignments, dropIns } = sources.at(-1) as Source;
    return told(judged, path, hosts.release, (bad) => cutsOf(bad, [...assignments, ...dropIns.assignments]));
  },
});

function* judge(source: Source, host: QuadletHost): Asking<Values> {
  const values = ofFiles(source, host.release);
  const { owner, moves, ending } = source;
  const whose = { release: host.release, owner, moves };
  const asked = yield* together(values.ofHost.map((given) => refusalOnHost(ending, given, whose)));
  const whole = yield* refusedAsWhole(source, values.known, host, whose);
  const refused = values.ofHost.flatMap((given, at) => (typeof asked[at] === 'string' ? [bad(given, asked[at])] : []));
  const open = values.open ?? asked.find((a) => typeof a === 'object') ?? whole.open;
  return { ...values, refused: [...values.refused, ...refused, ...whole.refused], ...(open ? { open } : {}) };
}

function ofFiles({ file, ending, manager, assignments, dropIns, names, expand, pod }: Source, release: Release): Values {
  const values = valuesOfUnit({
    path: file.path,
    ending,
    release,
    user: manager === 'user',
    assignments,
    dropIns: dropIns.assignments,
    unit: names[0] ?? '',
    expand,
    ...(pod ? { pod: givenBy('pod', pod.assignments) } : {}),
  });
  const open = values.open ?? dropIns.unseen;
  return { ...values, ...(open ? { open } : {}) };
}

/** One fact for all releases that may be meant; what they judge differently is unknown. */
function told(judged: readonly Values[], path: string, release: Unknown | undefined, cuts: (bad: readonly BadValue[]) => Cuts): Fact {
  const last = judged.at(-1) as Values;
  const fact = new FactBuilder().consulted({ path });
  for (const part of ['refused', 'idle'] as const) {
    const unlike = new Set(judged.map((j) => JSON.stringify(j[part].map(plain)))).size > 1;
    if (unlike && release) fact.gap(part, { is: 'unknown', why: 'ambiguous', said: releasesDiffer(release), where: [{ path }] });
    else if (last.open && last[part].length === 0) fact.gap(part, last.open);
    else set(fact, part, last[part], { path });
  }
  setCuts(fact, { path }, { values: cuts([...last.refused, ...last.idle]) });
  return fact.build();
}

/** Keys without which the file makes no unit: their values are written anew, not taken out. */
const needed = ['Image', 'ImageTag'];

/** Each value where it stands: a word of its key, or a flag of PodmanArgs=. */
function cutsOf(bad: readonly BadValue[], all: readonly Assignment[]): Cuts {
  const each = bad.map(({ key, value, where }) => {
    const [, name, given] = /^--([^=]+)=(.*)$/s.exec(value) ?? [];
    const found = [{ said: plain({ key, value, why: '', where }).value, where }];
    const named = needed.includes(key) ? [] : all.filter((a) => a.key === key);
    return cutsFor(named, found, key === 'PodmanArgs' ? { flag: (f) => f.name === name && f.value === given } : { word: (w) => w === value });
  });
  return { cuts: each.flatMap((c) => c.cuts), elsewhere: each.flatMap((c) => c.elsewhere) };
}

const plain = ({ key, value, why }: BadValue): { key: string; value: string; why: string; text: string } => {
  return { key, value: value.slice(0, 120), why, text: `${key}=${shortened(value, longest)}: ${why}` };
};

/** Letters of a value that a sentence holds beside the reason. */
const longest = 40;

function set(fact: FactBuilder, part: string, found: readonly BadValue[], here: Where): void {
  fact.set(part, found.map(plain), ...(found.length > 0 ? found.map((b) => b.where) : [here]));
  for (const [at, { where }] of found.entries()) fact.at([part, String(at)], where);
}
