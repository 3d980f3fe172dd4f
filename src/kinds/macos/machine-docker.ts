/** Kind `machine-docker`: whether the docker client inside the machine can pass a connection on, as k3d over ssh wants it. */
import { type Account, type Answer, type Asking, type Output, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, unparsable } from '../../facts/fact.ts';
import { onMac } from '../../facts/host/mac.ts';
import { parseDockerHost } from '../../facts/k3d/docker-host.ts';
import { defineKind } from '../../facts/kind.ts';
import { connectionFor, learnConnections } from '../../facts/macos/connections.ts';
import { learnMachines, machineFor } from '../../facts/macos/machines.ts';
import { runAs } from '../../facts/macos/run-as.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';

const inside = (name: string) => ({
  which: ['podman', 'machine', 'ssh', name, 'command', '-v', 'docker'],
  dial: ['podman', 'machine', 'ssh', name, 'docker', 'system', 'dial-stdio', '--help'],
});

export const machineDocker = defineKind({
  name: 'machine-docker',
  noun: 'docker in the machine',
  describe:
    'The program docker inside the podman machine: with an ssh address, the docker client runs "docker system dial-stdio" there. It exists when a machine is initialised.',
  fields: {},
  shape: record({
    path: string('where it lies in the machine; unset when there is none'),
    dialStdio: boolean('it knows the command system dial-stdio'),
  }),
  touches: () => [
    learnMachines,
    learnConnections,
    sessionVariables.of(inQuestion, ['DOCKER_HOST']),
    ...Object.values(inside('*')).map((argv) => ({ do: 'run' as const, argv, asUser: true as const, ...onMac })),
  ],
  *learn(_, as: Account): Asking<Fact> {
    const machines = yield* learnMachines(as);
    if (machines.is === 'unknown') return machines;
    if (machines.each.length === 0) return missing(...machines.consulted);
    const host = (yield* sessionVariables(as, ['DOCKER_HOST'])).get('DOCKER_HOST');
    const connections = yield* learnConnections(as);
    if (host?.gap) return host.gap;
    if (connections.is === 'unknown') return connections;
    const connection = connectionFor(connections.each, host?.value === undefined ? undefined : parseDockerHost(host.value));
    const machine = machineFor(machines.each, connection?.name);
    if (!machine) return missing(...machines.consulted);
    if (machine.running !== true)
      return { is: 'unknown', why: 'failed', said: `the machine ${machine.name} does not run, so it cannot be asked`, where: [machine.where] };
    const argv = inside(machine.name);
    const [which, dial] = yield* together([runAs(argv.which, as), runAs(argv.dial, as)]);
    const at = { path: commandPlace(argv.which) };
    const path = which.is === 'got' ? which.value.stdout.trim() : '';
    // The shell says 1 for a command that is not there and nothing else; 125 and 255 are podman's and ssh's own failures.
    if (which.is !== 'got' || (which.value.exit !== 0 && which.value.exit !== 1 && which.value.exit !== 127)) return notTold(which, at.path);
    const fact = new FactBuilder().consulted(at).at('path', { ...at, said: path || 'not there' });
    if (which.value.exit !== 0 || !/^\/\S+$/.test(path)) return fact.set('dialStdio', false, { ...at, said: 'there is no docker' }).build();
    fact.set('path', path, at);
    if (dial.is !== 'got' || dial.value.exit === 125 || dial.value.exit === 255) {
      const why = notTold(dial, commandPlace(argv.dial));
      return fact.gap('dialStdio', why).build();
    }
    if (dial.value.exit === 0 && !/\bdial-stdio\b|\bstdio stream\b/.test(dial.value.stdout + dial.value.stderr))
      return fact.gap('dialStdio', unparsable('the help of docker system dial-stdio does not speak of it', { path: commandPlace(argv.dial) })).build();
    return fact.set('dialStdio', dial.value.exit === 0, { path: commandPlace(argv.dial), said: `exit ${dial.value.exit}` }).build();
  },
});

function notTold(answer: Answer<Output>, path: string): Unknown {
  if (answer.is === 'blocked') return unknown(answer, path);
  const said = answer.is === 'got' ? `exit ${answer.value.exit}: ${answer.value.stderr.trim().split('\n')[0]?.slice(0, 160) ?? ''}` : 'podman is not there';
  return unknown({ is: 'blocked', why: 'failed', said }, path);
}
