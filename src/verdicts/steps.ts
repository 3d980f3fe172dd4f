/**
 * The remedy steps, one row each. Types, the reading of rules, both JSON Schemas, the order in reports and the words
 * for people follow from the rows.
 */
import type { Json } from '../facts/fact.ts';
import { type Fields, fieldsOf, type RecordOf } from '../facts/fields.ts';
import { type After, tellAfter } from './afters.ts';
import { bootClause, bootCommands } from './boot.ts';
import { fileOf, formats, inPattern, isFormat, keyIn, linesFor, sectionWords, setCommands, spelt, unsetCommands } from './edits.ts';
import { namesInWords, removeCommand } from './packages.ts';
import { shellLine } from './shell-line.ts';
import { dropInFile, moduleFile, prepended, sysctlFile, written } from './step-files.ts';
import { asClause, costWords, linesWords } from './step-words.ts';
import { managers, opposite, systemctlOf, unitActs, unitWords } from './unit-acts.ts';

/** What to do, for a person. */
interface Told {
  /** What stands before it: `check`. */
  readonly as?: string;
  /** A line for a POSIX shell, or else a clause. */
  readonly line: string;
  readonly isCommand: boolean;
  /** The content of the file to write. */
  readonly content?: string;
}

/** A fact that a step wants to know of the host, whatever the rule asks: one of a kind, and what of it is asked. */
interface Wanted {
  readonly kind: string;
  readonly query: Readonly<Record<string, string>>;
}

interface SortOfStep<F extends Fields> {
  /** One clause for the reference. */
  readonly describe: string;
  /** The acting word first: where it stands, it is this step. The others in the order of reports. */
  readonly fields: F;
  /** What a `choice` may be. */
  readonly choices?: { readonly [K in keyof F]?: readonly string[] };
  /** Fields that a rule leaves out, since the host decides them. */
  readonly settled?: readonly (keyof F)[];
  readonly wants?: (step: RecordOf<F>) => readonly Wanted[];
  tell(step: RecordOf<F>): Told;
  /** The same as commands for a shell, where `tell` has a clause; undefined where only a person can do it. */
  readonly shell?: (step: RecordOf<F>) => readonly string[] | undefined;
  /** How to take it back, where that can be told. */
  readonly undo?: (step: RecordOf<F>) => string | undefined;
}

const row = <const F extends Fields>(step: SortOfStep<F>): SortOfStep<F> => step;
const command = (...argv: readonly string[]): Told => ({ line: shellLine(argv), isCommand: true });
const commands = (...lines: readonly string[]): Told => ({ line: lines.join(' && '), isCommand: true });
const clause = (line: string): Told => ({ line, isCommand: false });
const osWanted: Wanted = { kind: 'os', query: {} };

/** A program with its arguments, or a sentence: reports have that as a list of one, since no program has a blank in its name. */
const check = (words: readonly string[]): Told => (words.length === 1 && /\s/.test(words[0] ?? '') ? clause(words[0] ?? '') : command(...words));

const formatOf = (format: string) => (isFormat(format) ? format : 'plain');
const valueWords = (format: string, key: string, value: Json): string => linesFor(formatOf(format), keyIn(formatOf(format), key).name, value).join(' and ');

export const steps = {
  package: row({
    describe: 'install a package, by one name or one for each family: debian, suse, fedora, rhel, other; the command is that of the distribution',
    fields: { package: 'names', command: 'argv?' },
    settled: ['command'],
    wants: () => [osWanted],
    tell: ({ package: names, command: argv }) => (argv ? command(...argv) : clause(namesInWords(names))),
    undo: ({ command: argv }) => argv && shellLine(removeCommand(argv)),
  }),
  write: row({
    describe: 'write a file with this content',
    fields: { write: 'path', mode: 'mode?', content: 'text' },
    tell: ({ write, mode, content }) => ({ ...clause(`write ${write}${mode === undefined ? '' : `, mode ${mode}`}`), content }),
    shell: ({ write, mode, content }) => written(write, content, mode),
    undo: ({ write }) => shellLine(['rm', write]),
  }),
  set: row({
    describe:
      'set one key of a file in its own format; `SECTION.KEY` where it has sections; `instead` of these words of a line, all else of it as it was; `flag` of a YAML list of `flag=value`, its other elements as they were; with `beside` the value is one more of the words that the flag has between commas, `beside` those that it has where it is not given',
    fields: { set: 'path', format: 'choice', key: 'text', value: 'value', instead: 'text?', flag: 'text?', beside: 'text?' },
    choices: { format: formats },
    tell: ({ set, format, key, value, instead, flag, beside }) => {
      if (flag !== undefined && beside !== undefined) return clause(`in ${set} add ${spelt('plain', value)} to ${flag} in the list ${key}`);
      if (flag !== undefined) return clause(`in ${set} set ${flag}=${spelt('plain', value)} in the list ${key}`);
      const what = `${nested(format, key)}${valueWords(format, key, value)}${instead === undefined ? '' : ` instead of ${instead}`}`;
      return clause(`in ${set}${sectionWords(formatOf(format), keyIn(formatOf(format), key))} set ${what}`);
    },
    shell: ({ set, format, key, value, instead }) => setCommands(set, formatOf(format), key, value, instead),
  }),
  unset: row({
    describe:
      'take one key out of a file, or one `value` of it; in an `ini` file also words of a line that holds more; `flag` out of a YAML list of `flag=value`, or one `value` of the words that it has between commas; with `LIST.FIELD` and a `value` the elements of a YAML list whose field has it',
    fields: { unset: 'path', format: 'choice', key: 'text', value: 'value?', flag: 'text?' },
    choices: { format: formats },
    tell: ({ unset, format, key, value, flag }) => {
      if (flag !== undefined && value !== undefined) return clause(`in ${unset} take ${spelt('plain', value)} out of ${flag} in the list ${key}`);
      if (flag !== undefined) return clause(`in ${unset} take ${flag} out of the list ${key}`);
      const { name } = keyIn(formatOf(format), key);
      const what = value === undefined ? `${nested(format, key)}${segmentWord(name)}` : `${nested(format, key)}${valueWords(format, key, value)}`;
      return clause(`in ${unset}${sectionWords(formatOf(format), keyIn(formatOf(format), key))} take out ${what}`);
    },
    shell: ({ unset, format, key, value }) => unsetCommands(unset, formatOf(format), key, value),
  }),
  dropIn: row({
    describe: 'write a drop-in of a unit with these keys by section, for the manager of the system or of the account',
    fields: { dropIn: 'text', name: 'text', keys: 'keys', manager: 'choice?', file: 'path?' },
    choices: { manager: managers },
    settled: ['file'],
    tell: (step) => ({ ...clause(`write ${dropInFile(step)}`), content: fileOf('ini', step.keys) }),
    shell: (step) => written(dropInFile(step), fileOf('ini', step.keys)),
    undo: (step) => shellLine(['rm', dropInFile(step)]),
  }),
  sysctl: row({
    describe: 'set a kernel parameter now and at boot, in a file that sorts after whatever overrides it',
    fields: { sysctl: 'text', value: 'value', file: 'path?' },
    settled: ['file'],
    wants: ({ sysctl }) => [{ kind: 'sysctl', query: { key: sysctl } }],
    tell: ({ sysctl, value, file = sysctlFile(sysctl) }) =>
      clause(`in ${file} set ${sysctl} = ${String(value)}, then systemctl restart systemd-sysctl.service`),
    shell: ({ sysctl, value, file = sysctlFile(sysctl) }) => [...(setCommands(file, 'plain', sysctl, value) ?? []), ...applySysctl],
    undo: ({ sysctl, file = sysctlFile(sysctl) }) => unsetCommands(file, 'plain', sysctl)?.join(' && '),
  }),
  module: row({
    describe: 'load a kernel module now and at boot',
    fields: { module: 'text' },
    tell: ({ module }) => commands(`echo ${shellLine([module])} >${shellLine([moduleFile(module)])}`, shellLine(['modprobe', module])),
    undo: ({ module }) => shellLine(['rm', moduleFile(module)]),
  }),
  bootArgument: row({
    describe:
      'add a boot argument, or remove it, where this host has them: cmdline.txt, /etc/kernel/cmdline or /etc/default/grub; it takes effect at the next boot',
    fields: { bootArgument: 'text', do: 'choice', file: 'path?', command: 'argv?' },
    choices: { do: ['add', 'remove'] },
    settled: ['file', 'command'],
    wants: () => [{ kind: 'boot-arguments', query: {} }, osWanted],
    tell: (step) => clause(bootClause(step)),
    shell: (step) => bootCommands(step),
    undo: ({ bootArgument, do: act }) => `${act === 'add' ? 'remove' : 'add'} ${bootArgument} in the same place`,
  }),
  subid: row({
    describe: 'give an account this range of subordinate ids, instead of those that it has in the file',
    fields: { subid: 'path', account: 'text', start: 'value', count: 'value', uid: 'value?' },
    settled: ['uid'],
    tell: ({ subid, account, start, count, uid }) =>
      commands(
        shellLine(['touch', subid]),
        shellLine(['sed', '-i', `/^${inPattern(account)}:/d${uid === undefined ? '' : `;/^${String(uid)}:/d`}`, subid]),
        `echo ${shellLine([`${account}:${String(start)}:${String(count)}`])} >>${shellLine([subid])}`,
      ),
  }),
  chmod: row({
    describe: 'give a file these permission bits',
    fields: { chmod: 'path', mode: 'mode' },
    tell: ({ chmod, mode }) => command('chmod', mode, chmod),
  }),
  chown: row({
    describe: 'give a file to `user` or `user:group`',
    fields: { chown: 'path', owner: 'text' },
    tell: ({ chown, owner }) => command('chown', owner, chown),
  }),
  link: row({
    describe: 'make a symbolic link that leads there; one that is there is replaced',
    fields: { link: 'path', to: 'path' },
    tell: ({ link, to }) => command('ln', '-sfn', to, link),
    undo: ({ link }) => shellLine(['rm', link]),
  }),
  prepend: row({
    describe: 'put these lines before all others of a file, unless they stand there',
    fields: { prepend: 'path', content: 'text' },
    tell: ({ prepend, content }) => ({ ...clause(`put ${linesWords(content)} at the top of ${prepend}`), content }),
    shell: ({ prepend, content }) => prepended(prepend, content),
  }),
  copy: row({
    describe: 'lay a copy of a file where none is yet: one that is there stays',
    fields: { copy: 'path', to: 'path' },
    tell: ({ copy, to }) => clause(`copy ${copy} to ${to}`),
    shell: ({ copy, to }) => [`test -e ${shellLine([to])} || install -D -m 0644 ${shellLine([copy, to])}`],
    undo: ({ to }) => shellLine(['rm', to]),
  }),
  remove: row({ describe: 'remove a file', fields: { remove: 'path' }, tell: ({ remove }) => command('rm', remove) }),
  linger: row({
    describe: 'let the services of an account start at boot and outlive its sessions',
    fields: { linger: 'text' },
    tell: ({ linger }) => command('loginctl', 'enable-linger', linger),
    undo: ({ linger }) => shellLine(['loginctl', 'disable-linger', linger]),
  }),
  unit: row({
    describe: 'enable, mask, start … a unit of the system’s manager or of the account’s; `-now` does it at once as well',
    fields: { unit: 'text', do: 'choice', manager: 'choice?' },
    choices: { do: unitActs, manager: managers },
    wants: () => [osWanted],
    tell: ({ unit, do: act, manager }) => command(...systemctlOf(manager), ...unitWords(act), unit),
    undo: ({ unit, do: act, manager }) => {
      const [word = '', ...now] = unitWords(act);
      return opposite[word] && shellLine([...systemctlOf(manager), opposite[word], ...now, unit]);
    },
  }),
  network: row({
    describe: 'make a network of Podman; one that is there is made anew where `do` says recreate',
    fields: { network: 'text', do: 'choice', options: 'words?' },
    choices: { do: ['create', 'recreate'] },
    tell: ({ network, do: act, options = [] }) =>
      commands(
        ...(act === 'recreate' ? [shellLine(['podman', 'network', 'rm', network])] : []),
        shellLine(['podman', 'network', 'create', ...options, network]),
      ),
    undo: ({ network }) => shellLine(['podman', 'network', 'rm', network]),
  }),
  run: row({ describe: 'run a program; no shell', fields: { run: 'argv' }, tell: ({ run }) => command(...run) }),
  manual: row({
    describe: 'what only a person can do, in words; `decide` says what it is that they decide',
    fields: { manual: 'text', decide: 'text?' },
    tell: ({ manual }) => clause(asClause(manual)),
  }),
  verify: row({
    describe: 'how to see that it worked: a program to run, or words',
    fields: { verify: 'check' },
    tell: ({ verify }) => ({ ...check(typeof verify === 'string' ? [verify] : verify), as: 'check' }),
  }),
} as const;

/** A plan of many parameters starts the unit more often than its start limit lets it, unless that is reset (systemctl(1), reset-failed). */
const applySysctl = ['reset-failed', 'restart'].map((act) => `systemctl ${act} systemd-sysctl.service`);

/** Nested documents name the whole way to a key. */
const nested = (format: string, key: string): string => {
  const path = format === 'yaml' || format === 'json' ? keyIn(format, key).path.slice(0, -1) : [];
  return path.length > 0 ? `${path.map(segmentWord).join('.')}.` : '';
};

/** A segment with a dot or a slash in it, or an empty one, in quotes. */
const segmentWord = (segment: string): string => (/^[\w-]+$/.test(segment) ? segment : JSON.stringify(segment));

/** With whose privileges a step is carried out, in words. */
export const needs = { root: 'as root', user: 'as the user' } as const;

export type Act = keyof typeof steps;
export type Needs = keyof typeof needs;

/** What may stand beside any step. */
interface Beside {
  readonly needs?: Needs;
  /** Whose step it is, where `needs` says user. */
  readonly account?: string;
  /** What to watch for. */
  readonly note?: string;
  /** What is due afterwards, before it takes effect. */
  readonly after?: readonly After[];
  /** What is lost, or stops, by it. */
  readonly destroys?: string;
  /** Whom or what it may cut off. */
  readonly cuts?: string;
  /** How to take it back. */
  readonly undo?: string;
}

/** One step that fixes a finding. */
export type Step = Beside & { [A in Act]: RecordOf<(typeof steps)[A]['fields']> }[Act];

export const acts = Object.keys(steps) as readonly Act[];
export const allNeeds = Object.keys(needs) as readonly Needs[];
/** Texts that may stand beside any step, with what they say. */
export const besideTexts = {
  note: 'what to watch for',
  destroys: 'what is lost, or stops, by it',
  cuts: 'whom or what it may cut off',
  undo: 'how to take it back, where that does not follow from the step',
} as const;

/** The row of an act, without the types of its fields. */
export const rowOf = (act: Act): SortOfStep<Fields> => steps[act] as unknown as SortOfStep<Fields>;

/** The fields of an act that a rule may write: not those that the host decides. */
export const writtenFields = (act: Act) => fieldsOf(rowOf(act).fields).filter(({ name }) => !rowOf(act).settled?.includes(name));

/** The keys of steps as reports order them: the acts, what stands beside them, and what may stand beside any. */
export const stepKeys: readonly string[] = [
  ...new Set([...acts, ...acts.flatMap((act) => Object.keys(rowOf(act).fields)), ...['needs', 'account', ...Object.keys(besideTexts), 'after', 'run', 'say']]),
];

/** What a step does: a step has one acting word. */
export const actOf = (step: Step): Act => acts.find((act) => act in step) ?? 'manual';

/** Whether a step changes something: a check does not. */
export const isActing = (step: object): boolean => !('verify' in step);

/** A step in words, for whoever carries it out. */
export interface StepWords extends Told {
  /** `as root`. */
  readonly who?: string;
  /** What to watch for, and what is due afterwards. */
  readonly note?: string;
}

export function tellStep(step: Step): StepWords {
  // The row of this very step: the compiler does not see that the two belong together.
  const { tell } = rowOf(actOf(step));
  const who = whoOf(step);
  const costs = [step.cuts && costWords('cuts off', step.cuts), step.destroys && costWords('loses', step.destroys)];
  const notes = [step.note, ...costs, ...(step.after ?? []).map((after) => `then ${tellAfter(after)}`)].filter((n) => n !== undefined);
  return { ...tell(step as RecordOf<Fields>), ...(who ? { who } : {}), ...(notes.length === 0 ? {} : { note: notes.join('; ') }) };
}

const whoOf = ({ needs: whose, account }: Step): string | undefined =>
  whose && (whose === 'user' && typeof account === 'string' ? `as ${account}` : needs[whose]);

/** The step as commands for a POSIX shell of whoever carries it out; undefined where only a person can do it. */
export function shellOf(step: Step): readonly string[] | undefined {
  const { shell, tell } = rowOf(actOf(step));
  if (shell) return shell(step as RecordOf<Fields>);
  const { isCommand, line } = tell(step as RecordOf<Fields>);
  return isCommand ? [line] : undefined;
}

/** How to take the step back: what the rule says, or what follows from the step; undefined where nobody can tell. */
export const undoOf = (step: Step): string | undefined => step.undo ?? rowOf(actOf(step)).undo?.(step as RecordOf<Fields>);

/** The step with its check as a list, one word or sentence at least, whatever the rule's author wrote. */
export const listedChecks = (step: Step): Step => ('verify' in step && typeof step.verify === 'string' ? { ...step, verify: [step.verify] } : step);

/** The step with `~` in its paths and commands standing for this home: the shell of root would not know it. */
export function atHome(step: Step, home: string): Step {
  const homed = (text: string): string => text.replace(/^~(?=\/|$)/, home);
  const { fields } = rowOf(actOf(step));
  const paths = fieldsOf(fields).flatMap(({ name, holds }) => (holds === 'path' || holds === 'argv' ? [name] : []));
  const change = (value: unknown): unknown => (typeof value === 'string' ? homed(value) : Array.isArray(value) ? value.map(change) : value);
  return Object.fromEntries(Object.entries(step).map(([key, value]) => [key, paths.includes(key) ? change(value) : value])) as Step;
}
