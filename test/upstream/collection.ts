/**
 * A collection of Quadlet files, as people publish them, against the real generator. Nothing of it is kept here:
 *
 *     node test/upstream/collection.ts DIRECTORY GENERATOR RELEASE
 *
 * Each outermost directory below DIRECTORY that holds Quadlet files is laid out as those of root, and as those of an account.
 * GENERATOR is the program quadlet of that RELEASE of Podman. Prints each file on which the two disagree, and how many
 * agree; exit status 1 with any disagreement. A service that is made and requires one that nobody makes counts as made.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { answerer } from '../../src/collect/composed/composed.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { settle } from '../../src/facts/settle.ts';
import { quadlet } from '../../src/kinds/quadlet/quadlet.ts';

const [directory, generator, release] = process.argv.slice(2);
if (directory === undefined || generator === undefined || release === undefined)
  throw new Error('usage: node test/upstream/collection.ts DIRECTORY GENERATOR RELEASE');

const endings = /\.(container|volume|network|kube|image|build|pod)$/;
const places = { root: '/etc/containers/systemd', account: '/home/alice/.config/containers/systemd' } as const;
type Owner = keyof typeof places;

const undecided = 'undecided';
/** The generators before 5.3 did not look whether there is such a file; systemd refuses to start what they made. */
const onlyMade = /^the service that is made requires that of \S+, and there is no such file$/;

/** The outermost directories that hold Quadlet files. */
function groups(top: string): string[] {
  const entries = readdirSync(top, { withFileTypes: true });
  if (entries.some((e) => e.isFile() && endings.test(e.name))) return [top];
  return entries.filter((e) => e.isDirectory()).flatMap((e) => groups(join(top, e.name)));
}

/** The text files below a directory, by their path in it. */
function filesIn(group: string): Map<string, string> {
  const all = readdirSync(group, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  const texts = all.map((f): [string, string] => [relative(group, join(f.parentPath, f.name)), readFileSync(join(f.parentPath, f.name), 'utf8')]);
  return new Map(texts.filter(([, text]) => !text.includes('\0')));
}

/** Whether the generator makes a service of a file. */
function making(group: string, owner: Owner): (name: string) => boolean {
  const { stdout } = spawnSync(generator as string, ['-dryrun', ...(owner === 'root' ? [] : ['-user'])], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { QUADLET_UNIT_DIRS: group, PATH: process.env.PATH },
  });
  const sources = new Set([...stdout.matchAll(/^SourcePath=(.*)$/gm)].map(([, path = '']) => relative(group, path)));
  const services = new Set([...stdout.matchAll(/^---(?:.*\/)?(.*)---$/gm)].map(([, name = '']) => name));
  // Before 5.5 only some services tell what they are made from.
  return (name) => sources.has(name) || services.has(`${basename(name).replace(endings, (_, ending) => `-${ending}`)}.service`);
}

/** Why pretrip holds that the generator makes nothing, by file. */
function refusals(files: ReadonlyMap<string, string>, owner: Owner): Map<string, string> {
  const host = {
    files: {
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n',
      ...Object.fromEntries([...files].map(([path, text]) => [`${places[owner]}/${path}`, text])),
    },
    commands: { 'podman --version': { stdout: `podman version ${release}\n` } },
  };
  const found = settle((quadlet.find as NonNullable<typeof quadlet.find>).learn(rootAccount), answerer(host));
  if (found.is !== 'known') throw new Error(found.said);
  const reasons = found.each.map(({ fact: { value, gaps } }): [string, string] => [
    relative(places[owner], String(value.path)),
    [gaps.size > 0 && undecided, value.read === false && 'it is not read', value.inert, value.lostWith, value.loadErrors, value.unknownKeys, value.errors]
      .flat()
      .filter((why) => Boolean(why) && !onlyMade.test(String(why)))
      .join('; '),
  ]);
  return new Map(reasons.filter(([, why]) => why !== ''));
}

let agreed = 0;
let wrong = 0;
let open = 0;
for (const group of groups(resolve(directory))) {
  const files = filesIn(group);
  for (const owner of Object.keys(places) as Owner[]) {
    const [makes, mine] = [making(group, owner), refusals(files, owner)];
    for (const name of [...files.keys()].filter((f) => endings.test(f) && !f.includes('.d/'))) {
      if (mine.get(name)?.startsWith(undecided)) open++;
      else if (makes(name) === !mine.has(name)) agreed++;
      else {
        wrong++;
        console.log(
          `${join(group, name)} of ${owner}: the generator ${makes(name) ? 'makes a service' : 'makes none'}, pretrip says: ${mine.get(name) ?? 'nothing is wrong'}`,
        );
      }
    }
  }
}
console.log(`${agreed} of ${agreed + wrong} agree${open > 0 ? `, ${open} are left undecided` : ''}`);
process.exitCode = wrong > 0 ? 1 : 0;
