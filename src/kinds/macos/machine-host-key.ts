/** Kind `machine-host-key`: whether ssh would ask about, or refuse, the host key of the machine. */
import { type Account, type Answer, type Asking, type Output, read, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { onMac } from '../../facts/host/mac.ts';
import { isLoopback, parseDockerHost } from '../../facts/k3d/docker-host.ts';
import { defineKind } from '../../facts/kind.ts';
import { type Connection, connectionFor, learnConnections } from '../../facts/macos/connections.ts';
import { type KnownKey, keysOf, lookupName } from '../../facts/macos/known-hosts.ts';
import { learnMachines, machineFor } from '../../facts/macos/machines.ts';
import { runAs } from '../../facts/macos/run-as.ts';
import { boolean, record, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';
import { askSsh, type SshAnswer } from '../../facts/ssh/effective.ts';

const ownFiles = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'] as const;
const systemFiles = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'] as const;
const keyFiles = ['ed25519', 'ecdsa', 'rsa'].map((t) => `/etc/ssh/ssh_host_${t}_key.pub`);

export const machineHostKey = defineKind({
  name: 'machine-host-key',
  noun: "the machine's host key",
  describe: 'What ssh knows of the host key of the podman machine under the name and port that are used. It exists when Podman has a connection.',
  fields: {},
  shape: record({
    name: string('the name that ssh looks up: [127.0.0.1]:53685'),
    known: boolean('a known_hosts file names a key for it, or ssh does not look'),
    strict: string('StrictHostKeyChecking: ask when unset', ['yes', 'no', 'off', 'ask', 'accept-new']),
    conflict: boolean("the keys named for it are none of the machine's: another machine had the port before"),
  }),
  touches: () => [
    sessionVariables.of(inQuestion, ['DOCKER_HOST']),
    learnConnections,
    askSsh,
    learnMachines,
    ...[...ownFiles, ...systemFiles].map((path) => ({ do: 'read' as const, path })),
    { do: 'run', argv: ['ssh-keygen', '-F', '*'], asUser: true },
    { do: 'run', argv: ['podman', 'machine', 'ssh', '*', 'cat', ...keyFiles], asUser: true, ...onMac },
  ],
  *learn(_, as): Asking<Fact> {
    const host = (yield* sessionVariables(as, ['DOCKER_HOST'])).get('DOCKER_HOST');
    if (host?.gap) return host.gap;
    const connections = yield* learnConnections(as);
    if (connections.is === 'unknown') return connections;
    const used = host?.value === undefined ? undefined : parseDockerHost(host.value);
    const connection = connectionFor(connections.each, used);
    const typed = used?.scheme === 'ssh' && used.host ? used : connection?.address;
    if (!connection || !typed?.host) return missing(...connections.consulted);
    const ssh = yield* askSsh({ host: typed.host, ...(typed.user ? { user: typed.user } : {}), ...(typed.port ? { port: typed.port } : {}) }, as);
    if ('is' in ssh) return ssh;
    const setting = (key: string): string | undefined => ssh.settings.get(key)?.[0]?.value;
    const port = Number(setting('port') ?? 22);
    const name = setting('hostkeyalias') ?? lookupName(ssh.hostname, port);
    const fact = new FactBuilder().consulted(connection.where).set('name', name, connection.where);
    setStrict(fact, ssh);
    yield* setKnown(fact, { name, hostname: ssh.hostname, ssh, connection }, as);
    return fact.build();
  },
});

function setStrict(fact: FactBuilder, ssh: SshAnswer): void {
  const strict = ssh.settings.get('stricthostkeychecking')?.[0];
  const value = strict?.value.toLowerCase() ?? 'ask';
  const tidy = value === 'true' ? 'yes' : value === 'false' ? 'no' : value;
  if (!strict && ssh.gaps[0]) fact.gap('strict', ssh.gaps[0]);
  else fact.set('strict', tidy, ...(strict ? [strict.where] : ssh.consulted.map((c) => ({ ...c, said: 'StrictHostKeyChecking is not set: ask' }))));
}

interface Question {
  readonly name: string;
  readonly hostname: string;
  readonly ssh: SshAnswer;
  readonly connection: Connection;
}

function* setKnown(fact: FactBuilder, { name, hostname, ssh, connection }: Question, as: Account): Asking<void> {
  const both = (why: Unknown): unknown => fact.gap('known', why).gap('conflict', why);
  const local = ssh.settings.get('nohostauthenticationforlocalhost')?.[0];
  if (local && /^(?:yes|true)$/i.test(local.value) && isLoopback(hostname))
    return void fact.set('known', true, local.where).set('conflict', false, local.where);
  const own = ssh.settings.get('userknownhostsfile')?.[0];
  const wanted = own ? own.value.split(/\s+/).map((p) => p.replace(/^~(?=\/)/, () => as.home)) : ownFiles.map((p) => p.replace('~', () => as.home));
  const plain = [...ownFiles.map((p) => p.replace('~', () => as.home)), ...systemFiles];
  const strange = wanted.find((p) => p !== '/dev/null' && p !== 'none' && !plain.includes(p));
  if (strange)
    return void both({
      is: 'unknown',
      why: 'unsupported',
      said: `${strange} is outside the places where known hosts are looked at`,
      where: own ? [own.where] : [],
    });
  const paths = [...wanted.filter((p) => plain.includes(p)), ...systemFiles];
  const texts = (yield* together(paths.map((p) => read(p)))) as Answer<string>[];
  const found: { key: KnownKey; where: Where }[] = [];
  let hashed = 0;
  for (const [at, text] of texts.entries()) {
    const path = paths[at] ?? '';
    if (text.is === 'blocked') return void both(unknown(text, path));
    const seen = keysOf(text.is === 'got' ? text.value : '', name);
    hashed += seen.hashed;
    found.push(...seen.keys.map((key) => ({ key, where: { path, line: key.line } })));
  }
  if (found.length === 0 && hashed > 0) {
    const told = yield* hashedKeys(name, as);
    if ('is' in told) return void both(told);
    found.push(...told);
  }
  if (found.length === 0)
    return void fact
      .set('known', false, ...paths.map((path) => ({ path, said: `no key for ${name}` })))
      .set('conflict', false, ...paths.map((path) => ({ path })));
  fact.set('known', true, ...found.map((f) => f.where));
  yield* setConflict(fact, found, connection, as);
}

/** Hashed names can only be compared by the program that hashed them. */
function* hashedKeys(name: string, as: Account): Asking<{ key: KnownKey; where: Where }[] | Unknown> {
  const argv = ['ssh-keygen', '-F', name];
  const where = { path: commandPlace(argv) };
  const answer: Answer<Output> = yield* runAs(argv, as);
  if (answer.is !== 'got')
    return unknown(
      answer.is === 'blocked' ? answer : { is: 'blocked', why: 'failed', said: 'known_hosts is hashed, and there is no ssh-keygen to ask' },
      where.path,
    );
  // Status 1 without a word means "not found" (ssh-keygen(1)).
  if (answer.value.exit !== 0)
    return answer.value.exit === 1 && answer.value.stderr.trim() === ''
      ? []
      : unknown({ is: 'blocked', why: 'failed', said: `exit ${answer.value.exit}` }, where.path);
  return answer.value.stdout.split('\n').flatMap((line) => {
    const [, type, key] = line.split(' ');
    return line.startsWith('#') || type === undefined || key === undefined ? [] : [{ key: { type, key, line: 0, revoked: false }, where }];
  });
}

/** A key of the machine among those named is no conflict, whatever stands beside it. */
function* setConflict(fact: FactBuilder, found: readonly { key: KnownKey; where: Where }[], connection: Connection, as: Account): Asking<void> {
  const machines = yield* learnMachines(as);
  const machine = machines.is === 'known' ? machineFor(machines.each, connection.name) : undefined;
  if (machines.is === 'unknown') return void fact.gap('conflict', machines);
  if (machine?.running !== true) {
    const where = machine ? [machine.where] : machines.consulted;
    return void fact.gap('conflict', { is: 'unknown', why: 'failed', said: 'the machine does not run, so its key cannot be compared', where });
  }
  const argv = ['podman', 'machine', 'ssh', machine.name, 'cat', ...keyFiles];
  const where = { path: commandPlace(argv) };
  const answer: Answer<Output> = yield* runAs(argv, as);
  const keys = answer.is === 'got' ? answer.value.stdout.split('\n').flatMap((l) => (/^(?:ssh|ecdsa)-\S+ \S+/.test(l) ? [l.split(' ')[1]] : [])) : [];
  if (keys.length === 0) {
    const why =
      answer.is === 'got'
        ? ({ is: 'blocked', why: 'failed', said: 'no host key was printed' } as const)
        : answer.is === 'blocked'
          ? answer
          : ({ is: 'blocked', why: 'failed' } as const);
    return void fact.gap('conflict', unknown(why, where.path));
  }
  const fits = found.some((f) => keys.includes(f.key.key) && !f.key.revoked);
  fact.set('conflict', !fits, ...found.map((f) => ({ ...f.where, said: fits ? 'a key of the machine' : "none of the machine's keys" })), where);
}
