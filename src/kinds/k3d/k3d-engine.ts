/** Kind `k3d-engine`: the container engine that k3d would use, and whether Podman answers there. */

import { type Account, type Asking, get, stat } from '../../facts/ask.ts';
import { socketPlace } from '../../facts/asks.ts';
import { sessionVariables } from '../../facts/environment/session.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import type { DockerHost } from '../../facts/k3d/docker-host.ts';
import { learnEndpoint } from '../../facts/k3d/engine-endpoint.ts';
import { defineKind } from '../../facts/kind.ts';
import { glob, type Pattern, unasked } from '../../facts/pattern.ts';
import { boolean, number, record, says, string, version } from '../../facts/shape.ts';
import { inQuestion, type Touches } from '../../facts/source.ts';

/** Where sockets are looked at. A DOCKER_HOST that names any other path is not followed: its socket stays unknown. */
const socketPlaces: readonly string[] = [
  '/run/*.sock',
  '/run/*/*.sock',
  '/run/user/*/*.sock',
  '/run/user/*/*/*.sock',
  '/var/run/*.sock',
  '/var/run/*/*.sock',
  '/tmp/*.sock',
  '/tmp/*/*.sock',
  '/var/folders/*/*/T/podman/*.sock',
  '~/.local/share/containers/podman/machine/*.sock',
  '~/.local/share/containers/podman/machine/*/*.sock',
];

const names = ['DOCKER_HOST', 'DOCKER_CONTEXT'];

const touches: Touches = [
  sessionVariables.of(inQuestion, names),
  learnEndpoint,
  ...unasked(
    'a socket at some of these places is tried for all of them',
    socketPlaces.flatMap((path): Pattern[] => [
      { do: 'stat', path },
      { do: 'get', socket: path, path: '/_ping' },
    ]),
  ),
];

export const k3dEngine = defineKind({
  name: 'k3d-engine',
  noun: 'the engine that k3d would use',
  describe: "The engine that k3d's docker client reaches from the environment of the account: DOCKER_HOST, a docker context, or /var/run/docker.sock.",
  fields: {},
  shape: record({
    by: string('what names the engine', ['DOCKER_HOST', 'context', 'default']),
    context: string('the docker context that decides, other than default'),
    wellFormed: boolean('whether the address can be understood'),
    reason: string('what is wrong with the address'),
    scheme: string('unix, ssh, tcp, …'),
    user: string('the user of an ssh address'),
    host: string('the host of an ssh or tcp address'),
    port: number('the port of an ssh or tcp address'),
    path: string('the socket path'),
    rootless: says(boolean('whether the address is that of a rootless engine'), { no: 'k3d would use the engine of root' }),
    foreign: boolean('whether the socket belongs to an account that is neither root nor the account in question'),
    socket: record(
      {
        exists: boolean('whether a socket is there'),
        podman: boolean('whether Podman answers there (the header Libpod-Api-Version)'),
        version: version("Podman's version, as the answer has it"),
      },
      'the socket of a unix address',
    ),
  }),
  touches: () => touches,
  *learn(_, as): Asking<Fact> {
    const variables = yield* sessionVariables(as, names);
    const endpoint = yield* learnEndpoint(variables, as);
    if ('is' in endpoint) return endpoint;
    const fact = new FactBuilder()
      .consulted(...endpoint.where)
      .set('by', endpoint.by, ...endpoint.where)
      .set('context', endpoint.context, ...endpoint.where);
    const { address } = endpoint;
    if (!address) return unusable(fact, `the docker context ${endpoint.context ?? ''} decides where k3d connects to`, endpoint.where);
    for (const [key, value] of Object.entries(address)) fact.set(key, value, ...endpoint.where);
    if (!address.wellFormed) return unusable(fact, address.reason ?? 'it cannot be understood', endpoint.where);
    fact.set('rootless', isRootless(address), ...endpoint.where);
    if (address.scheme === 'unix') yield* learnSocket(fact, address.path ?? '', endpoint.where, as, variables.get('DOCKER_HOST')?.offline ?? false);
    return fact.build();
  },
});

function unusable(fact: FactBuilder, reason: string, where: readonly Where[]): Fact {
  return fact
    .set('wellFormed', false, ...where)
    .set('reason', reason, ...where)
    .note('wellFormed', reason)
    .build();
}

/** Rootless engines listen under /run/user; over ssh the login decides. A socket elsewhere may be either, docker.sock by where it leads. */
function isRootless(address: DockerHost): boolean | undefined {
  if (address.scheme === 'ssh' && address.user !== undefined) return address.user !== 'root';
  const path = address.path ?? '';
  if (/^(?:\/var)?\/run\/user\/\d+\//.test(path)) return true;
  return /^(?:\/var)?\/run\/podman\/podman\.sock$/.test(path) ? false : undefined;
}

function* learnSocket(fact: FactBuilder, path: string, where: readonly Where[], as: Account, offline: boolean): Asking<void> {
  const uid = /^(?:\/var)?\/run\/user\/(\d+)\//.exec(path)?.[1];
  if (uid !== undefined) setForeign(fact, path, Number(uid), as.uid, where);
  const gap = (why: Unknown): unknown => fact.gap('socket', why) && (uid === undefined ? fact.gap('foreign', why) : fact);
  if (offline) return void gap({ is: 'unknown', why: 'unsupported', said: `nothing runs here, so ${path} cannot be there to look at`, where });
  if (path.split('/').includes('..') || !socketPlaces.some((place) => glob(place, as)(path))) {
    return void gap({ is: 'unknown', why: 'unsupported', said: `${path} is outside the places where sockets are looked at`, where });
  }
  const answer = yield* stat(path);
  if (answer.is === 'blocked') return void gap(unknown(answer, path));
  const end = answer.is === 'got' ? (answer.value.real ?? { is: 'got', value: { ...answer.value, path } }) : answer;
  if (end.is === 'blocked') return void gap(unknown(end, path));
  const link = answer.is === 'got' && answer.value.target !== undefined ? `leads to ${answer.value.target}` : undefined;
  const here: Where = { path, ...(link ? { said: link } : {}) };
  const exists = end.is === 'got' && end.value.type === 'socket';
  fact
    .consulted(here)
    .set(['socket', 'exists'], exists, ...where, { ...here, said: exists ? (link ?? 'a socket') : end.is === 'got' ? `a ${end.value.type}` : 'not there' });
  if (!exists || end.is !== 'got') return void fact.note(['socket', 'exists'], end.is === 'got' ? `${path} is a ${end.value.type}` : `${path} is not there`);
  const real = /^\/run\/user\/(\d+)\//.exec(end.value.path)?.[1];
  if (real !== undefined) fact.set('rootless', true, here);
  else if (/^(?:\/var)?\/run\/docker\.sock$/.test(path)) fact.set('rootless', false, here);
  if (uid === undefined) setForeign(fact, path, end.value.uid, as.uid, [here]);
  yield* ping(fact, path);
}

/** The socket of root's engine is for everybody who is let in; that of another user is a mistake. */
function setForeign(fact: FactBuilder, path: string, owner: number, uid: number, where: readonly Where[]): void {
  const foreign = owner !== 0 && owner !== uid;
  fact.set('foreign', foreign, ...where);
  if (foreign) fact.note('foreign', `${path} is of uid ${owner}, not of ${uid}`);
}

function* ping(fact: FactBuilder, path: string): Asking<void> {
  const at: Where = { path: socketPlace(path) };
  const pong = yield* get(path, '/_ping');
  if (pong.is !== 'got') {
    const why = pong.is === 'absent' ? ({ is: 'blocked', why: 'failed', said: 'nothing answers' } as const) : pong;
    fact.gap(['socket', 'podman'], unknown(why, at.path)).gap(['socket', 'version'], unknown(why, at.path));
    return;
  }
  const found = pong.value.headers['libpod-api-version'];
  fact.set(['socket', 'podman'], found !== undefined, {
    ...at,
    said: found === undefined ? 'answers without Libpod-Api-Version' : `Libpod-Api-Version ${found}`,
  });
  fact.set(['socket', 'version'], found, at);
}
