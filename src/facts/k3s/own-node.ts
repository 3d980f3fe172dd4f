/**
 * What the API server knows of this node: the arguments that K3s was started with (annotation k3s.io/node-args, secrets
 * left out: k3s-io/k3s:pkg/nodeconfig/nodeconfig.go), and what its kubelet has in force (configz).
 */
import { type Answer, type Asking, type Output, read, run } from '../ask.ts';
import { commandPlace } from '../asks.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { addTo } from '../grouped.ts';
import { source } from '../source.ts';
import { flagNamed, isBooleanFlag } from './flag-table.ts';
import type { Arguments } from './journal-lines.ts';

export interface OwnNode {
  readonly is: 'node';
  /** What K3s was started with; undefined where the annotation is not there. */
  readonly args?: Arguments;
  /** Settings of the kubelet, as KubeletConfiguration has them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly where: { readonly args: Where; readonly settings: Where };
}

const hostname = '/proc/sys/kernel/hostname';
const kubectl = ['k3s', 'kubectl', 'get'];
const annotations =
  '{range .items[*]}{.metadata.name}{"\\t"}{.metadata.annotations.k3s\\.io/hostname}{"\\t"}{.metadata.annotations.k3s\\.io/node-args}{"\\n"}{end}';
const nodes = [...kubectl, 'nodes', '-o', `jsonpath=${annotations}`];
const configz = (node: string): string[] => [...kubectl, '--raw', `/api/v1/nodes/${node}/proxy/configz`];

/** This node, asked of the API server with the kubeconfig that K3s keeps for root. */
export const ownNode = source(
  [
    { do: 'read' as const, path: hostname },
    { do: 'run' as const, argv: nodes },
    { do: 'run' as const, argv: configz('*'), later: true as const },
  ],
  learnNode,
);

function* learnNode(): Asking<OwnNode | Unknown> {
  const name = yield* read(hostname);
  if (name.is !== 'got') return name.is === 'blocked' ? unknown(name, hostname) : refused(hostname, 'the host has no name');
  const place = commandPlace(nodes);
  const listed = textIn(yield* run(nodes), place);
  if (typeof listed !== 'string') return listed;
  const own = listed
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, host]) => host === name.value.trim());
  const [node = '', , args = ''] = own ?? [];
  // Names of nodes are those of DNS: nothing else may become a part of the path.
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(node)) return refused(place, `no node of the cluster is on the host ${name.value.trim()}`);
  const argv = configz(node);
  const said = textIn(yield* run(argv), commandPlace(argv));
  if (typeof said !== 'string') return said;
  const settings = settingsIn(said);
  if (!settings) return refused(commandPlace(argv), 'what the kubelet answers is no configuration');
  const given = argumentsOf(args);
  return { is: 'node', ...(given ? { args: given } : {}), settings, where: { args: { path: place }, settings: { path: commandPlace(argv) } } };
}

const refused = (path: string, said: string): Unknown => ({ is: 'unknown', why: 'failed', said, where: [{ path }] });

function textIn(answer: Answer<Output>, place: string): string | Unknown {
  if (answer.is === 'blocked') return unknown(answer, place);
  if (answer.is === 'absent') return refused(place, 'the program k3s is not there');
  const { exit, stdout, stderr } = answer.value;
  return exit === 0 ? stdout : refused(place, `the API server was not reached: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function settingsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const found = jsonIn(text) as { readonly kubeletconfig?: unknown } | null | undefined;
  const settings = found?.kubeletconfig;
  return typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : undefined;
}

/** The list of the annotation: role first, a flag and its value are two elements. */
function argumentsOf(text: string): Arguments | undefined {
  const words = jsonIn(text);
  if (!Array.isArray(words) || !words.every((w): w is string => typeof w === 'string')) return undefined;
  const found = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const [, flag] = /^--?([^-=].*)$/.exec(words[at] as string) ?? [];
    if (flag === undefined) continue;
    const next = words[at + 1];
    const alone = isBooleanFlag(flag) && next !== 'true' && next !== 'false';
    const value = alone || next === undefined ? 'true' : next;
    if (!alone) at++;
    addTo(found, flagNamed(flag), value);
  }
  return found;
}
