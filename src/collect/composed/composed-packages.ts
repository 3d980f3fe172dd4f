/** The packages of a host that is written down. Pure. */
import type { Answer } from '../../facts/ask.ts';
import { packageIn, versionText } from '../../facts/package-name.ts';
import { type Database, databases, type Package, type Packages } from '../../facts/packages.ts';
import { dpkgStatus, inOrder, rpmDatabases } from '../disk/packages.ts';
import type { Tree } from './composed-tree.ts';

/** What each database lists. `null`, in an overlay: there is no such database. */
export type PackagesSpec = Readonly<Partial<Record<Database, readonly string[] | null>>>;

const files = { rpm: rpmDatabases, dpkg: [dpkgStatus] } as const;

/** The files of the databases that are written down as lists, which no longer stand for them. */
export const filesOf = (spec: PackagesSpec | undefined): readonly string[] =>
  databases.filter((database) => spec?.[database] !== undefined).flatMap((database) => files[database]);

/** What stands in place of their files: of rpm where SUSE and Fedora keep it, of dpkg the text that is read. */
export function databaseFiles(spec: PackagesSpec | undefined): Readonly<Record<string, string>> {
  return {
    ...(spec?.rpm ? { [rpmDatabases[0] ?? '']: '' } : {}),
    ...(spec?.dpkg
      ? {
          [dpkgStatus]: spec.dpkg
            .flatMap((text) => packageIn(text) ?? [])
            .map(paragraph)
            .join('\n'),
        }
      : {}),
  };
}

/** The packages that are written down; undefined: files and programs of the host tell, as its dpkg does. */
export function listedPackages(spec: PackagesSpec | undefined, database: string, tree: Tree): Answer<Packages> | undefined {
  if (database !== 'rpm' || !spec?.rpm) return undefined;
  const file = tree.read(rpmDatabases[0] ?? '');
  return file.is === 'blocked' ? file : { is: 'got', value: { packages: inOrder(spec.rpm.flatMap((text) => packageIn(text) ?? [])) } };
}

const paragraph = (p: Package): string =>
  `Package: ${p.name}\nStatus: install ok installed\n${p.arch === '' ? '' : `Architecture: ${p.arch}\n`}Version: ${versionText(p)}\n`;
