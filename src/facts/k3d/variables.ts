/** The environment variables that decide which engine k3d and Podman talk to, from the live environment and from the files that set them at login. */

import { type Account, type Answer, type Asking, env, list, read, together } from '../ask.ts';
import { envPlace } from '../asks.ts';
import { type Note, type Unknown, unknown, type Where } from '../fact.ts';
import type { Pattern } from '../pattern.ts';
import type { Touches } from '../source.ts';
import { type Assignment, assignmentsIn, type Dialect, expand } from '../text/assignments.ts';

/** K3D_* variables that have no secret in them (k3d pkg/types/env.go; K3D_NETWORK and the like through cmd/util/config's prefix). */
export const k3dVariables = [
  'K3D_DEBUG_COREDNS_RETRIES',
  'K3D_DEBUG_DISABLE_DOCKER_INIT',
  'K3D_DEBUG_NODE_WAIT_BACKOFF_LIMIT',
  'K3D_FIX_CGROUPV2',
  'K3D_FIX_DNS',
  'K3D_FIX_MOUNTS',
  'K3D_HELPER_IMAGE_TAG',
  'K3D_IMAGE_LOADBALANCER',
  'K3D_IMAGE_TOOLS',
  'K3D_LOG_NODE_WAIT_LOGS',
  'K3D_NETWORK',
] as const;

export const otherVariables = [
  'CONTAINERS_CONF',
  'CONTAINERS_CONF_OVERRIDE',
  'CONTAINERS_MACHINE_PROVIDER',
  'CONTAINERS_REGISTRIES_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINER_CONNECTION',
  'CONTAINER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_HOST',
  'DOCKER_SOCK',
  'DOCKER_SOCKET',
  'KUBECONFIG',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'XDG_RUNTIME_DIR',
] as const;

export const variableNames: readonly string[] = [...otherVariables, ...k3dVariables];

/** One variable. `value` is what a program started by the account would get; unset when neither place sets it. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly live?: string;
  readonly persistent?: string;
  /** Where the value comes from; without a value, every place looked at. */
  readonly where: readonly Where[];
  readonly notes: readonly Note[];
  /** Why the value cannot be told. */
  readonly gap?: Unknown;
  readonly liveGap?: Unknown;
  /** The live part cannot be asked at all: a root directory or an image. */
  readonly offline: boolean;
}

export type Variables = ReadonlyMap<string, Variable>;

/** Files in the order in which a login reads them; a later one wins. */
const places: readonly { readonly path: string; readonly dialect: Dialect; readonly suffix?: string }[] = [
  { path: '/etc/environment', dialect: 'pam' },
  { path: '/etc/environment.d', dialect: 'systemd', suffix: '.conf' },
  { path: '~/.config/environment.d', dialect: 'systemd', suffix: '.conf' },
  { path: '/etc/profile.d', dialect: 'shell', suffix: '.sh' },
  { path: '~/.profile', dialect: 'shell' },
  { path: '~/.bash_profile', dialect: 'shell' },
  { path: '~/.bashrc', dialect: 'shell' },
  { path: '~/.zshenv', dialect: 'shell' },
  { path: '~/.zprofile', dialect: 'shell' },
  { path: '~/.zshrc', dialect: 'shell' },
];

/** All that {@link learnVariables} may ask. */
export const variableTouches: Touches = [
  { do: 'env', name: 'HOME' },
  ...variableNames.map((name) => ({ do: 'env', name }) as const),
  ...places.flatMap((p): Pattern[] =>
    p.suffix
      ? [
          { do: 'list', path: p.path },
          { do: 'read', path: `${p.path}/*${p.suffix}` },
        ]
      : [{ do: 'read', path: p.path }],
  ),
];

interface Persistent {
  readonly assignments: readonly Assignment[];
  readonly consulted: readonly Where[];
  readonly gaps: readonly Unknown[];
}

/** Learns the wanted variables for an account. The live environment counts only when it is that account's (its HOME is the account's home, or unset). */
export function* learnVariables(as: Account, wanted: readonly string[] = variableNames): Asking<Variables> {
  const home = yield* env('HOME');
  const live = yield* together(wanted.map((name) => env(name)));
  const names = new Set(wanted);
  const files = yield* together(places.map((place) => learnPlace(place, as, names)));
  const foreign = home.is === 'got' && home.value.replace(/\/+$/, '') !== as.home.replace(/\/+$/, '');
  const set = new Map<string, Variable>();
  for (const [at, name] of wanted.entries()) {
    const answer = live[at] ?? ({ is: 'absent' } as const);
    set.set(name, variable(name, foreign ? 'foreign' : answer, files, as));
  }
  return set;
}

function* learnPlace(place: (typeof places)[number], as: Account, wanted: ReadonlySet<string>): Asking<Persistent> {
  const path = place.path.replace(/^~/, () => as.home);
  let paths: readonly string[] = [path];
  if (place.suffix !== undefined) {
    const suffix = place.suffix;
    const names = yield* list(path);
    if (names.is === 'absent') return { assignments: [], consulted: [{ path }], gaps: [] };
    if (names.is === 'blocked') return { assignments: [], consulted: [{ path }], gaps: [unknown(names, path)] };
    paths = names.value.filter((n) => n.endsWith(suffix) && !n.includes('/')).map((n) => `${path}/${n}`);
  }
  const texts = yield* together(paths.map((p) => read(p)));
  const out: { assignments: Assignment[]; consulted: Where[]; gaps: Unknown[] } = { assignments: [], consulted: place.suffix ? [{ path }] : [], gaps: [] };
  for (const [at, answer] of texts.entries()) {
    const file = paths[at] ?? path;
    out.consulted.push({ path: file });
    if (answer.is === 'blocked') out.gaps.push(unknown(answer, file));
    if (answer.is === 'got') out.assignments.push(...assignmentsIn(answer.value, file, wanted, place.dialect));
  }
  return out;
}

function variable(name: string, live: Answer<string> | 'foreign', files: readonly Persistent[], as: Account): Variable {
  const liveAt: Where = { path: envPlace(name) };
  const persistent = lastSetting(name, files, as);
  const looked = [...(live === 'foreign' ? [] : [liveAt]), ...files.flatMap((f) => f.consulted)];
  const offline = live !== 'foreign' && live.is === 'blocked' && live.why === 'unsupported';
  const base = { name, notes: persistent.notes, offline, ...(persistent.value !== undefined ? { persistent: persistent.value } : {}) };
  if (live !== 'foreign' && live.is === 'got' && live.value !== '') {
    const notes =
      persistent.value !== undefined && persistent.value !== live.value ? [{ said: `set to ${persistent.value} at login`, where: persistent.where }] : [];
    return { ...base, value: live.value, live: live.value, where: [liveAt], notes: [...notes, ...persistent.notes] };
  }
  const liveGap = live !== 'foreign' && live.is === 'blocked' ? unknown(live, liveAt.path) : undefined;
  const withGap = { ...base, ...(liveGap ? { liveGap } : {}) };
  if (liveGap && !offline) return { ...withGap, where: looked, gap: liveGap };
  if (persistent.gap) return { ...withGap, where: looked, gap: persistent.gap };
  if (persistent.value === undefined) return { ...withGap, where: looked };
  const pending = offline ? [] : [{ said: 'set at login, but not in the environment of this inspection', where: persistent.where }];
  return { ...withGap, value: persistent.value, where: persistent.where, notes: [...pending, ...persistent.notes] };
}

interface Setting {
  readonly value?: string;
  readonly where: readonly Where[];
  readonly notes: readonly Note[];
  readonly gap?: Unknown;
}

/** The last place that sets a name decides. A place that may not be read might be that one. */
function lastSetting(name: string, files: readonly Persistent[], as: Account): Setting {
  const all = files.flatMap((f) => f.assignments).filter((a) => a.name === name);
  const notes: Note[] = all
    .filter((a) => !a.exported)
    .map((a) => ({ said: `${name} is assigned here but not exported, so no program sees it`, where: [a.where] }));
  const blocked = files.flatMap((f) => f.gaps)[0];
  const setting = all.filter((a) => a.exported);
  const last = setting.at(-1);
  if (blocked) return { where: [], notes, gap: { ...blocked, said: `${blocked.said}, which may set ${name}` } };
  if (!last) return { where: [], notes };
  const where = [
    last.where,
    ...setting
      .slice(0, -1)
      .reverse()
      .map((a) => ({ ...a.where, said: 'set again later' })),
  ];
  if (last.conditional) return { where, notes, gap: { is: 'unknown', why: 'ambiguous', said: `${name} is set only under a condition`, where } };
  const expanded = expand(last, as);
  if (expanded.value === undefined) return { where, notes, gap: { is: 'unknown', why: 'ambiguous', said: expanded.unknown, where } };
  return { value: expanded.value, where, notes };
}
