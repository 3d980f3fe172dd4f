/** Reads a composed host and finds every mistake in it: what is misspelt would quietly count as not there. */
import { isMap, isScalar, isSeq } from 'yaml';
import type { HostSpec } from '../../collect/composed/composed.ts';
import { fileTypes, whys } from '../../facts/answer.ts';
import { packageIn } from '../../facts/package-name.ts';
import { databases } from '../../facts/packages.ts';
import type { Problem } from '../rule.ts';
import { Source, type YamlNode } from './source.ts';

export const hostKeys = ['files', 'commands', 'sockets', 'packages', 'env', 'user', 'kind', 'takenAt', 'given', 'accounts', 'describe', 'follows'] as const;

const fileKeys = ['content', 'type', 'link', 'mode', 'owner', 'mtime', 'capabilities', 'blocked'] as const;

/** What is said of a file that is no host at all. */
export const noFiles = 'a composed host needs "files"';

/** A host in a file of its own. */
export function readHost(file: string, text: string): { host?: HostSpec; problems: readonly Problem[] } {
  const source = new Source(file, text, true);
  if (source.problems.length > 0) return { problems: source.problems };
  const fields = source.fields(source.root, 'a composed host', hostKeys);
  if (!fields.has('files')) source.problem(source.root, noFiles);
  const host = hostIn(source, fields);
  return source.problems.length > 0 ? { problems: source.problems } : { host, problems: [] };
}

/** The host among the fields of a case or of a file. Mistakes go to the source. */
export function hostIn(source: Source, fields: ReadonlyMap<string, YamlNode>): HostSpec {
  const checks: Readonly<Record<(typeof hostKeys)[number], (node: YamlNode) => void>> = {
    files: (node) => checkFiles(source, node),
    commands: (node) => each(source, node, 'commands', (key, value, at) => checkCommand(source, key, value, at)),
    sockets: (node) => each(source, node, 'sockets', (key, value, at) => checkSocket(source, key, value, at)),
    packages: (node) => checkPackages(source, node),
    env: (node) => each(source, node, 'env', (key, value) => isNull(value) || texts(source, value, `the variable ${key}`)),
    user: (node) => checkUser(source, node),
    kind: (node) => void source.word(node, 'kind', ['live', 'image']),
    takenAt: (node) => numeric(source, node, 'takenAt'),
    given: (node) => listed(source, node, 'given', '[/src/up.sh]'),
    accounts: (node) => listed(source, node, 'accounts', '[driver]'),
    describe: (node) => texts(source, node, 'describe'),
    follows: (node) => texts(source, node, 'follows'),
  };
  for (const key of hostKeys) if (fields.has(key)) checks[key](fields.get(key));
  return Object.fromEntries(hostKeys.filter((k) => fields.has(k)).map((k) => [k, source.json(fields.get(k))])) as HostSpec;
}

const isNull = (node: YamlNode): boolean => node === null || node === undefined || (isScalar(node) && node.value === null);

function each(source: Source, node: YamlNode, what: string, check: (key: string, value: YamlNode, at: YamlNode) => unknown): void {
  for (const { key, keyNode, value } of source.entries(node, what)) check(key, value, keyNode);
}

/** Any text, the empty one too. */
function texts(source: Source, node: YamlNode, what: string): void {
  if (!isScalar(node) || typeof node.value !== 'string') source.problem(node, `${what} must be text`, 'put it in quotes');
}

/** A list of paths or names. */
function listed(source: Source, node: YamlNode, what: string, example: string): void {
  if (!isSeq(node)) source.problem(node, `${what} must be a list`, `${what}: ${example}`);
  else
    for (const item of node.items)
      if (!isScalar(item) || typeof item.value !== 'string' || item.value === '') source.problem(item as YamlNode, `what is in ${what} must be text`);
}

function numeric(source: Source, node: YamlNode, what: string): void {
  if (!isScalar(node) || typeof node.value !== 'number' || !Number.isSafeInteger(node.value)) source.problem(node, `${what} must be a whole number`);
}

function pattern(source: Source, node: YamlNode, what: string, form: RegExp, like: string): void {
  if (!isScalar(node) || typeof node.value !== 'string' || !form.test(node.value)) source.problem(node, `${what} must be text like ${like}`);
}

function checkFiles(source: Source, node: YamlNode): void {
  const leaves = new Map<string, string>();
  const entries = source.entries(node, 'files');
  for (const { key, keyNode, value } of entries) {
    if (!key.startsWith('/')) source.problem(keyNode, `the path "${key}" must be absolute`, `did you mean "/${key}"?`);
    else if (key !== '/' && (key.endsWith('/') || /\/\/|\/\.\.?(?:\/|$)/.test(key)))
      source.problem(keyNode, `the path "${key}" must be plain`, `did you mean "${key.replace(/\/+/g, '/').replace(/\/$/, '')}"?`);
    if (isNull(value)) continue;
    const type = isMap(value) ? checkFile(source, value) : 'file';
    if (!isMap(value)) texts(source, value, `the content of ${key}`);
    if (type !== 'directory') leaves.set(key, type);
  }
  for (const { key, keyNode } of entries) {
    const above = key.split('/').slice(1, -1);
    const leaf = above.map((_, at) => `/${above.slice(0, at + 1).join('/')}`).find((p) => leaves.has(p));
    if (leaf !== undefined) source.problem(keyNode, `"${key}" lies below ${leaf}, which is a ${leaves.get(leaf)}`);
  }
}

/** Checks one file and tells its type. */
function checkFile(source: Source, node: YamlNode): string {
  const fields = source.fields(node, 'a file', fileKeys);
  const type = fields.has('type') ? source.word(fields.get('type'), 'type', fileTypes) : fields.has('link') ? 'link' : 'file';
  if (fields.has('content')) texts(source, fields.get('content'), 'content');
  if (fields.has('link')) texts(source, fields.get('link'), 'link');
  if (fields.has('mode')) pattern(source, fields.get('mode'), 'mode', /^[0-7]{3,4}$/, '"0644"');
  if (fields.has('owner')) pattern(source, fields.get('owner'), 'owner', /^\d+(?::\d+)?$/, '"1000:1000"');
  if (fields.has('mtime')) numeric(source, fields.get('mtime'), 'mtime');
  if (fields.has('capabilities')) texts(source, fields.get('capabilities'), 'capabilities');
  if (fields.has('blocked')) source.word(fields.get('blocked'), 'blocked', whys);
  if (fields.has('content') && type !== undefined && type !== 'file') source.problem(fields.get('content'), `a ${type} has no content`);
  if (fields.has('link') && type !== undefined && type !== 'link') source.problem(fields.get('link'), `a ${type} leads nowhere`);
  if (type === 'link' && !fields.has('link')) source.problem(node, 'a link needs "link": where it leads');
  return type ?? 'file';
}

function checkCommand(source: Source, key: string, node: YamlNode, at: YamlNode): void {
  if (key !== key.trim().replace(/\s+/g, ' ')) source.problem(at, `the words of "${key}" must be joined by one space`);
  if (isNull(node)) return;
  const fields = source.fields(node, 'a command', ['stdout', 'stderr', 'exit', 'blocked']);
  for (const name of ['stdout', 'stderr']) if (fields.has(name)) texts(source, fields.get(name), name);
  if (fields.has('exit')) numeric(source, fields.get('exit'), 'exit');
  if (fields.has('blocked')) source.word(fields.get('blocked'), 'blocked', whys);
}

function checkSocket(source: Source, key: string, node: YamlNode, at: YamlNode): void {
  if (!/^\/\S+ \/\S*$/.test(key))
    source.problem(at, `"${key}" must be the path of a socket, a space, and the path that is got`, '"/run/podman/podman.sock /_ping"');
  if (isNull(node)) return;
  const fields = source.fields(node, 'a response', ['status', 'headers', 'body', 'blocked']);
  if (fields.has('status')) numeric(source, fields.get('status'), 'status');
  if (fields.has('body')) texts(source, fields.get('body'), 'body');
  if (fields.has('blocked')) source.word(fields.get('blocked'), 'blocked', whys);
  if (!fields.has('headers')) return;
  for (const { key: name, keyNode, value } of source.entries(fields.get('headers'), 'headers')) {
    if (name !== name.toLowerCase()) source.problem(keyNode, `the header "${name}" must be lower case`, `did you mean "${name.toLowerCase()}"?`);
    texts(source, value, `the header ${name}`);
  }
}

function checkPackages(source: Source, node: YamlNode): void {
  for (const [database, all] of source.fields(node, 'packages', databases)) {
    if (isNull(all)) continue;
    listed(source, all, database, '["bash 5.2.15-2.x86_64"]');
    for (const item of isSeq(all) ? all.items : [])
      if (isScalar(item) && typeof item.value === 'string' && item.value !== '' && !packageIn(item.value))
        source.problem(item as YamlNode, `"${item.value}" must be a name, a space and a version`, '"bash 5.2.15-2.x86_64", "docker.io 5:20.10.24-1"');
  }
}

function checkUser(source: Source, node: YamlNode): void {
  const fields = source.fields(node, 'user', ['name', 'uid', 'gid', 'home']);
  for (const name of ['name', 'uid', 'gid', 'home']) if (!fields.has(name)) source.problem(node, `user needs "${name}"`);
  for (const name of ['name', 'home']) if (fields.has(name)) texts(source, fields.get(name), name);
  for (const name of ['uid', 'gid']) if (fields.has(name)) numeric(source, fields.get(name), name);
}
