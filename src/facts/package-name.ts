/** A package and its version on one line, as people write it: `bash 5.2.15-2.x86_64`, `docker.io 5:20.10.24-1`. */
import type { Package } from './packages.ts';

/** What rpm and dpkg call the architectures, and what fits every one. */
const arch = /\.(noarch|all|any|x86_64|amd64|i[3-6]86|aarch64|arm64|arm(?:el|hf|v\d\w*)|ppc64(?:le|el)?|s390x?|riscv64|loong(?:arch)?64|mips\w*)$/;

/** `name [epoch:]version[-release][.arch]`; undefined where it is none. */
export function packageIn(text: string): Package | undefined {
  const m = /^([A-Za-z0-9][\w.+-]*) (\S+)$/.exec(text);
  if (!m) return undefined;
  const [, name = '', rest = ''] = m;
  const parts = versionParts(rest.replace(arch, ''));
  if (!/^\d*$/.test(parts.epoch) || !/^[A-Za-z0-9][\w.+~^-]*$/.test(parts.version)) return undefined;
  return { name, ...parts, arch: arch.exec(rest)?.[1] ?? '' };
}

/** `5:20.10.24+dfsg1-1+b9` in its parts: what stands before the first colon, between, and after the last hyphen. */
export function versionParts(version: string): Pick<Package, 'epoch' | 'version' | 'release'> {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '' : version.slice(0, colon),
    version: hyphen < 0 ? rest : rest.slice(0, hyphen),
    release: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

/** `[epoch:]version[-release]`. */
export const versionText = ({ epoch, version, release }: Package): string =>
  `${epoch === '' ? '' : `${epoch}:`}${version}${release === '' ? '' : `-${release}`}`;
