/** The files that k3d rules look at: those given with --file, and the usual places of k3d config files. */

import { type Account, type Asking, list, read, together } from '../ask.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { givenFile } from '../pattern.ts';
import { source, type Touches } from '../source.ts';

/** k3d has no default config file; these are the names its documentation and its users give it. */
const usualFiles = ['~/k3d.yaml', '~/k3d.yml', '~/k3d-config.yaml', '~/k3d-config.yml'] as const;
const usualFolders = ['~/.k3d', '~/k3d', '/etc/k3d'] as const;

interface GivenFile {
  readonly path: string;
  /** Named on the command line, so that its absence is a mistake worth telling. */
  readonly given: boolean;
  readonly text: string;
}

interface Hidden {
  readonly why: Unknown;
  /** Named on the command line, or the names themselves: a script may hide there. Otherwise it could only be a config file. */
  readonly given: boolean;
}

export interface GivenFiles {
  readonly files: readonly GivenFile[];
  /** Files and folders that could not be seen. */
  readonly blocked: readonly Hidden[];
  readonly consulted: readonly Where[];
}

const usual: Touches = [
  ...usualFiles.map((path) => ({ do: 'read', path }) as const),
  ...usualFolders.flatMap(
    (path): Touches => [
      { do: 'list', path },
      { do: 'read', path: `${path}/*.yaml` },
      { do: 'read', path: `${path}/*.yml` },
    ],
  ),
];

/** Reads them all: those named with --file, and the usual ones. A named file that is not there counts as one that could not be seen. */
export const givenFiles = source(
  (_as: Account, asked: readonly string[] | '*'): Touches => [{ do: 'read', path: givenFile, ...(asked === '*' ? {} : { given: asked }) }, ...usual],
  readGivenFiles,
);

function* readGivenFiles(as: Account, asked: readonly string[]): Asking<GivenFiles> {
  const blocked: Hidden[] = [];
  const folders = yield* together(usualFolders.map((folder) => yamlFiles(atHome(folder, as), blocked)));
  const others = [...usualFiles.map((p) => atHome(p, as)), ...folders.flat()];
  const paths = [...new Set([...asked.map((p) => atHome(p, as)), ...others])];
  const texts = yield* together(paths.map((path) => read(path)));
  const files: GivenFile[] = [];
  for (const [at, answer] of texts.entries()) {
    const path = paths[at] ?? '';
    const named = at < new Set(asked).size;
    if (answer.is === 'got') files.push({ path, given: named, text: answer.value });
    else if (answer.is === 'blocked') blocked.push({ why: unknown(answer, path), given: named });
    else if (named) blocked.push({ why: { is: 'unknown', why: 'failed', said: `${path} was given, but is not there`, where: [{ path }] }, given: true });
  }
  return { files, blocked, consulted: [...paths, ...usualFolders.map((f) => atHome(f, as))].map((path) => ({ path })) };
}

function* yamlFiles(folder: string, blocked: Hidden[]): Asking<string[]> {
  const names = yield* list(folder);
  if (names.is === 'blocked') blocked.push({ why: unknown(names, folder), given: false });
  return names.is === 'got' ? names.value.filter((n) => /\.ya?ml$/.test(n) && !n.includes('/')).map((n) => `${folder}/${n}`) : [];
}

const atHome = (path: string, as: Account): string => path.replace(/^~(?=\/)/, () => as.home);
