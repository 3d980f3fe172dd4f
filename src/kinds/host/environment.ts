/** Kind `environment`: the variables that steer k3d and Podman, live and as the next login would set them. */

import { type Account, type Asking, stat, together } from '../../facts/ask.ts';
import { envPlace } from '../../facts/asks.ts';
import { type SessionVariable, type SessionVariables, sessionVariables } from '../../facts/environment/session.ts';
import { settingIn, settingShape } from '../../facts/environment/set-in.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { macMarker } from '../../facts/host/mac.ts';
import { parseDockerHost } from '../../facts/k3d/docker-host.ts';
import { defaultSocket } from '../../facts/k3d/engine-endpoint.ts';
import { socketRelation } from '../../facts/k3d/socket-relation.ts';
import { k3dVariables, toldVariables, variableNames } from '../../facts/k3d/variables.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, number, record, type Shape, string } from '../../facts/shape.ts';
import { inQuestion } from '../../facts/source.ts';

const parts = {
  value: string('what a program of the account gets'),
  live: string('the value in the environment of this inspection'),
  persistent: string('the value that the start-up files set'),
  unexpanded: boolean('whether a $ or ` stands in the value where nothing expands it'),
} as const;

const shapes: Record<string, Shape> = Object.fromEntries(toldVariables.map((name) => [name, record(parts, `the variable ${name}`)]));

export const environment = defineKind({
  name: 'environment',
  noun: 'the environment',
  describe:
    'Environment variables that k3d and Podman read, from the live environment and from the files that set them at login. No other variable is looked at.',
  fields: {},
  shape: record({
    ...shapes,
    DOCKER_HOST: record(
      {
        ...parts,
        wellFormed: boolean('whether the docker client can use it'),
        reason: string('what is wrong with it'),
        scheme: string('unix, ssh, tcp, …'),
        user: string('user before the @'),
        host: string('host name or address'),
        port: number('port'),
        path: string('socket path'),
      },
      'the engine that k3d talks to',
    ),
    DOCKER_SOCK: record(
      {
        ...parts,
        absolute: boolean('whether it is an absolute path'),
        hasScheme: boolean('whether it starts with a scheme such as unix://'),
        effective: string('the path that k3d mounts: the value, or /var/run/docker.sock'),
        fits: boolean('whether that path is, on the host of the engine, the socket that DOCKER_HOST names'),
        reason: string('why it does not fit'),
      },
      "the engine's socket path as the engine's own host sees it; k3d mounts it into its tools node",
    ),
    k3d: record(
      {
        set: list(string('NAME=value'), 'the K3D_* variables that are set'),
        places: list(settingShape, 'the same, where they are set'),
        cgroupFixOff: boolean('whether K3D_FIX_CGROUPV2 is set to a false value'),
      },
      'k3d-only variables together',
    ),
  }),
  touches: () => [sessionVariables.of(inQuestion, variableNames), { do: 'stat', path: defaultSocket }, { do: 'stat', path: macMarker }],
  *learn(_, as): Asking<Fact> {
    const variables = yield* sessionVariables(as, variableNames);
    const fact = new FactBuilder();
    for (const variable of variables.values()) if (toldVariables.includes(variable.name)) addVariable(fact, variable);
    addDockerHost(fact, variables);
    yield* addDockerSock(fact, variables, as);
    addK3d(fact, variables);
    return fact.build();
  },
});

function addVariable(fact: FactBuilder, v: SessionVariable): void {
  const at = (part: string): [string, string] => [v.name, part];
  fact.consulted(...v.where).at(v.name, ...v.where);
  fact
    .set(at('value'), v.value, ...v.where)
    .set(at('live'), v.live, { path: envPlace(v.name) })
    .set(at('persistent'), v.persistent, ...v.where);
  if (v.value !== undefined) fact.set(at('unexpanded'), /[$`]/.test(v.value), ...v.where);
  for (const note of v.notes) fact.note(at('value'), note.said, ...note.where);
  if (v.liveGap) fact.gap(at('live'), v.liveGap);
  if (v.gap) fact.gap(v.name, v.gap);
}

function addDockerHost(fact: FactBuilder, variables: SessionVariables): void {
  const v = variables.get('DOCKER_HOST');
  if (v?.value === undefined) return;
  for (const [part, value] of Object.entries(parseDockerHost(v.value))) fact.set(['DOCKER_HOST', part], value, ...v.where);
}

/** k3d pkg/runtimes/docker/docker.go (GetRuntimePath): DOCKER_SOCK, or /var/run/docker.sock when it is empty. */
function* addDockerSock(fact: FactBuilder, variables: SessionVariables, as: Account): Asking<void> {
  const [docker, mac] = yield* together([stat(defaultSocket), stat(macMarker)]);
  const sock = variables.get('DOCKER_SOCK');
  const host = variables.get('DOCKER_HOST');
  if (!docker || !mac || !sock || !host || sock.gap) return;
  const set = (part: string, value: string | boolean | undefined, ...where: readonly Where[]): unknown => fact.set(['DOCKER_SOCK', part], value, ...where);
  set('effective', sock.value ?? defaultSocket, ...sock.where);
  if (sock.value !== undefined) {
    set('absolute', sock.value.startsWith('/'), ...sock.where);
    set('hasScheme', /^[a-z]+:\/\//i.test(sock.value), ...sock.where);
  }
  const gap = (why: Unknown): unknown => fact.gap(['DOCKER_SOCK', 'fits'], why);
  if (host.gap) return void gap(host.gap);
  if (mac.is === 'blocked') return void gap(unknown(mac, macMarker));
  const relation = socketRelation({ sock: sock.value, host: host.value, docker, mac: mac.is === 'got', offline: host.offline, uid: as.uid });
  const where = [...sock.where, ...host.where];
  if (relation.fits === 'unknown') return void gap({ is: 'unknown', why: 'ambiguous', said: relation.reason, where });
  set('fits', relation.fits, ...where);
  if (relation.fits) return;
  fact.note(['DOCKER_SOCK', 'fits'], relation.reason);
  set('reason', relation.reason, ...where);
}

function addK3d(fact: FactBuilder, variables: SessionVariables): void {
  const all = k3dVariables.map((name) => variables.get(name)).filter((v) => v !== undefined);
  const gap = all.find((v) => v.gap)?.gap;
  if (gap) fact.gap(['k3d', 'set'], gap);
  else {
    const set = all.filter((v) => v.value !== undefined);
    const where = set.length > 0 ? set.flatMap((v) => v.where.slice(0, 1)) : [{ path: envPlace('K3D_*') }];
    fact.set(
      ['k3d', 'set'],
      set.map((v) => `${v.name}=${v.value}`),
      ...where,
    );
    fact.set(
      ['k3d', 'places'],
      set.map((v) => settingIn(v.name, v.where[0]?.path ?? '')),
    );
  }
  const fix = variables.get('K3D_FIX_CGROUPV2');
  if (fix?.gap) fact.gap(['k3d', 'cgroupFixOff'], fix.gap);
  // Go's strconv.ParseBool, as k3d pkg/types/fixes reads it: a word it does not know is an error, not a false.
  else fact.set(['k3d', 'cgroupFixOff'], /^(?:0|f|F|false|FALSE|False)$/.test(fix?.value ?? ''), ...(fix?.where ?? []));
}
