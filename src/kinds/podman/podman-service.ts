/** Kind `podman-service`: API services of an account that were started by hand, and TCP addresses the API is offered on. */
import { type Account, type Asking, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, type Where } from '../../facts/fact.ts';
import { defineKind } from '../../facts/kind.ts';
import { otherServers } from '../../facts/podman/other-servers.ts';
import { type ServiceProcess, serviceProcesses } from '../../facts/podman/service-processes.ts';
import { type Commands, defaultSocket, isLoopback, type Sockets, socketUnit } from '../../facts/podman/socket-unit.ts';
import { boolean, list, number, record, says, string } from '../../facts/shape.ts';

interface Offer {
  readonly address: string;
  readonly clientCa: boolean;
  readonly where: Where;
}

const addresses = (describe: string) => list(string('the address'), describe);

export const podmanService = defineKind({
  name: 'podman-service',
  noun: 'the API service',
  describe: "An account's API service: processes started by hand, and TCP and vsock addresses it listens on by unit, by command or by a running process.",
  fields: {},
  shape: record({
    live: says(boolean('processes can be seen; false on an image, where nothing runs'), { no: 'this is an image, where nothing runs' }),
    manual: list(
      record({
        pid: number('process id'),
        argv: string('the command line'),
        timeout: number('idle time-out given, in seconds; 0 is unlimited'),
        session: boolean('it belongs to a login session and ends with it'),
      }),
      'service processes that podman.service did not start',
    ),
    manualSockets: list(string('a path'), 'the Unix sockets that those processes serve'),
    exposed: addresses('TCP addresses other hosts, and vsock addresses virtual machines can reach, without a client certificate'),
    loopback: addresses('TCP addresses of this host alone, without a client certificate'),
    mutualTls: addresses('TCP addresses that demand a client certificate'),
  }),
  touches: () => [socketUnit, otherServers, serviceProcesses],
  *learn(_, as): Asking<Fact> {
    const [unit, others, processes] = yield* together([socketUnit(as), otherServers(as), serviceProcesses(as.uid)]);
    const fact = new FactBuilder().consulted(...unit.consulted, ...others.consulted);
    // A drop-in that could not be seen may take an address away again.
    const offers = [
      ...(unit.unseen ? [] : offersOf(unit, [unit])),
      ...(others.unseen ? [] : offersOf({ commands: [...others.commands, ...unit.commands] }, others.sockets, others.commands)),
    ];
    if (processes.is === 'known') {
      fact.consulted(...processes.consulted).set('live', processes.live, ...processes.consulted);
      const manual = processes.each.filter((p) => p.startedBy !== 'unit');
      fact.set(
        'manual',
        manual.map((p): Json => ({ pid: p.pid, argv: p.argv, session: p.startedBy === 'session', ...(p.timeout === undefined ? {} : { timeout: p.timeout }) })),
        ...(manual.length > 0 ? manual.map((p) => p.where) : processes.consulted),
      );
      for (const [at, p] of manual.entries()) fact.at(['manual', String(at)], p.where);
      const served = manual.filter((p) => p.address === undefined || p.address.startsWith('unix:'));
      fact.set(
        'manualSockets',
        served.map((p) => pathOf(p, as)),
        ...(manual.length > 0 ? manual.map((p) => p.where) : processes.consulted),
      );
      for (const p of processes.each) if (p.address?.startsWith('tcp:')) offers.push({ address: p.address, clientCa: p.clientCa, where: p.where });
    } else fact.gap('manual', processes).gap('manualSockets', processes).gap('live', processes);
    const unseen = processes.is === 'unknown' ? processes : (unit.unseen ?? others.unseen ?? unit.unsure ?? others.unsure);
    const groups: readonly [string, (o: Offer) => boolean][] = [
      ['exposed', (o) => !o.clientCa && !isLoopback(o.address)],
      ['loopback', (o) => !o.clientCa && isLoopback(o.address)],
      ['mutualTls', (o) => o.clientCa],
    ];
    const looked = [...unit.consulted, ...others.consulted, ...(processes.is === 'known' ? processes.consulted : [])];
    for (const [field, belongs] of groups) {
      const found = offers.filter(belongs);
      // What was found stands; that there is no more can be said only after seeing everything.
      if (found.length === 0 && unseen) fact.gap(field, unseen);
      else
        fact.set(
          field,
          found.map((o) => o.address),
          ...(found.length > 0 ? found.map((o) => o.where) : looked),
        );
    }
    return fact.build();
  },
});

/** Addresses outside this host's files: of socket units, and of commands. A socket is as closed as the service behind it. */
function offersOf(service: Commands, sockets: readonly Sockets[], own: Commands['commands'] = service.commands): Offer[] {
  const clientCa = service.commands.length > 0 && service.commands.every((c) => c.clientCa);
  const listens = sockets.flatMap((s) => s.listens.filter((l) => l.type === 'tcp' || l.type === 'vsock'));
  const started = own.filter((c) => c.address?.startsWith('tcp:'));
  return [
    ...listens.map((l) => ({ address: l.address, clientCa, where: l.where })),
    ...started.map((c) => ({ address: c.address ?? '', clientCa: c.clientCa, where: c.where })),
  ];
}

const pathOf = (p: ServiceProcess, as: Account): string => p.address?.replace(/^unix:(?:\/\/)?/, '') ?? defaultSocket(as);
