/** Kind `machine-ssh`: whether ssh, as k3d starts it, would offer the machine's key. */
import { type Account, type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { commandPlace } from '../../facts/asks.ts';
import { gapOf } from '../../facts/environment/environment.ts';
import { environmentOf } from '../../facts/environment/environment-of.ts';
import { inspection } from '../../facts/environment/inspection.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { isLoopback, parseDockerHost } from '../../facts/k3d/docker-host.ts';
import { defineKind } from '../../facts/kind.ts';
import { connectionFor, learnConnections } from '../../facts/macos/connections.ts';
import { runAs } from '../../facts/macos/run-as.ts';
import { type Pattern, unasked } from '../../facts/pattern.ts';
import { boolean, list, mode, record, string } from '../../facts/shape.ts';
import { inQuestion, source } from '../../facts/source.ts';
import { askSsh, type SshValue } from '../../facts/ssh/effective.ts';
import { identityFiles } from '../../facts/ssh/identity-files.ts';

/** Where the keys of machines lie; a key elsewhere is not looked at. */
const keyPlaces = ['~/.ssh/*', '~/.local/share/containers/podman/machine/*', '~/.local/share/containers/podman/machine/*/*'] as const;

const agentVariable = 'SSH_AUTH_SOCK';

const atKeyPlaces = (asked: (path: string) => Pattern): readonly Pattern[] => unasked('a key at one of these places is tried for all', keyPlaces.map(asked));

export const machineSsh = defineKind({
  name: 'machine-ssh',
  noun: 'SSH to the machine',
  describe:
    'The ssh connection to the podman machine: the host as it is typed, the key that it wants, and the keys that ssh would offer there. It exists when Podman has a connection.',
  fields: {},
  shape: record({
    host: string("the host that is typed: DOCKER_HOST's, else the default connection's"),
    key: string('the private key of the connection'),
    keyExists: boolean('whether that file is there'),
    keyMode: mode('its permission bits'),
    keyOwned: boolean('whether it belongs to the account'),
    offered: list(string('absolute path'), 'the keys that ~/.ssh/config names for the host'),
    offersKey: boolean('whether the key is among them'),
    inAgent: boolean('whether the agent holds the key'),
    gone: list(string('absolute path'), 'machine keys that ~/.ssh/config names for the host and that are not there'),
  }),
  touches: () => [sessionVariables.of(inQuestion, ['DOCKER_HOST']), learnConnections, askSsh, keyFile, heldByAgent],
  *learn(_, as): Asking<Fact> {
    const variables = yield* sessionVariables(as, ['DOCKER_HOST']);
    const host = variables.get('DOCKER_HOST');
    if (host?.gap) return host.gap;
    const connections = yield* learnConnections(as);
    if (connections.is === 'unknown') return connections;
    const used = host?.value === undefined ? undefined : parseDockerHost(host.value);
    const connection = connectionFor(connections.each, used);
    const typed =
      used?.scheme === 'ssh' && used.host
        ? { ...used, where: host?.where ?? [] }
        : connection
          ? { ...connection.address, where: [connection.where] }
          : undefined;
    if (!connection || !typed?.host) return missing(...connections.consulted);
    const fact = new FactBuilder()
      .consulted(...connections.consulted)
      .set('host', typed.host, ...typed.where)
      .set('key', connection.identity, connection.where);
    yield* addKey(fact, connection.identity, as);
    yield* addOffers(
      fact,
      { host: typed.host, ...(typed.user ? { user: typed.user } : {}), ...(typed.port ? { port: typed.port } : {}) },
      connection.identity,
      as,
    );
    return fact.build();
  },
});

/** Whether a path lies where keys are looked at. */
function placed(path: string, as: Account): boolean {
  return keyPlaces.some((place) => {
    const folder = place.replace(/^~/, () => as.home).split('/');
    const parts = path.split('/');
    return folder.length === parts.length && folder.every((part, i) => part === '*' || part === parts[i]) && !parts.includes('..');
  });
}

const outside = (path: string): Unknown => ({
  is: 'unknown',
  why: 'unsupported',
  said: `${path} is outside the places where keys are looked at`,
  where: [{ path }],
});

/** The file of a key at one of the places where keys are looked at. */
const keyFile = source(
  atKeyPlaces((path) => ({ do: 'stat', path })),
  statKey,
);

function* statKey(path: string, _as: Account): Asking<Answer<Stat>> {
  return yield* stat(path);
}

function* addKey(fact: FactBuilder, path: string | undefined, as: Account): Asking<void> {
  if (path === undefined) return;
  const parts = ['keyExists', 'keyMode', 'keyOwned'] as const;
  const gap = (why: Unknown): void => parts.forEach((part) => void fact.gap(part, why));
  if (!placed(path, as)) return gap(outside(path));
  const answer = yield* keyFile(path, as);
  if (answer.is === 'blocked') return gap(unknown(answer, path));
  const end = answer.is === 'got' ? (answer.value.real ?? { is: 'got', value: answer.value }) : answer;
  if (end.is === 'blocked') return gap(unknown(end, path));
  fact.consulted({ path }).set('keyExists', end.is === 'got', { path });
  if (end.is === 'absent') fact.note('keyExists', `${path} is not there`);
  if (end.is === 'got') fact.set('keyMode', end.value.mode, { path }).set('keyOwned', end.value.uid === as.uid, { path });
}

interface Typed {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

function* addOffers(fact: FactBuilder, typed: Typed, key: string | undefined, as: Account): Asking<void> {
  const answer = yield* askSsh(typed, as);
  if ('is' in answer) return void ['offered', 'offersKey', 'gone'].forEach((part) => void fact.gap(part, answer));
  const offered = identityFiles(answer, typed.host, as) ?? [];
  const where: Where[] = offered.length > 0 ? offered.map((o) => o.where) : answer.consulted.map((c) => ({ ...c, said: `names no key for ${typed.host}` }));
  const has = key !== undefined && offered.some((o) => o.value === key);
  fact.set(
    'offered',
    offered.map((o) => o.value),
    ...where,
  );
  const gap = answer.gaps[0];
  if (gap && !has) fact.gap('offersKey', gap);
  else fact.set('offersKey', has, ...where);
  if (gap) fact.gap('offered', gap);
  if (!has && key !== undefined) yield* noteNearMiss(fact, typed, key, offered, as);
  yield* addGone(fact, offered, as);
  const held = yield* heldByAgent(key, as);
  if ('is' in held) fact.gap('inAgent', held);
  else fact.set('inAgent', held.held, ...held.where);
}

/** What stands in place of the key: other keys, or a block for the other loopback name, since ssh compares Host with the name as typed. */
function* noteNearMiss(fact: FactBuilder, typed: Typed, key: string, offered: readonly SshValue[], as: Account): Asking<void> {
  const [first] = offered;
  if (first) fact.note('offersKey', `ssh would offer ${first.value}, and the machine wants ${key}`, first.where);
  if (first || !isLoopback(typed.host)) return;
  for (const name of ['localhost', '127.0.0.1', '::1'].filter((n) => n !== typed.host)) {
    const other = yield* askSsh({ ...typed, host: name }, as);
    if ('is' in other) return;
    const found = identityFiles(other, name, as)?.find((o) => o.value === key || /podman-machine|\/machine\//.test(o.value));
    if (!found) continue;
    fact.note('offersKey', `${found.value} is named for ${name}, but the address says ${typed.host}, and ssh does not treat them as one`, found.where);
    return;
  }
}

function* addGone(fact: FactBuilder, offered: readonly SshValue[], as: Account): Asking<void> {
  const machineKeys = offered.filter((o) => /podman-machine|\/podman\/machine\//.test(o.value));
  const seen = yield* together(machineKeys.filter((o) => placed(o.value, as)).map((o) => there(o, as)));
  const blocked = seen.find((s) => s.answer.is === 'blocked');
  if (blocked?.answer.is === 'blocked') return void fact.gap('gone', unknown(blocked.answer, blocked.offer.value));
  const gone = seen.filter((s) => s.answer.is === 'absent').map((s) => s.offer);
  fact.set(
    'gone',
    gone.map((g) => g.value),
    ...gone.map((g) => g.where),
  );
}

function* there(offer: SshValue, as: Account): Asking<{ offer: SshValue; answer: Answer<unknown> }> {
  return { offer, answer: yield* keyFile(offer.value, as) };
}

/** Whether the agent holds a key, compared by the public part; without an agent there are none. */
const heldByAgent = source(
  [...atKeyPlaces((path) => ({ do: 'read', path: `${path}.pub` })), inspection.of([agentVariable]), { do: 'run', argv: ['ssh-add', '-L'], asUser: true }],
  learnHeld,
);

function* learnHeld(key: string | undefined, as: Account): Asking<{ readonly held: boolean; readonly where: readonly Where[] } | Unknown> {
  const environment = yield* environmentOf({ inspection: true }, [agentVariable]);
  const gap = gapOf(environment, agentVariable);
  if (gap) return gap;
  if (!environment.variables.has(agentVariable)) return { held: false, where: environment.looked.map((w) => ({ said: 'no agent', ...w })) };
  const where: Where = { path: commandPlace(['ssh-add', '-L']) };
  const keys = yield* runAs(['ssh-add', '-L'], as);
  if (keys.is === 'absent') return { held: false, where: [{ ...where, said: 'no ssh-add' }] };
  // Status 1 is an empty agent, 2 one that does not answer (ssh-add(1)).
  if (keys.is === 'blocked' || keys.value.exit > 1)
    return unknown(keys.is === 'blocked' ? keys : { is: 'blocked', why: 'failed', said: `exit ${keys.value.exit}` }, where.path);
  if (keys.value.exit === 1 || key === undefined) return { held: false, where: [where] };
  if (!placed(key, as)) return outside(key);
  const path = `${key}.pub`;
  const open = yield* read(path);
  const blob = open.is === 'got' ? open.value.trim().split(/\s+/)[1] : undefined;
  if (blob === undefined) return unknown(open.is === 'blocked' ? open : { is: 'blocked', why: 'failed', said: 'no public key to compare with' }, path);
  return { held: keys.value.stdout.split('\n').some((line) => line.split(/\s+/)[1] === blob), where: [where] };
}
