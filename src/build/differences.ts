/** What is generated, beside what is on disk. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that is not as it is generated. */
export interface Difference {
  readonly path: string;
  readonly is: 'missing' | 'stale' | 'superfluous';
}

/**
 * Compares texts, by path below `root`, with the files there, byte for byte; touches nothing. `folder`: all of its files
 * are generated, so one without a text is superfluous.
 */
export function differences(root: string, texts: ReadonlyMap<string, string>, folder?: string): Difference[] {
  const beside = folder !== undefined && existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [];
  return [
    ...[...texts].flatMap(([path, text]): Difference[] => {
      if (!existsSync(join(root, path))) return [{ path, is: 'missing' }];
      return readFileSync(join(root, path), 'utf8') === text ? [] : [{ path, is: 'stale' }];
    }),
    ...beside.filter((path) => !texts.has(path)).map((path): Difference => ({ path, is: 'superfluous' })),
  ];
}
