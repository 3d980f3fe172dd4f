/** `k3d cluster create` and `k3d registry create` command lines in scripts. */
import type { Unknown, Where } from '../fact.ts';
import { type Command, commandsIn, formOf, type Word } from '../text/shell-words.ts';
import type { ClusterPlan, Traced } from './cluster-plan.ts';
import { type NodeArg, splitFilters } from './node-filters.ts';
import { toldVariables } from './variables.ts';

/** What stands before the program: variables and sudo. */
interface Start {
  readonly words: readonly Word[];
  readonly exports: ReadonlyMap<string, string>;
  readonly keeps?: readonly string[];
}

/** Flags that take a value (k3d cmd/cluster/clusterCreate.go, cmd/registry/registryCreate.go); the others are switches. */
const valued = new Set(
  `config c api-port env e volume v port p k3s-node-label runtime-label runtime-ulimit registry-create host-alias k3s-arg servers s agents a image i network
  subnet token timeout gpus servers-memory agents-memory registry-use registry-config lb-config-override default-network proxy-remote-url proxy-username
  proxy-password cluster`.split(/\s+/),
);

const longNames: Readonly<Record<string, string>> = { c: 'config', e: 'env', v: 'volume', p: 'port', s: 'servers', a: 'agents', i: 'image' };

/** Every k3d command of a script that creates something, with the variables that the script has set before it. */
export function k3dCommands(text: string, path: string): ClusterPlan[] {
  const exports = new Map<string, Traced<string>>();
  const plans: ClusterPlan[] = [];
  const onLine = new Map<number, number>();
  for (const command of commandsIn(text, formOf(path))) {
    const at: Where = { path, line: command.line };
    noteExports(command.words, at, exports);
    const start = startOf(command);
    const does = start && actionOf(start.words);
    if (!start || !does) continue;
    const own = [...start.exports].map(([name, value]) => [name, { value, where: at }] as const);
    const same = onLine.get(command.line) ?? 0;
    onLine.set(command.line, same + 1);
    const id = `k3d-command:${path}:${command.line}${same > 0 ? `.${same + 1}` : ''}`;
    plans.push({
      ...planOf(start.words.slice(does.from), does.does, at),
      id,
      exports: new Map([...exports, ...own]),
      ...(start.keeps ? { sudo: { keeps: start.keeps, where: at } } : {}),
    });
  }
  return plans;
}

/** The variables of interest that a script exports, each with its last place. */
export function exportsIn(text: string, path: string): ReadonlyMap<string, Traced<string>> {
  const exports = new Map<string, Traced<string>>();
  for (const { words, line } of commandsIn(text, formOf(path))) {
    const at = { path, line };
    noteExports(words, at, exports);
    for (const [name, value] of startOf({ words, line })?.exports ?? []) if (wanted.has(name)) exports.set(name, { value, where: at });
  }
  return exports;
}

const wanted = new Set(toldVariables);

function noteExports(words: readonly Word[], where: Where, exports: Map<string, Traced<string>>): void {
  if (!/^(?:export|declare|typeset)$/.test(words[0]?.text ?? '') && !words.every((w) => /^\w+=/.test(w.text))) return;
  for (const word of words) {
    const [name, value] = assigned(word);
    if (name !== undefined && wanted.has(name)) exports.set(name, { value, where });
  }
}

function assigned(word: Word): [string, string] | [undefined, ''] {
  const m = /^([A-Za-z_]\w*)=(.*)$/s.exec(word.text);
  return m ? [m[1] ?? '', m[2] ?? ''] : [undefined, ''];
}

const wrappers = /^(?:nohup|exec|command|time|nice|stdbuf)$/;

/** Strips variables, sudo, env and the like; undefined when the program is not k3d. */
function startOf(command: Command): Start | undefined {
  const exports = new Map<string, string>();
  let keeps: string[] | undefined;
  let words = command.words;
  for (let steps = 0; steps < 20 && words.length > 0; steps += 1) {
    const [first] = words;
    const text = first?.text ?? '';
    const [name, value] = first ? assigned(first) : [undefined, ''];
    if (name !== undefined) {
      exports.set(name, value);
      if (keeps) keeps.push(name);
      words = words.slice(1);
    } else if (/(?:^|\/)k3d(?:\.exe)?$/.test(text)) return { words: words.slice(1), exports, ...(keeps ? { keeps } : {}) };
    else if (/(?:^|\/)sudo$/.test(text)) {
      keeps ??= [];
      words = afterSudo(words.slice(1), keeps);
    } else if (text === 'env' || wrappers.test(text)) words = words.slice(1).slice(words.slice(1).findIndex((w) => !w.text.startsWith('-')));
    else return undefined;
  }
  return undefined;
}

/** sudo(8): -E keeps all, --preserve-env=LIST keeps a list; -u, -g, -h, -C and the like take a value. */
function afterSudo(words: readonly Word[], keeps: string[]): readonly Word[] {
  let at = 0;
  for (; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (!text.startsWith('-')) break;
    const list = /^--preserve-env=(.*)$/.exec(text)?.[1];
    if (list !== undefined) keeps.push(...list.split(','));
    else if (text === '--preserve-env' || /^-[A-Za-z]*E/.test(text)) keeps.push('*');
    if (/^-[ughCDpRrTtU]$|^--(?:user|group|host|chdir|prompt|role|type|close-from)$/.test(text)) at += 1;
    if (text === '--') return words.slice(at + 1);
  }
  return words.slice(at);
}

function actionOf(words: readonly Word[]): { does: ClusterPlan['does']; from: number } | undefined {
  const plain = words.map((w, i) => ({ text: w.text, i })).filter((w) => !w.text.startsWith('-'));
  const [group, verb] = plain;
  if (verb?.text !== 'create' || (group?.text !== 'cluster' && group?.text !== 'registry')) return undefined;
  return { does: group.text === 'cluster' ? 'cluster-create' : 'registry-create', from: verb.i + 1 };
}

interface Flag {
  readonly name: string;
  readonly value: Word;
}

/** Splits words into flags and names, as pflag does: `--a b`, `--a=b`, `-ab`, `-a b`; `--` ends the flags. */
function flagsOf(words: readonly Word[]): { flags: Flag[]; names: Word[] } {
  const flags: Flag[] = [];
  const names: Word[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as Word;
    const m = /^(?:--([A-Za-z][\w-]*)|-([A-Za-z]))(?:=?([\s\S]+))?$/.exec(word.text.replace(/^(--[\w-]+)=$/, '$1='));
    const name = m?.[1] ?? longNames[m?.[2] ?? ''] ?? m?.[2];
    if (word.text === '--') return { flags, names: [...names, ...words.slice(i + 1)] };
    if (name === undefined) names.push(word);
    else if (m?.[3] !== undefined) flags.push({ name, value: { text: m[3], dynamic: word.dynamic } });
    else if (word.text.endsWith('=') || !valued.has(name)) flags.push({ name, value: { text: '', dynamic: false } });
    else {
      i += 1;
      flags.push({ name, value: words[i] ?? { text: '', dynamic: false } });
    }
  }
  return { flags, names };
}

type Plain = Omit<ClusterPlan, 'id' | 'exports' | 'sudo'>;

function planOf(words: readonly Word[], does: ClusterPlan['does'], at: Where): Plain {
  const { flags, names } = flagsOf(words);
  const gaps = new Map<string, Unknown>();
  const notes: ClusterPlan['notes'][number][] = [];
  const all = (name: string, field: string): Traced<string>[] => {
    const found = flags.filter((f) => f.name === name);
    const dynamic = found.find((f) => f.value.dynamic);
    if (dynamic) gaps.set(field, cannotTell(`--${name} ${dynamic.value.text}`, at));
    return found.map((f) => ({ value: f.value.text, where: { ...at, said: `--${name} ${f.value.text}` } }));
  };
  const one = (name: string, field: string): Traced<string> | undefined => all(name, field).at(-1);
  const count = (name: 'servers' | 'agents'): Traced<number> | undefined => {
    const given = one(name, name);
    return given && /^\d+$/.test(given.value) ? { ...given, value: Number(given.value) } : undefined;
  };
  // Expansion somewhere among bare words may hide any flag: "$@", $K3D_OPTS.
  const hidden = names.find((n) => n.dynamic);
  if (hidden && /^\$[@*]|^\$\{[@*]|OPTS|ARGS|FLAGS|^\$\(/i.test(hidden.text)) gaps.set('', cannotTell(hidden.text, at));
  const name = names[0] && !names[0].dynamic ? { value: names[0].text, where: at } : undefined;
  const args = all('k3s-arg', 'args').map((a) => ({ ...a, value: argOf(a, notes) }));
  const network = one('network', 'network');
  const create = flags.find((f) => f.name === 'registry-create');
  const parts = {
    network,
    subnet: one('subnet', 'subnet'),
    image: one('image', 'image'),
    config: one('config', 'config'),
    servers: count('servers'),
    agents: count('agents'),
  };
  const apiPort = one('api-port', 'apiHost');
  const defaultNetwork = one('default-network', 'registries.network');
  const apiBind = apiPort && hostOfPort(apiPort);
  const registryPort = does === 'registry-create' ? one('port', 'registries.bind') : registryPortOf(one('registry-create', 'registries.bind'));
  const registryBind = registryPort && hostOfPort(registryPort);
  const token = flags.find((f) => f.name === 'token');
  const on = (name: string, field: string): object => {
    const flag = flags.findLast((f) => f.name === name);
    return flag ? { [field]: { value: !/^(?:false|f|0)$/i.test(flag.value.text), where: { ...at, said: `--${name}` } } } : {};
  };
  return {
    source: 'command',
    does,
    at,
    ...(name ? { name } : {}),
    ...Object.fromEntries(Object.entries(parts).filter(([, v]) => v !== undefined)),
    ...(apiPort && /:\d+$/.test(apiPort.value) ? { apiHost: { ...apiPort, value: apiPort.value.replace(/:\d+$/, '') } } : {}),
    ...(apiBind ? { apiBind } : {}),
    ...(registryBind ? { registryBind } : {}),
    ...(token ? { token: { value: token.value.dynamic ? ('variable' as const) : ('literal' as const), where: { ...at, said: '--token' } } } : {}),
    ...on('host-pid-mode', 'hostPid'),
    ...on('no-lb', 'noLoadbalancer'),
    ...(create ? { registryCreate: { value: true, where: { ...at, said: `--registry-create ${create.value.text}` } } } : {}),
    ...(does === 'registry-create' && defaultNetwork ? { registryNetwork: defaultNetwork } : {}),
    registryUse: all('registry-use', 'registries.use'),
    args,
    volumes: all('volume', 'volumes'),
    gaps,
    notes,
  };
}

/** The host of `[HOST:]PORT`; undefined when there is none (k3d cmd/util/ports.go). */
function hostOfPort(port: Traced<string>): Traced<string> | undefined {
  const host = /^(.+):(?:\d{1,5}|random)$/.exec(port.value)?.[1];
  return host === undefined ? undefined : { ...port, value: host };
}

/** `NAME[:[HOST:]PORT]` of --registry-create: what stands behind the name. */
function registryPortOf(flag: Traced<string> | undefined): Traced<string> | undefined {
  const cut = flag?.value.indexOf(':') ?? -1;
  return flag && cut >= 0 ? { ...flag, value: flag.value.slice(cut + 1) } : undefined;
}

function argOf(flag: Traced<string>, notes: ClusterPlan['notes'][number][]): NodeArg {
  const split = splitFilters(flag.value);
  if (split.filters) return split;
  notes.push({ path: 'extraArgs', said: `k3d refuses ${split.arg}: ${split.reason}`, where: flag.where });
  return { arg: split.arg, filters: [''] };
}

const cannotTell = (what: string, at: Where): Unknown => ({
  is: 'unknown',
  why: 'ambiguous',
  said: `the value of ${what} is made when the script runs`,
  where: [at],
});
