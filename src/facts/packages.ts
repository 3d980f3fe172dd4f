/** What a package database lists, and whether something that came from outside is such a list. */
import { isRecord, isText } from './untrusted.ts';

/** The databases that are read. */
export const databases = ['dpkg', 'rpm'] as const;
export type Database = (typeof databases)[number];

/** One installed package. `epoch` and `release` are empty where it has none. */
export interface Package {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
}

/** All installed packages, by name and then by version. */
export interface Packages {
  readonly packages: readonly Package[];
}

const isPackage = (value: unknown): boolean => isRecord(value) && [value.name, value.epoch, value.version, value.release, value.arch].every(isText);

export const isPackages = (value: unknown): value is Packages => isRecord(value) && Array.isArray(value.packages) && value.packages.every(isPackage);
