/**
 * The lines in which K3s logs what it starts each component with: `msg="Running kubelet --address=0.0.0.0 …"`
 * (k3s-io/k3s:pkg/daemons/control/server.go, pkg/daemons/agent/agent.go), once for each start.
 */
import { type Answer, type Asking, type Output, run } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { source, type Touches } from '../source.ts';

/** Arguments by name; one that is given several times has all its values. */
export type Arguments = ReadonlyMap<string, readonly string[]>;

export interface Logged {
  readonly is: 'logged';
  /** By component. */
  readonly started: ReadonlyMap<string, Arguments>;
  readonly where: Where;
}

/** Nothing was logged, as far as the journal goes back, or there is no journal. */
export interface Silent {
  readonly is: 'silent';
  readonly said: string;
  readonly where: Where;
}

const usual = ['k3s', 'k3s-agent'];
const argvOf = (units: readonly string[]): string[] => [
  ...['journalctl', '--no-pager', '-b', '-o', 'cat'],
  ...units.flatMap((unit) => ['-u', unit]),
  ...['-g', 'msg="Running (kube|cloud-)[a-z-]+ --'],
];

const touches: Touches = [
  { do: 'run', argv: argvOf(usual) },
  { do: 'run', argv: argvOf(['*']), later: true },
];

/** The last start of each component in the current boot, by the journal of the unit, or of those that K3s is usually installed with. */
export const lastStarts = source(touches, learnStarts);

function* learnStarts(unit?: string): Asking<Logged | Silent | Unknown> {
  const stem = unit?.replace(/\.service$/, '');
  const argv = argvOf(stem === undefined || usual.includes(stem) ? usual : [stem]);
  return startsIn(yield* run(argv), { path: commandPlace(argv) });
}

function startsIn(answer: Answer<Output>, where: Where): Logged | Silent | Unknown {
  if (answer.is === 'absent') return { is: 'silent', said: 'there is no journalctl', where };
  if (answer.is === 'blocked') return unknown(answer, where.path);
  const { stdout, stderr } = answer.value;
  const started = new Map<string, Arguments>();
  for (const line of stdout.split('\n')) {
    const [, component, rest] = /\bmsg="Running ((?:kube|cloud-)[a-z-]+) (--(?:[^"\\]|\\.)*)"/.exec(line) ?? [];
    if (component !== undefined && rest !== undefined) started.set(componentNamed(component), argumentsIn(rest));
  }
  if (started.size > 0) return { is: 'logged', started, where };
  // journalctl shows others nothing of the system, and says so beside an empty answer.
  if (/not seeing messages|insufficient permissions|permission denied/i.test(stderr))
    return { is: 'unknown', why: 'denied', said: 'permission denied: the journal of the system', where: [where] };
  return { is: 'silent', said: 'the journal of this boot has no line of its start', where };
}

/** The cloud controller is logged under the name of its program. */
const componentNamed = (name: string): string => (name === 'cloud-controller-manager' ? 'kube-cloud-controller-manager' : name);

/** Arguments as they are logged: with a blank between two, and no quotes around those that hold one. */
function argumentsIn(text: string): Arguments {
  const found = new Map<string, string[]>();
  const bare = text.replace(/\\(["\\])/g, '$1');
  for (const part of ` ${bare}`.split(/ --(?=[a-z])/).slice(1)) {
    const at = part.indexOf('=');
    const name = at < 0 ? part.trim() : part.slice(0, at);
    addTo(found, name, at < 0 ? 'true' : part.slice(at + 1).trimEnd());
  }
  return found;
}
