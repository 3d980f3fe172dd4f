/**
 * The remedy steps, one row each. Types, the reading of rules, both JSON Schemas, the order in reports and the words
 * for people follow from the rows.
 */
import { type Fields, fieldsOf, type RecordOf } from '../facts/fields.ts';
import { shellLine } from './shell-line.ts';

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

interface SortOfStep<F extends Fields> {
  /** One clause for the reference. */
  readonly describe: string;
  /** The acting word first: where it stands, it is this step. The others in the order of reports. */
  readonly fields: F;
  tell(step: RecordOf<F>): Told;
}

const row = <const F extends Fields>(step: SortOfStep<F>): SortOfStep<F> => step;
const command = (...argv: readonly string[]): Told => ({ line: shellLine(argv), isCommand: true });
const clause = (line: string): Told => ({ line, isCommand: false });

/** A program with its arguments, or a sentence: reports have that as a list of one, since no program has a blank in its name. */
const check = (words: readonly string[]): Told => (words.length === 1 && /\s/.test(words[0] ?? '') ? clause(words[0] ?? '') : command(...words));

export const steps = {
  write: row({
    describe: 'write a file with this content',
    fields: { write: 'path', mode: 'mode?', content: 'text' },
    tell: ({ write, mode, content }) => ({ ...clause(`write ${write}${mode === undefined ? '' : `, mode ${mode}`}`), content }),
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
  }),
  remove: row({ describe: 'remove a file', fields: { remove: 'path' }, tell: ({ remove }) => command('rm', remove) }),
  run: row({ describe: 'run a program; no shell', fields: { run: 'argv' }, tell: ({ run }) => command(...run) }),
  manual: row({ describe: 'what only a person can do, in words', fields: { manual: 'text' }, tell: ({ manual }) => clause(manual) }),
  verify: row({
    describe: 'how to see that it worked: a program to run, or words',
    fields: { verify: 'check' },
    tell: ({ verify }) => ({ ...check(typeof verify === 'string' ? [verify] : verify), as: 'check' }),
  }),
} as const;

/** With whose privileges a step is carried out, in words. */
export const needs = { root: 'as root', user: 'as the user' } as const;

export type Act = keyof typeof steps;
export type Needs = keyof typeof needs;

/** One step that mends a finding. `note` says what to watch for. */
export type Step = { readonly needs?: Needs; readonly note?: string } & { [A in Act]: RecordOf<(typeof steps)[A]['fields']> }[Act];

export const acts = Object.keys(steps) as readonly Act[];
export const allNeeds = Object.keys(needs) as readonly Needs[];

/** The keys of steps as reports order them: the acts, what stands beside them, and what may stand beside any. */
export const stepKeys: readonly string[] = [...new Set([...acts, ...acts.flatMap((act) => Object.keys(steps[act].fields)), 'needs', 'note'])];

/** What a step does: a step has one acting word. */
const actOf = (step: Step): Act => acts.find((act) => act in step) ?? 'manual';

/** A step in words, for whoever carries it out. */
export interface StepWords extends Told {
  /** `as root`. */
  readonly who?: string;
  /** What to watch for. */
  readonly note?: string;
}

export function tellStep(step: Step): StepWords {
  // The row of this very step: the compiler does not see that the two belong together.
  const { tell } = steps[actOf(step)] as SortOfStep<Fields>;
  const who = step.needs && needs[step.needs];
  return { ...tell(step as RecordOf<Fields>), ...(who ? { who } : {}), ...(step.note === undefined ? {} : { note: step.note }) };
}

/** The step with its check as a list, one word or sentence at least, whatever the rule's author wrote. */
export const listedChecks = (step: Step): Step => ('verify' in step && typeof step.verify === 'string' ? { ...step, verify: [step.verify] } : step);

/** The step with `~` in its paths and commands standing for this home: the shell of root would not know it. */
export function atHome(step: Step, home: string): Step {
  const homed = (text: string): string => text.replace(/^~(?=\/|$)/, home);
  const { fields } = steps[actOf(step)];
  const paths = fieldsOf(fields).flatMap(({ name, holds }) => (holds === 'path' || holds === 'argv' ? [name] : []));
  const change = (value: unknown): unknown => (typeof value === 'string' ? homed(value) : Array.isArray(value) ? value.map(change) : value);
  return Object.fromEntries(Object.entries(step).map(([key, value]) => [key, paths.includes(key) ? change(value) : value])) as Step;
}
