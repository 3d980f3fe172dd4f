/** Kind `podman-version`: the version of Podman on the side that serves the API. */
import { type Asking, run, stat, together } from '../../facts/ask.ts';
import { commandPlace, envPlace } from '../../facts/asks.ts';
import { gapOf } from '../../facts/environment/environment.ts';
import { environmentOf } from '../../facts/environment/environment-of.ts';
import { inspection } from '../../facts/environment/inspection.ts';
import { type Fact, FactBuilder, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { macMarker, onMac } from '../../facts/host/mac.ts';
import { seeTool, toolVersion } from '../../facts/host/tool-version.ts';
import { defineKind } from '../../facts/kind.ts';
import { defaultSocket } from '../../facts/podman/socket-unit.ts';
import { ranBefore } from '../../facts/podman/store.ts';
import { whoAnswers } from '../../facts/podman/who-answers.ts';
import { record, string, version } from '../../facts/shape.ts';
import { parseJson } from '../../facts/text/json.ts';
import { plain } from '../../facts/text/node.ts';

const hostVariable = 'CONTAINER_HOST';
const clientArgv = ['podman', 'version', '--format', 'json'];
/** A Podman that is told to be remote makes no store of its own; on a Mac it always is. */
const remoteArgv = ['podman', '--remote', 'version', '--format', 'json'];

/** What `podman --version` prints is the client; it is the server too only where no other machine serves. */
export const podmanVersion = defineKind({
  name: 'podman-version',
  noun: "the API's Podman",
  absent: 'no Podman is installed, and none answers',
  describe: "The version of Podman that serves an account: the running API's, else that of the local program unless another machine serves.",
  fields: {},
  shape: record({
    version: version('version of the engine'),
    source: string('who told it', ['server', 'program']),
    answeredBy: string('who answers on the engine socket, when something does', ['podman', 'docker', 'other']),
  }),
  touches: () => [
    whoAnswers,
    seeTool.of('podman'),
    { do: 'stat', path: macMarker },
    inspection.of([hostVariable]),
    { do: 'run', argv: clientArgv, ...onMac },
    { do: 'run', argv: remoteArgv, ifThere: ranBefore(false) },
  ],
  *learn(_, as): Asking<Fact> {
    const socket = defaultSocket(as);
    const [answering, local, mac, environment] = yield* together([
      whoAnswers(socket),
      toolVersion('podman'),
      stat(macMarker),
      environmentOf({ inspection: true }, [hostVariable]),
    ]);
    const fact = new FactBuilder();
    if (answering.is === 'answers') {
      fact.set('answeredBy', answering.who, answering.where).consulted(answering.where);
      if (answering.who === 'podman' && answering.version !== undefined) {
        fact.set('version', answering.version, answering.versionAt).set('source', 'server', answering.versionAt);
        if (local.is === 'known' && local.version !== answering.version) fact.note('version', `the local program is ${local.version}`, local.where);
        return fact.build();
      }
    }
    if (answering.is === 'unknown') return fact.gap('version', answering).gap('source', answering).gap('answeredBy', answering).build();
    const hidden = mac.is === 'blocked' ? unknown(mac, macMarker) : gapOf(environment, hostVariable);
    if (hidden) return fact.gap('version', hidden).gap('source', hidden).build();
    if (mac.is === 'got' || (environment.variables.get(hostVariable)?.value ?? '') !== '')
      return yield* remote(
        fact,
        mac.is === 'got' ? clientArgv : remoteArgv,
        mac.is === 'got'
          ? { path: macMarker, said: 'macOS: the engine is in a virtual machine' }
          : { path: envPlace(hostVariable), said: 'the engine is elsewhere' },
      );
    if (local.is === 'absent') return answering.is === 'answers' ? fact.build() : missing(...local.consulted);
    if (local.is === 'unknown')
      return fact
        .gap('version', local)
        .gap('source', local)
        .consulted(...local.where)
        .build();
    return fact.consulted(local.where).set('version', local.version, local.where).set('source', 'program', local.where).build();
  },
});

/** `podman version --format json` has a Server part only when a server answered. */
function* remote(fact: FactBuilder, argv: readonly string[], because: Where): Asking<Fact> {
  const where = { path: commandPlace(argv) };
  const answer = yield* run(argv);
  const told = answer.is === 'got' && answer.value.exit === 0 ? serverVersion(answer.value.stdout) : undefined;
  if (told !== undefined) return fact.consulted(where).set('version', told, where).set('source', 'server', where).build();
  const why: Unknown =
    answer.is === 'blocked'
      ? unknown(answer, where.path)
      : { is: 'unknown', why: 'failed', said: 'only the version of the client can be told, not that of the engine', where: [because, where] };
  return fact.consulted(because, where).gap('version', why).gap('source', why).build();
}

function serverVersion(text: string): string | undefined {
  const parsed = parseJson(text);
  const value = parsed.is === 'parsed' ? (plain(parsed.root) as { Server?: { Version?: unknown } } | null) : null;
  const version = value?.Server?.Version;
  return typeof version === 'string' && /^v?\d/.test(version) ? version : undefined;
}
