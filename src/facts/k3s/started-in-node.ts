/**
 * How K3s is started in a container, such as a node of k3d: no service does, and process 1 is an init program or the
 * entrypoint of k3d, with the arguments of K3s behind it (k3d-io/k3d:pkg/types/fixes/assets/k3d-entrypoint.sh). K3s
 * itself hides its own, so that as process 1 it tells nothing.
 */
import { type Asking, env, read, together } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { EnvironmentBuilder } from '../environment/environment.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { source, type Touches } from '../source.ts';
import { type CommandLine, commandLine } from './command-arguments.ts';
import { configVariable, variables } from './flag-table.ts';
import type { NotStarted, Start } from './started-by.ts';

const path = '/proc/1/cmdline';
const wanted = [...new Set([configVariable, ...Object.values(variables)])];

const touches: Touches = [{ do: 'read', path, later: true }, ...wanted.map((name) => ({ do: 'env' as const, name, later: true as const }))];

/** Programs that only start another one and wait for it. */
const inits = /^(?:docker-init|podman-init|catatonit|tini|dumb-init|sh|busybox)$/;

/** What process 1 of a container starts. The variables are those of the container, which who inspects it from within shares. */
export const startOfNode = source(touches, readStartOfNode);

function* readStartOfNode(): Asking<Start | NotStarted | Unknown> {
  const text = yield* read(path);
  if (text.is === 'blocked') return text.why === 'unsupported' ? { is: 'not-started', consulted: [{ path }] } : unknown(text, path);
  const command = text.is === 'got' ? commandIn(text.value.replace(/\0$/, '').split('\0'), { path }) : undefined;
  if (!command) return { is: 'not-started', consulted: [{ path }] };
  const answers = yield* together(wanted.map((name) => env(name)));
  const environment = new EnvironmentBuilder();
  for (const [at, name] of wanted.entries()) {
    const answer = answers[at];
    const where = { path: envPlace(name) };
    if (answer?.is === 'got') environment.set(name, answer.value, [where]);
    else if (answer?.is === 'blocked') environment.unsure(name, unknown(answer, where.path));
  }
  return { is: 'started', file: path, command, environment: environment.build() };
}

function commandIn(words: readonly string[], where: Where): CommandLine | undefined {
  const at = words.findIndex((word) => !word.startsWith('-') && !inits.test(word.replace(/^.*\//, '')));
  const program = words[at] ?? '';
  const started = at > 0 || program.endsWith('/k3d-entrypoint.sh');
  return started && /(?:^|\/)(?:k3d-entrypoint\.sh|k3s)$/.test(program) ? commandLine(['k3s', ...words.slice(at + 1)], where) : undefined;
}
