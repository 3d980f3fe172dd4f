/** The command that installs packages, as the distribution of the host has it. */

/** Families of distributions whose package managers are known. */
export const packageFamilies = ['suse', 'debian', 'fedora', 'rhel'] as const;
export type PackageFamily = (typeof packageFamilies)[number];

/** A host as far as packages are concerned. */
export interface Distribution {
  readonly family?: string;
  /** Its root file system is read-only by design. */
  readonly immutable?: boolean;
}

const isFamily = (family: string | undefined): family is PackageFamily => (packageFamilies as readonly (string | undefined)[]).includes(family);

/** The names in this family; RHEL's are Fedora's where it has none of its own. Several are separated by blanks. */
function namesIn(names: string | Readonly<Record<string, string>>, family: PackageFamily): readonly string[] {
  const found = typeof names === 'string' ? names : (names[family] ?? (family === 'rhel' ? names.fedora : undefined) ?? names.other);
  return found?.split(/\s+/) ?? [];
}

/** The command for this distribution, or undefined where nobody knows one. A read-only root takes packages into its next snapshot. */
export function installCommand(names: string | Readonly<Record<string, string>>, { family, immutable }: Distribution): readonly string[] | undefined {
  if (!isFamily(family)) return undefined;
  const packages = namesIn(names, family);
  if (packages.length === 0) return undefined;
  switch (family) {
    case 'suse':
      // Without --continue it starts from the root that runs, and what was installed since the last boot is lost.
      return immutable
        ? ['transactional-update', '--non-interactive', '--continue', 'pkg', 'install', ...packages]
        : ['zypper', '--non-interactive', 'install', ...packages];
    case 'debian':
      return ['apt-get', 'install', '--yes', ...packages];
    default:
      return immutable ? ['rpm-ostree', 'install', ...packages] : ['dnf', 'install', '--assumeyes', ...packages];
  }
}

/** Whether what a command installs is there after the next boot only: it goes into another snapshot, or deployment. */
export const isForNextBoot = ([program = '']: readonly string[]): boolean => program === 'transactional-update' || program === 'rpm-ostree';

/** The command that takes them away again. */
export function removeCommand(install: readonly string[]): readonly string[] {
  const [program = ''] = install;
  return install.map((word) => (word === 'install' ? (program === 'rpm-ostree' ? 'uninstall' : 'remove') : word));
}

/** The name where no family has its own: that of a distribution which is known to be of none of them. */
export const nameElsewhere = (names: string | Readonly<Record<string, string>>): string | undefined => (typeof names === 'string' ? names : names.other);

/** Where the distribution is not known: each family's name. */
export function namesInWords(names: string | Readonly<Record<string, string>>): string {
  if (typeof names === 'string') return `install ${names}`;
  const byName = Map.groupBy(
    Object.entries(names).sort(([a], [b]) => (a === 'other' ? 1 : b === 'other' ? -1 : a < b ? -1 : 1)),
    ([, name]) => name,
  );
  const told = [...byName].map(([name, of]) => `${name} (${of.map(([family]) => familyNames[family] ?? family).join(', ')})`);
  return `install ${byName.size === 1 ? [...byName.keys()].join() : told.join(', ')}`;
}

const familyNames: Readonly<Record<string, string>> = { suse: 'SUSE', debian: 'Debian, Ubuntu', fedora: 'Fedora', rhel: 'RHEL', other: 'elsewhere' };
