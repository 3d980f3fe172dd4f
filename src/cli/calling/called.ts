/** Which command the first words of a command line call, and what was meant where there is none of that name. */
import { hintFor, nearest } from '../../rules/text/suggest.ts';
import { COMMANDS } from '../commands.ts';
import { UsageError } from '../errors.ts';
import { formats } from '../outputs.ts';
import { helpTopics } from './topics.ts';

/** A command, and the words behind its name. */
export interface Called {
  readonly command: (typeof COMMANDS)[keyof typeof COMMANDS];
  /** Its name: `rules`, `list`. */
  readonly words: readonly string[];
  readonly rest: string[];
}

const ids = Object.keys(COMMANDS).map((id) => id.split(':'));
const firstWords = [...new Set(ids.map(([first = '']) => first))];

/** The command that the first words name, unless help is wanted. */
export function commandIn(argv: readonly string[]): Called | undefined {
  const end = argv.indexOf('--');
  if (argv.slice(0, end < 0 ? undefined : end).some((a) => a === '--help' || a === '-h')) return undefined;
  for (const count of [2, 1]) {
    const words = argv.slice(0, count);
    const id = words.join(':');
    if (Object.hasOwn(COMMANDS, id)) return { command: COMMANDS[id as keyof typeof COMMANDS], words, rest: argv.slice(count) };
  }
  return undefined;
}

/** The first word must be a command or a topic, the second a command of that topic. Throws UsageError with what was meant. */
export function checkCommand(argv: readonly string[]): void {
  const [first, second] = argv;
  if (first === undefined || first === '--help' || first === '-h') return;
  if (first.startsWith('-')) throw flagBefore(first, argv);
  const within = ids.flatMap(([topic, command]) => (topic === first && command !== undefined ? [command] : []));
  if (!firstWords.includes(first)) throw new UsageError(`there is no command "${first}"`, meant(first, argv));
  if (within.length > 0 && second !== undefined && !second.startsWith('-') && !within.includes(second))
    throw new UsageError(
      `there is no command "${first} ${second}"`,
      `${second === 'help' ? `did you mean "pretrip ${first} --help"?` : hintFor(second, within).replace(/^did you mean "/, `$&pretrip ${first} `)}\nsee: pretrip ${first} --help`,
    );
  if (within.length > 0 && second?.startsWith('-') && second !== '--help' && second !== '-h') {
    const owner = within.find((command) => Object.hasOwn(COMMANDS[`${first}:${command}` as keyof typeof COMMANDS].flags, second.replace(/^--|=.*$/g, '')));
    throw new UsageError(
      `unknown flag ${second}`,
      `flags go after the command: pretrip ${first} ${owner ?? within[0]} ${second}\nsee: pretrip ${first} --help`,
    );
  }
}

/** A flag that stands where a command should. */
function flagBefore(first: string, argv: readonly string[]): UsageError {
  const command = argv.find((word) => firstWords.includes(word));
  const known = command === undefined ? ['help', 'version'] : [];
  const bare = first.replace(/^-+/, '');
  const near = first.startsWith('--') ? nearest(bare, known) : known.find((name) => name.startsWith(bare.toLowerCase()));
  if (near !== undefined) return new UsageError(`unknown flag ${first}`, `did you mean "--${near}"?\nsee: pretrip --help`);
  return new UsageError(`flags go after the command, and ${first} is before any`, `such as: pretrip ${command ?? 'scan'} ${first}\nsee: pretrip --help`);
}

/** What somebody meant who typed a word that is no command: a command, one of a topic, one that does this, or a target. */
function meant(first: string, argv: readonly string[]): string {
  if (/[/:.]/.test(first)) return `to inspect it: pretrip scan ${first}`;
  if (first === 'version' || first === 'help') return `did you mean "pretrip --${first}"?`;
  const help =
    argv.at(-1) === '--help'
      ? (nearest(first, Object.keys(helpTopics)) ?? Object.keys(helpTopics).find((topic) => topic.split('-').includes(first)))
      : undefined;
  if (help !== undefined) return `did you mean "pretrip help ${help}"?`;
  const rest = ids.filter(([, command]) => command === first).map((id) => id.join(' '));
  const near = nearest(first, firstWords);
  const [doing] = Object.entries(COMMANDS).filter(([, { summary }]) => summary.split(/\W/)[0]?.toLowerCase() === first.toLowerCase());
  const found = rest[0] ?? near ?? doing?.[0].replace(':', ' ');
  const within = ids.find(([, command]) => command !== undefined && nearest(first, [command]) !== undefined)?.join(' ');
  const guess = found ?? within;
  return guess === undefined
    ? `one of: ${firstWords.join(', ')}\nsee: pretrip --help`
    : `did you mean "${near === guess ? guess : `pretrip ${guess}`}"?\nsee: pretrip --help`;
}

/** What was meant by a flag that `called` does not have: a format of its reports, or a flag of other commands. */
export function meantFlag(flag: string, called: Called | undefined): string | undefined {
  const name = flag.replace(/^--/, '');
  return formats.has(name) && called && Object.hasOwn(called.command.flags, 'output') ? `did you mean "--output ${name}"?` : ownersOf(name);
}

/** The commands that have this flag. */
function ownersOf(name: string): string | undefined {
  const owners = Object.entries(COMMANDS).flatMap(([id, { flags }]) => (Object.hasOwn(flags ?? {}, name) ? [`pretrip ${id.replace(':', ' ')}`] : []));
  return owners.length === 0
    ? undefined
    : `${[owners.slice(0, -1).join(', '), owners.at(-1)].filter(Boolean).join(' and ')} ${owners.length === 1 ? 'has' : 'have'} it`;
}
