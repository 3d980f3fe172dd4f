/** Kind `k3s-config`: the configuration files of K3s one by one: whether they parse, what K3s makes of their keys, and who may read them. */
import { type Answer, type Asking, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Json, missing, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { repeated } from '../../facts/grouped.ts';
import { endOf } from '../../facts/host/disk.ts';
import { ChosenFlags } from '../../facts/k3s/chosen-flags.ts';
import { commandArguments } from '../../facts/k3s/command-arguments.ts';
import { type ConfigFile, configArguments } from '../../facts/k3s/config-arguments.ts';
import { type ConfigPlaces, configPlaces, type FoundFile } from '../../facts/k3s/config-files.ts';
import { flagNamed, isBooleanFlag, isListFlag, knownFlags } from '../../facts/k3s/flag-table.ts';
import { placeText } from '../../facts/k3s/given.ts';
import { goBool } from '../../facts/k3s/go.ts';
import { holdsSecret } from '../../facts/k3s/secret-flags.ts';
import { type Start, startOfK3s } from '../../facts/k3s/started-by.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, mode, number, record, string } from '../../facts/shape.ts';
import { placed } from '../../facts/text/node.ts';
import { shortened } from '../../facts/text/shortened.ts';

const above = ['/etc/rancher', '/etc/rancher/k3s'];

export const k3sConfig = defineKind({
  name: 'k3s-config',
  noun: "K3s's configuration",
  absent: 'no service here starts K3s',
  describe: 'config.yaml of K3s and its drop-ins as files: what does not parse, keys that K3s skips or refuses, and who may read and change them.',
  fields: {},
  shape: record({
    role: string('what reads them', ['server', 'agent']),
    problems: list(string('a place and what is wrong there'), 'files, and values of flags, with which K3s does not start'),
    meant: list(
      record({ key: string('the key'), path: string('its file'), value: boolean('what was meant') }),
      'of these, values of flags of yes or no in files of YAML whose word says which',
    ),
    unclear: list(string('a place and what is wrong there'), 'of these, the others'),
    duplicates: list(string('a key'), 'keys that one file sets twice; the last one counts'),
    refused: list(string('a flag'), 'flags that K3s does not know and does not start with: arguments, and keys of an agent'),
    skipped: list(string('a key'), 'keys that a server does not know, warns of and skips'),
    overridden: list(string('a flag and its places'), 'flags with a value that another place beats with a different one'),
    files: list(
      record({
        path: string('the file or directory'),
        mode: mode('its permission bits'),
        uid: number('its owner'),
        secrets: list(string('a key'), 'keys in it whose value is a secret'),
        exposed: boolean('it holds a secret, and others than root may read it'),
        changeable: boolean('others than root may change it'),
      }),
      'the files, and the directories in which they lie',
    ),
  }),
  touches: () => [startOfK3s, configPlaces, ...above.map((path) => ({ do: 'stat' as const, path }))],
  *learn(): Asking<Fact> {
    const start = yield* startOfK3s();
    if (start.is === 'unknown') return start;
    if (start.is === 'not-started') return missing(...start.consulted);
    const [places, ...directories] = yield* together([configPlaces(start.command, start.environment), ...above.map((path) => stat(path))]);
    if (places.is === 'unknown') return places;
    const fact = new FactBuilder().consulted(start.command.where, ...places.consulted).set('role', start.command.role, start.command.where);
    const closed = places.directory?.refused ?? places.files.flatMap(({ content }) => (content && 'is' in content && !isBroken(content) ? [content] : []))[0];
    const flags = new ChosenFlags([...configArguments(parsed(places)), ...commandArguments(start.command)], start.environment);
    problemsOf(fact, places, flags, closed);
    keysOf(fact, places, start.command, flags, closed);
    const around = above.map((path, at): FoundFile => ({ path, stat: directories[at] as Answer<Stat>, content: undefined }));
    const { directory } = places;
    whoMay(fact, [...around, ...(directory ? [{ ...directory, content: undefined }] : []), ...places.files], directory?.refused);
    return fact.build();
  },
});

const isBroken = (content: Unknown): boolean => content.why === 'unparsable';

const parsed = ({ files }: ConfigPlaces): ConfigFile[] => files.flatMap(({ content }) => (content && !('is' in content) ? [content] : []));

/** A list with a place for each element and for the whole; unknown where it is empty and something could not be seen. */
function listed(
  fact: FactBuilder,
  name: string,
  found: readonly { text: string; where: Where }[],
  closed: Unknown | undefined,
  consulted: readonly Where[],
): void {
  if (found.length === 0 && closed) return void fact.gap(name, closed);
  fact.set(
    name,
    found.map((f) => f.text),
    ...(found.length > 0 ? found.map((f) => f.where) : consulted),
  );
  for (const [at, { where }] of found.entries()) fact.at([name, String(at)], where);
}

function problemsOf(fact: FactBuilder, places: ConfigPlaces, flags: ChosenFlags, closed: Unknown | undefined): void {
  const broken = places.files.flatMap(({ path, content }) =>
    content && 'is' in content && isBroken(content) ? [{ text: content.said, where: content.where[0] ?? { path } }] : [],
  );
  const neither = neitherTrueNorFalse(flags);
  listed(fact, 'problems', [...broken, ...neither], closed, places.consulted);
  const clear = neither.filter((one) => meantBy(one) !== undefined);
  const others = [...broken, ...neither.filter((one) => meantBy(one) === undefined)];
  listed(fact, 'unclear', others, undefined, places.consulted);
  const meant = clear.map((one) => ({ key: one.name, path: one.where.path, value: meantBy(one) === true }));
  fact.set('meant', meant, ...(clear.length > 0 ? clear.map(({ where }) => where) : places.consulted));
  for (const [at, { where }] of clear.entries()) fact.at(['meant', String(at)], where);
  const twice = parsed(places).flatMap(({ path, entries }) =>
    repeated(entries, ({ key }) => key).map(({ key, at }) => ({ text: key, where: placed(path, at) })),
  );
  listed(fact, 'duplicates', twice, closed, places.consulted);
}

/** K3s stops at the first flag of yes or no whose value Go's ParseBool refuses, also where a later one would count (urfave/cli). */
const neitherTrueNorFalse = (flags: ChosenFlags): Neither[] =>
  flags
    .names()
    .filter(isBooleanFlag)
    .flatMap((name) => flags.given(name).map((given) => ({ name, ...given })))
    .filter(({ value }) => goBool(value) === undefined)
    .map(({ name, value, where }) => ({ name, value, where, text: `K3s takes true or false for ${name}, not "${shortened(value, 40)}", and does not start` }));

interface Neither {
  readonly name: string;
  readonly value: string;
  readonly text: string;
  readonly where: Where;
}

/** What a word in a file of YAML says in other languages. */
function meantBy({ value, where }: Neither): boolean | undefined {
  const word = /\.ya?ml$/i.test(where.path) ? value.toLowerCase() : '';
  return ['yes', 'y', 'on', 'enable', 'enabled'].includes(word) ? true : ['no', 'n', 'off', 'disable', 'disabled'].includes(word) ? false : undefined;
}

/** Where a file is broken or closed, what the others hold still counts; what is not there may stand in that file. */
function keysOf(fact: FactBuilder, places: ConfigPlaces, command: Start['command'], flags: ChosenFlags, closed: Unknown | undefined): void {
  const files = parsed(places);
  const hidden = closed ?? places.files.flatMap(({ content }) => (content && 'is' in content ? [content] : []))[0];
  const known = knownFlags[command.role];
  const keys = files.flatMap(({ path, entries }) =>
    entries.flatMap(({ key, at }) => (known.has(key.replace(/\+$/, '')) ? [] : [{ text: key, where: placed(path, at) }])),
  );
  const words = commandArguments(command).flatMap(({ flag, where }) => (known.has(flag) ? [] : [{ text: `--${flag}`, where }]));
  const agent = command.role === 'agent';
  listed(fact, 'refused', agent ? [...keys, ...words] : words, agent ? hidden : undefined, places.consulted);
  listed(fact, 'skipped', agent ? [] : keys, agent ? undefined : hidden, places.consulted);
  listed(fact, 'overridden', overriddenIn(flags), hidden, places.consulted);
}

function overriddenIn(flags: ChosenFlags): { text: string; where: Where }[] {
  return flags.names().flatMap((name) => {
    const one = isListFlag(name) ? undefined : flags.one(name);
    const lost = one?.beaten.find((b) => b.value !== one.value);
    return one && lost ? [{ text: `${name} of ${placeText(lost.where)} by ${placeText(one.where)}`, where: one.where }] : [];
  });
}

/** Who may read and change each of the files that are there. What a closed directory holds nobody else reads. */
function whoMay(fact: FactBuilder, found: readonly FoundFile[], unlisted: Unknown | undefined): void {
  const there = found.filter(({ stat }) => stat.is !== 'absent');
  fact.set(
    'files',
    there.map(({ path }) => ({ path })),
    ...found.map(({ path }) => ({ path })),
  );
  // What a directory that may not be listed holds is one more, of which nothing is known.
  if (unlisted) fact.gap(['files', String(there.length)], unlisted);
  for (const [at, file] of there.entries()) {
    fact.at(['files', String(at)], { path: file.path });
    const around = found.filter(({ path }) => file.path.startsWith(`${path}/`));
    const hidden = around.flatMap(({ path, stat }) => refusalOf(path, stat) ?? [])[0];
    oneFile(fact, ['files', String(at)], file, around.some(({ stat }) => isShut(stat)) || hidden);
  }
}

function refusalOf(path: string, stat: Answer<Stat>): Unknown | undefined {
  const refused = stat.is === 'blocked' ? stat : stat.is === 'got' && stat.value.real?.is === 'blocked' ? stat.value.real : undefined;
  return refused && unknown(refused, path);
}

function isShut(stat: Answer<Stat>): boolean {
  const inode = endOf(stat);
  return inode?.type === 'directory' && inode.uid === 0 && (inode.mode & 0o011) === 0;
}

function oneFile(fact: FactBuilder, segments: readonly string[], { path, stat, content }: FoundFile, shut: boolean | Unknown | undefined): void {
  const gap = (part: string, why: Unknown): void => void fact.gap([...segments, part], why);
  const put = (part: string, value: Json, ...where: readonly Where[]): void => void fact.set([...segments, part], value, ...where);
  const secrets = content && !('is' in content) ? secretsIn(content) : [];
  if (content && 'is' in content) gap('secrets', content);
  else
    put(
      'secrets',
      secrets.map((s) => s.key),
      ...secrets.map((s) => s.where),
    );
  const refused = refusalOf(path, stat);
  if (refused) for (const part of ['mode', 'uid', 'exposed', 'changeable']) gap(part, refused);
  if (refused) return;
  // A link that leads nowhere is read as no file.
  const { mode = 0, uid = 0 } = endOf(stat) ?? {};
  put('mode', mode, { path });
  put('uid', uid, { path });
  put('changeable', uid !== 0 || (mode & 0o022) !== 0, { path });
  const open = uid !== 0 || (shut !== true && (mode & 0o077) !== 0);
  if (open && content && 'is' in content) gap('exposed', content);
  else if (open && uid === 0 && secrets.length > 0 && typeof shut === 'object') gap('exposed', shut);
  else put('exposed', open && secrets.length > 0, { path }, ...secrets.map((s) => s.where));
}

const secretsIn = ({ path, entries }: ConfigFile): { key: string; where: Where }[] =>
  entries.flatMap(({ key, value, at }) => {
    const text = value.is === 'scalar' && value.value !== null ? String(value.value) : '';
    return holdsSecret(flagNamed(key.replace(/\+$/, '')), text) ? [{ key, where: placed(path, at) }] : [];
  });
