/**
 * The settings of the kubelet that matter to an audit, under the names of their arguments: an argument beats the files,
 * later files earlier ones. A setting that nothing sets is not there: then the kubelet's own default holds
 * (kubernetes/kubernetes:cmd/kubelet/app/options/options.go, server.go).
 */
import type { Unknown } from '../fact.ts';
import type { ComponentFlag, Given } from './component-args.ts';
import type { Flags } from './components.ts';
import type { DropIns } from './kubelet-drop-ins.ts';

/** Arguments, and the keys of KubeletConfiguration that mean the same. */
const settings = {
  'anonymous-auth': 'authentication.anonymous.enabled',
  'authorization-mode': 'authorization.mode',
  'client-ca-file': 'authentication.x509.clientCAFile',
  'read-only-port': 'readOnlyPort',
  'streaming-connection-idle-timeout': 'streamingConnectionIdleTimeout',
  'make-iptables-util-chains': 'makeIPTablesUtilChains',
  'event-qps': 'eventRecordQPS',
  'tls-cert-file': 'tlsCertFile',
  'tls-private-key-file': 'tlsPrivateKeyFile',
  'tls-cipher-suites': 'tlsCipherSuites',
  'rotate-certificates': 'rotateCertificates',
  'rotate-server-certificates': 'serverTLSBootstrap',
  'pod-max-pids': 'podPidsLimit',
  'seccomp-default': 'seccompDefault',
  'protect-kernel-defaults': 'protectKernelDefaults',
} as const;

/** The setting of KubeletConfiguration that means the same as an argument, as a path. */
export const settingOfArgument = (argument: string): string | undefined =>
  Object.hasOwn(settings, argument) ? settings[argument as keyof typeof settings] : undefined;

const gates = 'featureGates.';
const protectFlag = 'protect-kernel-defaults';

/**
 * `files` are those of kubelet.conf.d, or why they are not known; undefined before K3s 1.32. `protect` is K3s' own flag
 * protect-kernel-defaults: every release hands it on, by argument or by file, so it counts where the release is not known.
 */
export function kubeletSettings(flags: Flags, files: DropIns | Unknown | undefined, protect?: Given): Map<string, ComponentFlag> {
  const found = new Map<string, ComponentFlag>();
  const put = (name: string, one: ComponentFlag | undefined): void => void (one && found.set(name, one));
  const elsewhere = otherFile(flags);
  for (const [name, key] of Object.entries(settings)) put(name, merged(flags.get(name), fileOf(files, key), elsewhere));
  const protects = found.get(protectFlag);
  if (protect && protects && 'is' in protects) found.set(protectFlag, protect);
  put('feature-gates', merged(flags.get('feature-gates'), fileOf(files, gates), elsewhere));
  return found;
}

function merged(flag: ComponentFlag | undefined, file: ComponentFlag | undefined, elsewhere: Unknown | undefined): ComponentFlag | undefined {
  if (flag && !('is' in flag)) return { ...flag, beaten: [...flag.beaten, ...(file && !('is' in file) ? [...file.values, ...file.beaten] : [])] };
  return flag ?? file ?? elsewhere;
}

/** What the files say of a key; of feature gates, all of them as `NAME=value`. */
function fileOf(files: DropIns | Unknown | undefined, key: string): ComponentFlag | undefined {
  if (!files || files.is === 'unknown') return files;
  if (key !== gates) return files.settings.get(key);
  const all = [...files.settings].filter(([name]) => name.startsWith(gates));
  const given = ([name, { values }]: [string, Given]): Given['values'] => values.map((v) => ({ ...v, value: `${name.slice(gates.length)}=${v.value}` }));
  return all.length > 0 ? { values: all.flatMap(given), beaten: [] } : undefined;
}

/** Before 1.32 an argument may name a file, which is not looked at: what no argument sets may stand there. */
function otherFile(flags: Flags): Unknown | undefined {
  const config = flags.get('config');
  const last = config && !('is' in config) ? config.values.at(-1) : undefined;
  return last && { is: 'unknown', why: 'unsupported', said: `${last.value}, which the kubelet is told to read, is not looked at`, where: [last.where] };
}
