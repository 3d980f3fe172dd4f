/**
 * What CRI-O has in force where nothing sets a key, by release: the keys that rules ask about.
 * Source: cri-o/cri-o:pkg/config/config.go (DefaultConfig), config_linux.go, internal/config/{nri,capabilities} at the
 * first tag of each minor release from 1.24 to 1.36 and on the branch of 1.37.
 */
import type { Json } from '../fact.ts';

/** The oldest minor release whose defaults were read. Newer ones than the last are taken to be as it is. */
export const oldestMinor = 24;

interface Default {
  readonly path: readonly string[];
  /** By first minor release, the newest first; undefined: releases before have no such key. */
  readonly since: readonly (readonly [minor: number, value: Json])[];
}

const always = (table: string, values: Readonly<Record<string, Json>>): Default[] =>
  Object.entries(values).map(([key, value]) => ({ path: ['crio', table, key], since: [[oldestMinor, value]] }));

const changed = (table: string, key: string, ...since: readonly (readonly [number, Json])[]): Default => ({ path: ['crio', table, key], since });

/** Capabilities that a container gets when neither pod nor configuration says anything. */
export const defaultCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'SETGID', 'SETUID', 'SETPCAP', 'NET_BIND_SERVICE', 'KILL'];

const table: readonly Default[] = [
  ...always('api', { listen: '/var/run/crio/crio.sock', stream_address: '127.0.0.1', stream_port: '0', stream_enable_tls: false }),
  ...always('runtime', {
    seccomp_profile: '',
    apparmor_profile: 'crio-default',
    cgroup_manager: 'systemd',
    conmon_cgroup: '',
    pids_limit: -1,
    default_capabilities: defaultCapabilities,
    additional_devices: [],
  }),
  changed('runtime', 'default_runtime', [31, 'crun'], [oldestMinor, 'runc']),
  changed('runtime', 'allowed_devices', [31, ['/dev/fuse', '/dev/net/tun']], [oldestMinor, ['/dev/fuse']]),
  changed('runtime', 'privileged_seccomp_profile', [33, '']),
  changed('runtime', 'hostnetwork_disable_selinux', [27, true]),
  ...always('image', { insecure_registries: [], signature_policy: '' }),
  changed(
    'image',
    'pause_image',
    [34, 'registry.k8s.io/pause:3.10.1'],
    [31, 'registry.k8s.io/pause:3.10'],
    [28, 'registry.k8s.io/pause:3.9'],
    [oldestMinor, 'registry.k8s.io/pause:3.6'],
  ),
  changed('image', 'pinned_images', [28, []]),
  changed('image', 'signature_policy_dir', [28, '/etc/crio/policies']),
  changed('image', 'short_name_mode', [34, 'enforcing']),
  ...always('network', { network_dir: '/etc/cni/net.d/', plugin_dirs: ['/opt/cni/bin/'], cni_default_network: '' }),
  ...always('metrics', { enable_metrics: false, metrics_port: 9090, metrics_cert: '', metrics_key: '' }),
  // Before, the port is open on every address.
  changed('metrics', 'metrics_host', [30, '127.0.0.1'], [oldestMinor, '']),
  changed('nri', 'enable_nri', [30, true], [26, false]),
  changed('nri', 'nri_plugin_dir', [26, '/opt/nri/plugins']),
  changed('nri', 'nri_plugin_config_dir', [26, '/etc/nri/conf.d']),
];

/** A default, or that it is not the same in all releases; a key that the release does not have is left out. */
export interface KeyDefault {
  readonly path: readonly string[];
  readonly value?: Json;
}

/** The defaults of a minor release; of one that is not known only those that never changed have a value. */
export function defaultsOf(minor: number | undefined): readonly KeyDefault[] {
  return table.flatMap(({ path, since }): KeyDefault[] => {
    if (minor === undefined) return since.length === 1 && since[0]?.[0] === oldestMinor ? [{ path, value: since[0][1] }] : [{ path }];
    const found = since.find(([first]) => minor >= first);
    return found ? [{ path, value: found[1] }] : [];
  });
}

/** The handler that CRI-O has under the name of its own default runtime unless a file defines that one. */
export function builtInHandler(minor: number): Readonly<Record<string, Json>> {
  // 1.28 has it from a patch on: as if from the start.
  return { runtime_type: 'oci', allowed_annotations: minor >= 28 ? ['io.containers.trace-syscall', 'io.kubernetes.cri-o.Devices'] : [] };
}
