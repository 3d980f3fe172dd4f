/**
 * Settings of [Service] that stop Podman itself, which sets up namespaces, mounts and control groups (systemd.exec(5);
 * systemd/systemd:src/core/exec-invoke.c; groups of calls: `systemd-analyze syscall-filter` of systemd 252). Pure.
 */
import type { Where } from '../fact.ts';
import { type Assignment, sinceReset } from '../systemd/syntax.ts';
import { parseBoolean, splitWords } from '../systemd/words.ts';
import { shortened } from '../text/shortened.ts';
import type { Finding } from './quadlet-each.ts';

/** What the unit does that some settings speak of. */
export interface Hardened {
  /** [Service] of the file and of the drop-ins for the generated unit, in order. */
  readonly service: readonly Assignment[];
  readonly ending: string;
  /** Paths of the host that it mounts. */
  readonly sources: readonly string[];
  readonly devices: boolean;
  /** It gets a network that Podman sets up. */
  readonly bridged: boolean;
  /** The unit starts a container, or the first one of a pod. */
  readonly starts: boolean;
  /** It makes namespaces of its own of these kinds. */
  readonly own: { readonly network: boolean; readonly hostname: boolean; readonly users: boolean };
}

interface Setting {
  readonly key: string;
  readonly value: string;
  readonly where: Where;
}

/** The last value of a key; none where it is empty. */
function last(service: readonly Assignment[], key: string): Setting | undefined {
  const found = service.findLast((a) => a.section === 'Service' && a.key === key);
  return found && found.value !== '' ? found : undefined;
}

/** A setting that is on: not `no`, and not its way of doing nothing. */
function switched(service: readonly Assignment[], key: string): Setting | undefined {
  const found = last(service, key);
  const idle = found && (parseBoolean(found.value) === false || ['default', 'all'].includes(found.value));
  return found && !idle ? found : undefined;
}

const lines = (service: readonly Assignment[], key: string): readonly Assignment[] =>
  sinceReset(service.filter((a) => a.section === 'Service' && a.key === key)).filter((a) => a.value !== '');

const say = ({ key, value, where }: Setting, why?: string): Finding => ({
  said: `${key}=${shortened(value, 60)}${why === undefined ? '' : `: ${why}`}`,
  where,
});

/** With any of these, a manager without privileges sets NoNewPrivileges= (context_has_seccomp). */
const seccomp = [
  ...['LockPersonality', 'MemoryDenyWriteExecute', 'PrivateDevices', 'ProtectClock', 'ProtectHostname', 'ProtectKernelTunables', 'ProtectKernelModules'],
  ...['ProtectKernelLogs', 'RestrictRealtime', 'RestrictSUIDSGID', 'RestrictNamespaces'],
];
const seccompLists = ['RestrictAddressFamilies', 'SystemCallArchitectures', 'SystemCallFilter', 'SystemCallLog'];

/** With any of these, a user's manager sets PrivateUsers= since systemd 254; before, it passes over them (NEWS of 254). */
const namespaced = ['PrivateTmp', 'PrivateMounts', 'ProtectHome', 'ProtectSystem', 'PrivateNetwork', 'PrivateIPC', 'ProtectControlGroups', 'PrivatePIDs'];
const namespacedWords = ['ProtectProc', 'ProcSubset', 'RootDirectory', 'RootImage'];
const namespacedLists = [
  ...['ReadOnlyPaths', 'ReadWritePaths', 'InaccessiblePaths', 'ExecPaths', 'NoExecPaths', 'BindPaths', 'BindReadOnlyPaths', 'TemporaryFileSystem'],
  ...['MountImages', 'ExtensionImages', 'ExtensionDirectories'],
];

/** What stops Podman in a unit of a user's manager. `implied`: only from systemd 254 on. */
export function stopsOfUser({ service }: Hardened): { readonly stops: Finding[]; readonly implied: Finding[] } {
  const gains = 'newuidmap gains no privilege, so no user namespace can be set up';
  const alone = 'the service has a user namespace of its own, in which newuidmap can map nothing';
  const stops = [
    ...['NoNewPrivileges', ...seccomp].flatMap((key) => {
      const found = switched(service, key);
      return found ? [say(found, gains)] : [];
    }),
    ...seccompLists.flatMap((key) => lines(service, key).slice(-1)).map((found) => say(found, gains)),
    ...['PrivateUsers'].flatMap((key) => switched(service, key) ?? []).map((found) => say(found, alone)),
    ...service
      .filter((a) => a.section === 'Service' && a.key === 'CapabilityBoundingSet')
      .slice(-1)
      .filter((a) => a.value !== '~')
      .map((found) => say(found, "a user's manager may not take capabilities away, so the service fails")),
    ...lines(service, 'SupplementaryGroups')
      .slice(-1)
      .map((found) => say(found, "a user's manager may not set groups, so the service fails")),
  ];
  const implied = [
    ...[...namespaced, ...namespacedWords].flatMap((key) => switched(service, key) ?? []),
    ...namespacedLists.flatMap((key) => lines(service, key).slice(-1)),
  ].map((found) => say(found, 'PrivateUsers= comes with it, so newuidmap can map nothing'));
  return { stops, implied };
}

const sysctls = 'the runtime cannot set net.ipv4.ping_group_range in the network of the container';

/** Podman reads the last capability that there is below /proc/sys (tried on 5.4.2). */
const onlyProcesses = (service: readonly Assignment[]): Finding[] => {
  const found = last(service, 'ProcSubset');
  return found?.value === 'pid' ? [say(found, 'Podman cannot read /proc/sys/kernel/cap_last_cap')] : [];
};

/** Podman writes down what is to be, and neither unpacks nor runs anything (tried on 5.4.2 in services of systemd 257). */
const recordsAlone = new Set(['network', 'volume']);

/** What stops Podman in a unit of the system. */
export function stopsOfRoot(unit: Hardened): Finding[] {
  const { service } = unit;
  const on = (key: string, why: string, when = true): Finding[] => {
    const found = when ? switched(service, key) : undefined;
    return found ? [say(found, why)] : [];
  };
  return [
    ...on('PrivateUsers', 'Podman has no privilege on the host'),
    ...on('DynamicUser', 'Podman runs as an account that has no home and no subordinate ids'),
    ...on('ProtectControlGroups', 'the control group of the container cannot be made', unit.starts || unit.ending === 'build'),
    ...on('ProtectKernelTunables', unit.bridged ? 'netavark cannot write below /proc/sys/net' : sysctls, unit.starts && unit.own.network),
    ...on('PrivateDevices', 'the device that the container is given is not there', unit.devices),
    // In a user namespace the runtime takes the host's devices.
    ...on('PrivateDevices', 'the runtime cannot make /dev/null and the like for the container', unit.starts && !unit.devices && !unit.own.users),
    ...on('ProtectHostname', 'the runtime cannot give the container its host name', unit.starts && unit.own.hostname),
    ...(unit.starts ? onlyProcesses(service) : []),
    ...readOnly(unit),
    ...hidden(unit),
    ...(recordsAlone.has(unit.ending) ? [] : namespaces(service)),
    ...calls(unit),
    ...families(unit),
    ...capabilities(service),
  ];
}

/** What some settings take from a container that starts all the same. */
const costs: Readonly<Record<string, string>> = {
  PrivateNetwork: 'its ports and its way out end in an empty network',
  MemoryDenyWriteExecute: 'programs in the container inherit it: those that compile as they run fail',
  RestrictSUIDSGID: 'images with set-user-ID files cannot be unpacked',
};

/** Those of the named settings that are on, each with what it takes from the container where that is known. */
export function settingsOn({ service, ending }: Hardened, keys: readonly string[]): Finding[] {
  return keys.flatMap((key) => {
    const found = recordsAlone.has(ending) && Object.hasOwn(costs, key) ? undefined : switched(service, key);
    return found ? [say(found, Object.hasOwn(costs, key) ? costs[key] : undefined)] : [];
  });
}

/** Whether a path, or one above it, is among the words of a setting; `-` and `+` before a path do not change which it is. */
function covers(service: readonly Assignment[], key: string, path: string): Assignment | undefined {
  return lines(service, key).findLast((a) =>
    splitWords(a.value).words.some((w) => {
      const named = w.replace(/^[-+]+/, '').replace(/(?<=.)\/+$/, '');
      return named === '/' || path === named || path.startsWith(`${named}/`);
    }),
  );
}

/** Podman writes to its store and to /run, where it has directories of its own; a .network file also to /etc. */
function readOnly({ service, ending }: Hardened): Finding[] {
  const needed = ['/var/lib/containers', '/run', '/run/containers', '/run/libpod', ...(ending === 'network' ? ['/etc/containers/networks'] : [])];
  const shut = needed.filter((path) => !covers(service, 'ReadWritePaths', path));
  const protect = last(service, 'ProtectSystem');
  const etc = shut.filter((path) => path.startsWith('/etc/'));
  const kept = protect?.value === 'strict' ? shut : protect?.value === 'full' ? etc : [];
  const why = (path: string): string => `Podman cannot write to ${path}`;
  return [
    ...(protect && kept[0] !== undefined ? [say(protect, why(kept[0]))] : []),
    ...['ReadOnlyPaths', 'InaccessiblePaths'].flatMap((key) => {
      const byLine = Map.groupBy(shut, (path) => covers(service, key, path));
      return [...byLine].flatMap(([line, [path = '']]) => (line ? [say(line, why(path))] : []));
    }),
  ];
}

/** Sources of mounts that the service does not see. */
function hidden({ service, sources }: Hardened): Finding[] {
  const below = (roots: readonly string[]): string | undefined => sources.find((s) => roots.some((r) => s === r || s.startsWith(`${r}/`)));
  const home = switched(service, 'ProtectHome');
  const [inHome, inTmp] = [below(['/home', '/root', '/run/user']), below(['/tmp', '/var/tmp'])];
  const tmp = switched(service, 'PrivateTmp');
  return [
    ...(home && home.value !== 'read-only' && inHome !== undefined ? [say(home, `${inHome} is not there for the service`)] : []),
    ...(tmp && inTmp !== undefined ? [say(tmp, `${inTmp} is not there for the service`)] : []),
  ];
}

/** The namespaces that every container gets. */
const wanted = ['mnt', 'pid', 'ipc', 'uts'];

function namespaces(service: readonly Assignment[]): Finding[] {
  const found = last(service, 'RestrictNamespaces');
  if (!found) return [];
  const all = parseBoolean(found.value);
  const denies = found.value.startsWith('~');
  const words = splitWords(found.value.replace(/^~/, '')).words;
  const missing = all === undefined ? wanted.filter((n) => words.includes(n) === denies) : all ? wanted : [];
  return missing.length > 0 ? [say(found, `a container needs namespaces of its own: ${missing.join(' ')}`)] : [];
}

/** Calls without which no container is made, each with the groups that hold it. */
const needed: Readonly<Record<string, readonly string[]>> = {
  mount: ['mount', '@mount', '@known'],
  pivot_root: ['pivot_root', '@mount', '@privileged', '@known'],
  setns: ['setns', '@process', '@system-service', '@known'],
};
/** The same of what the runtime does for the container (tried with crun 1.21, which ends without it). */
const neededToRun: typeof needed = {
  bpf: ['bpf', '@privileged', '@known'],
};
const neededForHostname: typeof needed = { sethostname: ['sethostname', '@privileged', '@known'] };

function calls({ service, starts, own }: Hardened): Finding[] {
  const [first, ...more] = lines(service, 'SystemCallFilter');
  if (!first) return [];
  const allowed = (names: readonly string[]): Assignment | undefined => decided([first, ...more], names);
  const refused = Object.entries({ ...needed, ...(starts ? neededToRun : {}), ...(starts && own.hostname ? neededForHostname : {}) }).flatMap(
    ([name, names]) => {
      const by = allowed(names);
      return by ? [{ name, by }] : [];
    },
  );
  return refused[0] ? [say(refused[0].by, `it refuses ${refused.map((r) => r.name).join(', ')}`)] : [];
}

/** The line that shuts something out; undefined where it is let in. The first line tells whether the list allows or denies. */
function decided(all: readonly Assignment[], names: readonly string[]): Assignment | undefined {
  const [first] = all;
  let shut = first?.value.startsWith('~') ? undefined : first;
  for (const line of all) {
    const denies = line.value.startsWith('~');
    const words = splitWords(line.value.replace(/^~/, '')).words.map((w) => w.replace(/:.*$/, ''));
    if (words.some((w) => names.includes(w))) shut = denies ? line : undefined;
  }
  return shut;
}

function families({ service, ending }: Hardened): Finding[] {
  const all = lines(service, 'RestrictAddressFamilies');
  if (all.length === 0) return [];
  // A volume asks the kernel for no network.
  const refused = ['AF_UNIX', ...(ending === 'volume' ? [] : ['AF_NETLINK'])].flatMap((name) => {
    const by = decided(all, [name]);
    return by ? [{ name, by }] : [];
  });
  return refused[0] ? [say(refused[0].by, `Podman needs ${refused.map((r) => r.name).join(' and ')}`)] : [];
}

function capabilities(service: readonly Assignment[]): Finding[] {
  // An empty line takes all away, and no later line need give any back.
  const all = service.filter((a) => a.section === 'Service' && a.key === 'CapabilityBoundingSet');
  const from = all.findLastIndex((a) => a.value === '');
  const kept = all.slice(from + 1);
  const by = kept.length > 0 ? decided(kept, ['CAP_SYS_ADMIN']) : all[from];
  return by ? [say(by, 'Podman needs CAP_SYS_ADMIN')] : [];
}
