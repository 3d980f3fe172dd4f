/**
 * Upstream's own Quadlet test files against what pretrip reads in them, a release at a time. Nothing of them is kept here:
 *
 *     node test/upstream/quadlet.ts CHECKOUT [GENERATORS]
 *
 * CHECKOUT is a clone of containers/podman with its tags (a bare one will do). A file that upstream asserts to fail must be
 * refused, all others must not. With GENERATORS, a directory of programs called quadlet-TAG, each file is also given to the
 * real generator of that release. Prints the agreement of each release, and each disagreement; exit status 1 with any.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { answerer } from '../../src/collect/composed/composed.ts';
import { rootAccount } from '../../src/facts/host/accounts.ts';
import { settle } from '../../src/facts/settle.ts';
import { compareReleases } from '../../src/facts/text/version.ts';
import { quadlet } from '../../src/kinds/quadlet/quadlet.ts';

const [checkout, generators] = process.argv.slice(2);
if (checkout === undefined) throw new Error('usage: node test/upstream/quadlet.ts CHECKOUT [GENERATORS]');

const find = quadlet.find ?? noFind();

function noFind(): never {
  throw new Error('quadlet cannot be enumerated');
}

const git = (...args: string[]): string => execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
const folder = 'test/e2e/quadlet';
const endings = /\.(container|volume|network|kube|image|build|pod|artifact)$/;
const etc = '/etc/containers/systemd';
/** What the branch main becomes. */
const unreleased = '6.0.0';

/** The newest patch of every minor release that has such tests. */
function releases(): string[] {
  const newest = new Map<string, string>();
  for (const tag of git('tag', '--list', 'v*').split('\n')) {
    const minor = /^v(\d+\.\d+)\.\d+$/.exec(tag)?.[1];
    if (minor === undefined || (compareReleases(minor, '4.6') ?? -1) < 0) continue;
    const known = newest.get(minor);
    if (known === undefined || (compareReleases(tag, known) ?? 0) > 0) newest.set(minor, tag);
  }
  return [...newest.values()].sort((a, b) => compareReleases(a, b) ?? 0);
}

/** All files of the tests at a tag, by their path below the folder. */
function filesAt(tag: string): Map<string, string> {
  const at = mkdtempSync(join(tmpdir(), 'upstream-quadlet-'));
  try {
    execFileSync('tar', ['-x', '-C', at], { input: execFileSync('git', ['-C', checkout as string, 'archive', `${tag}:${folder}`], { maxBuffer: 1 << 28 }) });
    const names = readdirSync(at, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
    return new Map(names.map((f) => [relative(at, join(f.parentPath, f.name)), readFileSync(join(f.parentPath, f.name), 'utf8')]));
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** Of the table of tests: which other files a file is tried with. */
function companions(tag: string): Map<string, string[]> {
  const source = git('show', `${tag}:${dirname(folder)}/quadlet_test.go`);
  const found = [...source.matchAll(/Entry\("[^"]*",\s*"([^"]+)",\s*\[\]string\{([^}]*)\}/g)];
  return new Map(found.map(([, file = '', names = '']) => [file, [...names.matchAll(/"([^"]+)"/g)].map((m) => m[1] as string)]));
}

/** A file with its companions and drop-ins, as the tests lay them out. */
function treeOf(name: string, files: ReadonlyMap<string, string>, beside: readonly string[]): Map<string, string> {
  const dropIns = [...files.keys()].filter((f) => f.includes('.d/'));
  return new Map([name, ...beside, ...dropIns].flatMap((f) => (files.has(f) ? [[f, files.get(f) as string] as const] : [])));
}

/** Why pretrip holds that the generator makes nothing of a file; undefined: it does. */
function refusal(name: string, tree: ReadonlyMap<string, string>, release: string): string | undefined {
  const host = {
    files: Object.fromEntries([...tree].map(([path, text]) => [`${etc}/${path}`, text])),
    commands: { 'podman --version': { stdout: `podman version ${release}\n` } },
  };
  const found = settle(find.learn(rootAccount), answerer(host));
  if (found.is !== 'known') return found.said;
  const value: Readonly<Record<string, unknown>> = found.each.find((s) => s.key === `quadlet:${etc}/${name}`)?.fact.value ?? {};
  const reasons = [value.inert, value.lostWith, value.loadErrors, value.unknownKeys, value.errors].flat().filter((r) => r !== undefined && r !== null);
  return reasons.length > 0 ? reasons.join('; ') : undefined;
}

/** Whether the real generator makes a service of the file; undefined: there is none of this release. */
function generated(tag: string, name: string, tree: ReadonlyMap<string, string>): { made: boolean; said: string } | undefined {
  const program = join(generators ?? '', `quadlet-${tag}`);
  if (generators === undefined || !existsSync(program)) return undefined;
  const at = mkdtempSync(join(tmpdir(), 'upstream-quadlet-'));
  try {
    for (const [path, text] of tree) {
      mkdirSync(dirname(join(at, path)), { recursive: true });
      writeFileSync(join(at, path), text);
    }
    const { stdout, stderr } = spawnSync(program, ['-dryrun'], { encoding: 'utf8', timeout: 3000, env: { QUADLET_UNIT_DIRS: at } });
    const [stem, ending] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
    // Before 5.5 only some services tell what they are made from.
    const made = stdout.includes(`SourcePath=${join(at, name)}\n`) || new RegExp(`^---(?:.*/)?${stem}-${ending}\\.service---$`, 'm').test(stdout);
    const said = stderr.split('\n').filter((l) => l.trim() !== '' && !l.includes('Loading source'));
    return { made, said: said.at(-1) ?? '' };
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** The tests run as an account, too, and here as root. */
const asUser = /RemapUsers=keep-id is refused for units of the system/;
/** Some tests lay the files that are named beside it by hand. */
const laidBeside = (mine: string, files: ReadonlyMap<string, string>): boolean =>
  mine
    .split('; ')
    .every((reason) => files.has(/(\S+?):? (?:is named but )?there is no such file$/.exec(reason.replace(/^Pod=/, ''))?.[1]?.replace(/^\w+=/, '') ?? ''));

/** What is made, but names a service that nobody makes: the generators before 5.3 did not look, and systemd refuses to start it. */
const onlyMade = /^(?:the service that is made requires that of \S+, and there is no such file(?:; )?)+$/;

let wrong = 0;
for (const tag of [...releases(), 'main']) {
  const files = filesAt(tag);
  const beside = companions(tag);
  const names = [...files.keys()].filter((f) => endings.test(f) && !f.includes('/'));
  const told: string[] = [];
  let agreed = 0;
  for (const name of names) {
    const tree = treeOf(name, files, beside.get(name) ?? []);
    const asserted = /^## assert-failed/m.test(files.get(name) ?? '');
    const mine = refusal(name, tree, tag === 'main' ? unreleased : tag.slice(1));
    const real = generated(tag, name, tree);
    const fails = real ? !real.made : asserted;
    if ((mine !== undefined) === fails) agreed++;
    else if (!fails && mine !== undefined && onlyMade.test(mine)) told.push(`  ${name}: made, but it cannot start: ${mine}`);
    else if (!fails && mine !== undefined && asUser.test(mine)) told.push(`  ${name}: upstream runs it as an account: ${mine}`);
    else if (!fails && mine !== undefined && laidBeside(mine, files)) told.push(`  ${name}: upstream lays beside it what is named: ${mine}`);
    else {
      wrong++;
      const truth = real
        ? `the generator ${real.made ? 'makes a service' : `makes none (${real.said})`}`
        : `upstream asserts that it ${asserted ? 'fails' : 'works'}`;
      told.push(`  ${name}: ${truth}, pretrip says: ${mine ?? 'nothing is wrong'}`);
    }
  }
  console.log(`${tag}: ${agreed} of ${names.length} agree\n${told.join('\n')}`.trimEnd());
}
process.exitCode = wrong > 0 ? 1 : 0;
