/** Kind `k3s-labels`: the SELinux types of the program and the directories of K3s. */
import { type Answer, type Asking, run, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown } from '../../facts/fact.ts';
import { endOf } from '../../facts/host/disk.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { usualDataDir } from '../../facts/k3s/node-settings.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, record, string } from '../../facts/shape.ts';

/** Programs that the policy knows by their paths (k3s-io/k3s-selinux:policy/slemicro/k3s.fc). */
const programs = ['/usr/local/bin/k3s', '/usr/local/sbin/k3s', '/usr/bin/k3s', '/usr/sbin/k3s', '/opt/bin/k3s'];
const kubelet = '/var/lib/kubelet';
const usual = [...programs, usualDataDir, `${usualDataDir}/data`, kubelet];
const moved = 'the program and the data directory of K3s';

const one = (describe: string) =>
  record({ path: string('its path'), type: string('its type: container_var_lib_t'), usual: boolean('the policy of K3s knows it by this path') }, describe);

export const k3sLabels = defineKind({
  name: 'k3s-labels',
  noun: 'the labels of K3s',
  absent: 'no service here starts K3s',
  describe: 'The SELinux types of the program k3s, its data directory, what it unpacked there, and the directory of the kubelet; unset for what is not there.',
  fields: {},
  shape: record({
    program: one('the program that the service runs'),
    state: one('the data directory'),
    unpacked: one('the directory `data` in it, with the programs that K3s runs'),
    kubelet: one('the directory of the kubelet'),
  }),
  touches: () => [
    k3sModel,
    ...usual.map((path) => ({ do: 'stat', path }) as const),
    ...usual.map((path) => ({ do: 'run', argv: labelOf(path), ifThere: [[path]] }) as const),
    { do: 'stat', named: moved, later: true },
    { do: 'run', argv: labelOf('**'), later: true },
  ],
  *learn(): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const wanted = placesOf(model);
    const labels = yield* together(wanted.map(({ path }) => labelAt(path)));
    const fact = new FactBuilder().consulted(model.where);
    for (const [at, label] of labels.entries()) {
      const { name, path, usual: isUsual } = wanted[at] as Place;
      const where = { path: commandPlace(labelOf(path)) };
      if (label === undefined) fact.at([name, 'type'], { path, said: 'is not there' });
      else if (typeof label !== 'string') fact.gap(name, label);
      else fact.set([name, 'path'], path, where).set([name, 'type'], label, where).set([name, 'usual'], isUsual, { path });
    }
    return fact.build();
  },
});

const labelOf = (path: string): readonly string[] => ['stat', '-L', '-c', '%C', path];

interface Place {
  readonly name: string;
  readonly path: string;
  readonly usual: boolean;
}

function placesOf({ program, dataDir }: K3sModel): Place[] {
  const isUsual = dataDir.value === usualDataDir;
  return [
    ...(program.startsWith('/') ? [{ name: 'program', path: program, usual: programs.includes(program) }] : []),
    { name: 'state', path: dataDir.value, usual: isUsual },
    { name: 'unpacked', path: `${dataDir.value}/data`, usual: isUsual },
    { name: 'kubelet', path: kubelet, usual: true },
  ];
}

/** The type of what a path leads to; undefined where nothing is there. */
function* labelAt(path: string): Asking<string | Unknown | undefined> {
  const there: Answer<Stat> = yield* stat(path);
  if (there.is === 'blocked') return unknown(there, path);
  if (!endOf(there)) return there.is === 'got' && there.value.real?.is === 'blocked' ? unknown(there.value.real, path) : undefined;
  const argv = labelOf(path);
  const answer = yield* run(argv);
  const where = [{ path: commandPlace(argv) }];
  if (answer.is === 'absent') return { is: 'unknown', why: 'failed', said: 'there is no program stat', where };
  if (answer.is === 'blocked') return unknown(answer, commandPlace(argv));
  const type = /^[^:\s]+:[^:\s]+:([^:\s]+)/.exec(answer.value.stdout.trim())?.[1];
  return type ?? { is: 'unknown', why: 'failed', said: `stat tells no label of ${path}`, where };
}
