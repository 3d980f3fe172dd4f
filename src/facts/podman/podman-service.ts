/** Kind `podman-service`: API services of an account that were started by hand, and TCP addresses the API is offered on. */
import { type Asking, together } from '../ask.ts';
import { type Fact, FactBuilder, type Json, type Where } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { boolean, list, number, record, string } from '../shape.ts';
import { processTouches, type ServiceCommand, type ServiceProcesses, serviceCommand, serviceProcesses } from './service-processes.ts';
import { isLoopback, type SocketUnit, socketUnit, socketUnitTouches } from './socket-unit.ts';

interface Offer {
  readonly address: string;
  readonly clientCa: boolean;
  readonly where: Where;
}

const addresses = (describe: string) => list(string('the address'), describe);

export const podmanService: Kind = {
  name: 'podman-service',
  noun: 'the API service',
  describe: "An account's API service: processes started by hand, and TCP addresses it listens on by unit, by command or by a running process.",
  fields: {},
  shape: record({
    live: boolean('processes can be seen; false on an image, where nothing runs'),
    manual: list(
      record({
        pid: number('process id'),
        argv: string('the command line'),
        timeout: number('idle time-out given, in seconds; 0 is unlimited'),
        session: boolean('it belongs to a login session and ends with it'),
      }),
      'service processes that podman.service did not start',
    ),
    exposed: addresses('TCP addresses other hosts can reach, without a client certificate'),
    loopback: addresses('TCP addresses of this host alone, without a client certificate'),
    mutualTls: addresses('TCP addresses that demand a client certificate'),
  }),
  touches: () => [...socketUnitTouches, ...processTouches],
  *learn(_, as): Asking<Fact> {
    const [unit, processes] = (yield* together<unknown>([socketUnit(as), serviceProcesses(as.uid)])) as [SocketUnit, ServiceProcesses];
    const fact = new FactBuilder().consulted(...unit.consulted);
    // A drop-in that could not be seen may take an address away again.
    const offers = unit.unseen ? [] : offersOf(unit);
    if (processes.is === 'known') {
      fact.consulted(...processes.consulted).set('live', processes.live, ...processes.consulted);
      const manual = processes.each.filter((p) => p.startedBy !== 'unit');
      fact.set(
        'manual',
        manual.map((p): Json => ({ pid: p.pid, argv: p.argv, session: p.startedBy === 'session', ...(p.timeout === undefined ? {} : { timeout: p.timeout }) })),
        ...(manual.length > 0 ? manual.map((p) => p.where) : processes.consulted),
      );
      for (const [at, p] of manual.entries()) fact.at(['manual', String(at)], p.where);
      for (const p of processes.each) if (p.address?.startsWith('tcp:')) offers.push({ address: p.address, clientCa: p.clientCa, where: p.where });
    } else fact.gap('manual', processes).gap('live', processes);
    const unseen = processes.is === 'unknown' ? processes : unit.unseen;
    const groups: readonly [string, (o: Offer) => boolean][] = [
      ['exposed', (o) => !o.clientCa && !isLoopback(o.address)],
      ['loopback', (o) => !o.clientCa && isLoopback(o.address)],
      ['mutualTls', (o) => o.clientCa],
    ];
    const looked = [...unit.consulted, ...(processes.is === 'known' ? processes.consulted : [])];
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
};

function offersOf(unit: SocketUnit): Offer[] {
  const commands = unit.commands
    .map((c) => ({ ...c, command: serviceCommand(c.argv.split(/\s+/)) }))
    .filter((c): c is typeof c & { command: ServiceCommand } => c.command !== undefined);
  const clientCa = commands.some((c) => c.command.clientCa);
  const listens = unit.listens.filter((l) => l.type === 'tcp').map((l) => ({ address: l.address, clientCa, where: l.where }));
  const started = commands
    .filter((c) => c.command.address?.startsWith('tcp:'))
    .map((c) => ({ address: c.command.address ?? '', clientCa: c.command.clientCa, where: c.where }));
  return [...listens, ...started];
}
