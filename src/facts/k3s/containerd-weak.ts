/**
 * Settings of containerd that take protection away from what it runs, in the configuration that K3s has rendered
 * (containerd/containerd:docs/cri/config.md, pkg of its runtime options; k3s-io/k3s:pkg/agent/templates/templates.go has none of them).
 */
import { type Place, type TextNode, walk } from '../text/node.ts';
import { isLoopback } from './registry-endpoints.ts';

export interface WeakSetting {
  /** The last name of the key. */
  readonly key: string;
  readonly value: string;
  /** What follows, as a clause. */
  readonly why: string;
  /** Whoever reaches it gets root, or changes what runs. */
  readonly grave: boolean;
  readonly at: Place;
}

type Judge = (value: string, path: readonly string[]) => { readonly why: string; readonly grave: boolean } | undefined;

const on =
  (why: string, grave = false): Judge =>
  (value) =>
    value === 'true' ? { why, grave } : undefined;

const judges: Readonly<Record<string, Judge>> = {
  privileged_without_host_devices_all_devices_allowed: on('a privileged container may make and use every device'),
  disable_proc_mount: on('what the kernel hides below /proc shows in containers'),
  NoPivotRoot: on('a container can get out of its root file system'),
  insecure_skip_verify: (value, path) =>
    value === 'true' && path.includes('registry') && !path.some((p) => isLoopback(p))
      ? { why: 'nobody checks the certificate of a registry', grave: true }
      : undefined,
  tcp_address: (value, path) =>
    path.at(-2) === 'grpc' && value !== '' && !isLoopback(value) ? { why: 'whoever reaches the port runs containers as root', grave: true } : undefined,
  stream_server_address: (value) =>
    value !== '' && !isLoopback(value) ? { why: 'the port of exec and logs is open to the network', grave: false } : undefined,
};

/** What of a parsed config.toml takes protection away. */
export function weakSettings(root: TextNode): WeakSetting[] {
  const found: WeakSetting[] = [];
  walk(root, (path, node, at) => {
    const key = path.at(-1) ?? '';
    if (node.is !== 'scalar' || !Object.hasOwn(judges, key)) return;
    const value = String(node.value);
    const judged = judges[key]?.(value, path);
    if (judged) found.push({ key, value, at, ...judged });
  });
  return found;
}
