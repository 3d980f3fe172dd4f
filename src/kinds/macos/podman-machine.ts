/** Kind `podman-machine`: the virtual machine that Podman's engine runs in on macOS, and the connection to it. */
import { type Account, type Asking, together } from '../../facts/ask.ts';
import { type SessionVariable, sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { onMac } from '../../facts/host/mac.ts';
import { type DockerHost, parseDockerHost } from '../../facts/k3d/docker-host.ts';
import { defineKind } from '../../facts/kind.ts';
import { type Connection, type Connections, connectionFor, differences, learnConnections } from '../../facts/macos/connections.ts';
import { learnInside } from '../../facts/macos/machine-inside.ts';
import { learnMachines, type Machine, machineFor } from '../../facts/macos/machines.ts';
import { member, tellJson, text } from '../../facts/macos/run-as.ts';
import { boolean, list, number, record, string, version } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';

export const podmanMachine = defineKind({
  name: 'podman-machine',
  noun: 'the Podman machine',
  describe: "The podman machine that DOCKER_HOST or Podman's default connection leads to. It exists when at least one machine is initialised.",
  fields: {},
  shape: record({
    names: list(string('name'), 'all machines of the active provider'),
    name: string('the machine in question'),
    provider: string('qemu, applehv, libkrun, wsl, hyperv'),
    running: boolean('whether it runs'),
    starting: boolean('whether it is still starting'),
    rootful: boolean('whether it is set to run containers as root'),
    cpus: number('processors'),
    memory: number('memory in MiB'),
    disk: number('disk in GiB'),
    connection: record(
      {
        name: string('its name'),
        uri: string('ssh://USER@HOST:PORT/SOCKET'),
        user: string('login in the machine'),
        host: string('host as it is written'),
        port: number('port'),
        path: string('the socket inside the machine'),
        identity: string('the private key'),
        rootful: boolean('whether it leads to the engine of root'),
      },
      'the connection in use: the one that DOCKER_HOST equals, else the default one',
    ),
    dockerHost: record({ matches: boolean('whether an ssh DOCKER_HOST equals one of the connections'), reason: string('how it differs from the default one') }),
    version: record({
      client: version('of the client'),
      server: version('of the engine in the machine'),
      sameMajor: boolean('whether their major versions are the same'),
    }),
    inside: record({
      cpuset: boolean('whether the rootless engine really has the cpuset controller'),
      controllers: list(string('controller'), 'the cgroup controllers that the engine reports'),
      dockerSocket: string('where /var/run/docker.sock leads inside the machine'),
      defaultSocketFits: boolean('whether that is the socket of the connection in use'),
    }),
  }),
  touches: () => [
    learnMachines,
    learnConnections,
    sessionVariables.of(inQuestion, ['DOCKER_HOST']),
    learnInside,
    { do: 'run', argv: ['podman', 'version', '--format', 'json'], asUser: true, ...onMac },
  ],
  *learn(_, as): Asking<Fact> {
    const machines = yield* learnMachines(as);
    if (machines.is === 'unknown') return machines;
    if (machines.each.length === 0) return missing(...machines.consulted);
    const [connections, host] = yield* connectionsAndHost(as);
    const used = host?.value === undefined ? undefined : parseDockerHost(host.value);
    const connection = connections.is === 'known' && !host?.gap ? connectionFor(connections.each, used) : undefined;
    const machine = machineFor(machines.each, connection?.name);
    const fact = new FactBuilder().consulted(...machines.consulted).set(
      'names',
      machines.each.map((m) => m.name),
      ...machines.consulted,
    );
    if (!machine) return fact.build();
    addMachine(fact, machine, machines.live, machines.consulted);
    const undecided = connections.is === 'unknown' ? connections : host?.gap;
    // With several machines the connection tells which one is meant.
    if (undecided && machines.each.length > 1) for (const part of machineParts) fact.gap(part, undecided);
    addConnection(fact, connections, connection, host, used);
    yield* addVersion(fact, as);
    if (machines.live) yield* learnInside(fact, machine, connection, as);
    else fact.gap('inside', noRun(machines.consulted));
    return fact.build();
  },
});

const machineParts = ['name', 'provider', 'running', 'starting', 'rootful', 'cpus', 'memory', 'disk', 'inside'] as const;

const noRun = (where: readonly Where[]): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: 'nothing can be run here, so the machine cannot be asked',
  where,
});

function* connectionsAndHost(as: Account): Asking<[Connections, SessionVariable | undefined]> {
  const [connections, variables] = yield* together([learnConnections(as), sessionVariables(as, ['DOCKER_HOST'])]);
  return [connections, variables.get('DOCKER_HOST')];
}

function addMachine(fact: FactBuilder, machine: Machine, live: boolean, consulted: readonly Where[]): void {
  const { where, isDefault: _, ...parts } = machine;
  for (const [part, value] of Object.entries(parts)) fact.set(part, value, where);
  if (!live) fact.gap('running', noRun(consulted)).gap('starting', noRun(consulted));
  else if (machine.running === undefined || machine.starting)
    fact.gap('running', { is: 'unknown', why: 'ambiguous', said: `the machine ${machine.name} is still starting`, where: [where] });
  if (machine.rootful === undefined)
    fact.gap('rootful', { is: 'unknown', why: 'failed', said: `podman machine inspect ${machine.name} did not tell whether it is rootful`, where: [where] });
}

function addConnection(
  fact: FactBuilder,
  connections: Connections,
  connection: Connection | undefined,
  host: SessionVariable | undefined,
  used: DockerHost | undefined,
): void {
  if (connections.is === 'unknown') return void fact.gap('connection', connections).gap('dockerHost', connections);
  if (host?.gap) return void fact.gap('connection', host.gap).gap('dockerHost', host.gap);
  fact.at('connection', ...connections.consulted).at('dockerHost', ...connections.consulted, ...(host?.where ?? []));
  if (connection) {
    const { name, uri, identity, address, where } = connection;
    const parts = {
      name,
      uri,
      identity,
      user: address.user,
      host: address.host,
      port: address.port,
      path: address.path,
      rootful: address.user === undefined ? undefined : address.user === 'root',
    };
    for (const [part, value] of Object.entries(parts)) fact.set(['connection', part], value, where);
  }
  if (used?.scheme !== 'ssh' || !host) return;
  const matches = used.wellFormed && connections.each.some((c) => differences(used, c.address).length === 0);
  const places = [...host.where, ...(connection ? [connection.where] : connections.consulted)];
  if (matches) return void fact.set(['dockerHost', 'matches'], true, ...places);
  const reason = !used.wellFormed ? used.reason : connection ? differences(used, connection.address).join(', ') : 'Podman has no default connection';
  fact.set(['dockerHost', 'matches'], false, ...places).set(['dockerHost', 'reason'], reason, ...places);
  if (reason) fact.note(['dockerHost', 'matches'], reason);
}

function* addVersion(fact: FactBuilder, as: Account): Asking<void> {
  const told = yield* tellJson(['podman', 'version', '--format', 'json'], as);
  if (told.is !== 'told') return void (told.is === 'unknown' ? fact.gap('version', told) : fact.at('version', told.where));
  const part = (side: string): string | undefined => text(member(member(told.value, side), 'Version'));
  const [client, server] = [part('Client'), part('Server')];
  fact.at('version', told.where).set(['version', 'client'], client, told.where).set(['version', 'server'], server, told.where);
  if (server === undefined) {
    const why: Unknown = { is: 'unknown', why: 'failed', said: 'podman version tells no server: the machine does not answer', where: [told.where] };
    return void fact.gap(['version', 'server'], why).gap(['version', 'sameMajor'], why);
  }
  if (client !== undefined) fact.set(['version', 'sameMajor'], client.split('.')[0] === server.split('.')[0], told.where);
}
