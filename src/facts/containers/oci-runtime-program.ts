/** Where the programs lie that start containers, as Podman looks for them (containers/podman:libpod/runtime.go, libpod/oci_conmon_common.go). */
import { type Asking, stat, together } from '../ask.ts';
import { type Known, type Unknown, unknown } from '../fact.ts';
import { endOf } from '../host/disk.ts';
import { programDirectories } from '../host/tool-table.ts';
import type { Pattern } from '../pattern.ts';
import { words } from './lookup.ts';
import { releaseOf, since } from './podman-release.ts';

/** Where each runtime is looked for when the file does not say (containers/common:pkg/config/default.go). */
export const runtimeDirectories = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/sbin', '/bin', '/run/current-system/sw/bin'];
/** What NixOS links into /run at boot comes from there. Of another image nothing will lie at the linked place. */
const nixStore = '/nix/store';
const linkedAtBoot = '/run/current-system/';
/** Of CRI-O's packages. */
const ofCriO = '/usr/lib/cri-o-runc/sbin/runc';
const ofKata = [...runtimeDirectories.map((d) => `${d}/kata-runtime`), '/usr/bin/kata-qemu', '/usr/bin/kata-fc'];
/** Programs of runtimes that are called otherwise, and what else lies elsewhere. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  kata: ofKata,
  runc: [...runtimeDirectories.map((d) => `${d}/runc`), ofCriO],
};
/** What a configuration may lead to that does not spell it out. */
export const runtimePatterns: readonly Pattern[] = [nixStore, ofCriO, ...ofKata].map((path) => ({ do: 'stat', path }));
const builtIn = ['crun', 'crun-vm', 'crun-wasm', 'krun', 'kata', 'ocijail', 'runc', 'runj', 'runsc', 'youki'];

/**
 * Where Podman looks for a runtime of an account's configuration. A name with a slash is the path; a name that is no
 * key of engine.runtimes is "not found" whatever PATH holds. A bare name in the list is searched in PATH by 5.4.2 and not by 4.3.1 (tried).
 */
export function runtimePaths(config: Known, name: string): readonly string[] | Unknown {
  if (name.startsWith('/')) return [name];
  const given = words(config, 'engine', 'runtimes', name);
  if (!given.set && !builtIn.includes(name)) return [];
  const listed = given.set ? given.values : (Object.hasOwn(otherwise, name) && otherwise[name]) || runtimeDirectories.map((d) => `${d}/${name}`);
  const bare = listed.some((p) => p !== '' && !p.startsWith('/'));
  const version = releaseOf(String(config.value.version ?? ''));
  if (bare && !version)
    return {
      is: 'unknown',
      why: 'ambiguous',
      said: `whether Podman looks for the bare name in ${name} of [engine.runtimes] in PATH depends on its version, which is not known`,
      where: given.where,
    };
  const inPath = (program: string): string[] => programDirectories.map((d) => `${d}/${program}`);
  return [...new Set([...listed.flatMap((p) => (p.startsWith('/') ? [p] : p === '' || !version || !since(version, '5.0') ? [] : inPath(p))), ...inPath(name)])];
}

/** Whether a program lies at a path, and whose it is. */
export function* runtimeProgram(path: string): Asking<{ found: false } | { found: true; uid: number; mode: number } | Unknown> {
  const [answer] = yield* together([stat(path)]);
  const real = answer?.is === 'got' ? answer.value.real : undefined;
  if (answer?.is === 'blocked' && answer.why === 'unsupported' && path.startsWith(linkedAtBoot)) {
    const nix = yield* stat(nixStore);
    if (nix.is === 'absent') return { found: false };
  }
  if (answer?.is === 'blocked') return unknown(answer, path);
  if (real?.is === 'blocked') return unknown(real, path);
  const end = answer ? endOf(answer) : undefined;
  // Podman checks that the path is a regular file and leaves the execute bit to the first container.
  return end?.type === 'file' ? { found: true, uid: end.uid, mode: end.mode } : { found: false };
}
