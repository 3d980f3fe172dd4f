/** Pages of help that are about no single command: `pretrip help TOPIC`. */
import { targets } from '../../collect/targets/open.ts';
import { pad, wrap } from '../../report/width.ts';
import { COMMANDS } from '../commands.ts';
import { exitMeaning, exitStatus } from '../errors.ts';
import { formats } from '../outputs.ts';

interface Topic {
  readonly about: string;
  readonly rows: () => (readonly [name: string, says: string])[];
  /** What stands below the rows. */
  readonly more?: string;
}

/** Variables that no flag stands for; those of flags follow from the flags. */
const otherVariables: readonly (readonly [string, string])[] = [
  ['SOURCE_DATE_EPOCH', 'time of the inspection in seconds since 1970, where neither --now nor PRETRIP_TIME is given'],
  ['NO_COLOR', 'set to anything: no colour, unless --color asks for it'],
  ['FORCE_COLOR', 'set to anything but 0: colour in a pipe, too'],
  ['CI', 'set: no progress is shown, and this machine is known as "ci" from run to run'],
  ['TERM', 'dumb: neither colour nor progress'],
  ['LC_ALL, LC_CTYPE, LANG', 'a locale without UTF-8: the table is written in ASCII'],
  ['COLUMNS', 'width of help; the table takes --width'],
];

function variables(): [string, string][] {
  const found = new Map<string, { flag: string; commands: string[] }>();
  for (const [id, { flags }] of Object.entries(COMMANDS))
    for (const [flag, { env }] of Object.entries((flags ?? {}) as Record<string, { env?: string }>)) {
      if (env === undefined) continue;
      const entry = found.get(env) ?? { flag, commands: [] };
      entry.commands.push(id.replace(':', ' '));
      found.set(env, entry);
    }
  const rows = [...found].map(([env, { flag, commands }]): [string, string] => [env, `stands for --${flag} (${commands.join(', ')})`]);
  return [...rows.sort(([a], [b]) => (a < b ? -1 : 1)), ...otherVariables.map(([name, says]): [string, string] => [name, says])];
}

const topics: Readonly<Record<string, Topic>> = {
  environment: { about: 'Environment variables that pretrip reads.', rows: variables, more: 'A flag on the command line wins over its variable.' },
  'exit-status': {
    about: 'What the exit status of scan and report says.',
    rows: () => Object.entries(exitStatus).map(([name, status]) => [String(status), exitMeaning[name as keyof typeof exitStatus]]),
    more: 'The format of a report never changes the status. --fail-on chooses from which severity a failure counts; --allow-incomplete accepts what is unknown.',
  },
  formats: {
    about: 'Formats of reports, as -o FORMAT[=PATH] takes them.',
    rows: () =>
      [...formats].map(([name, { describe, usual }]) => [
        name,
        `${describe}${usual === undefined ? '' : ` (the default ${usual === 'pipe' ? 'in a pipe' : 'on a terminal'})`}`,
      ]),
    more: "-o may be given several times; all but one need a PATH. {target} in PATH is the target's name. Flags such as --sarif-unknown belong to one format.",
  },
  targets: {
    about: 'What TARGET may be.',
    rows: () => targets.map((t) => [t.written, t.describe]),
    more: 'A path is recognised by what is there; --as says it where it is not.',
  },
};

const width = 80;
const wide = 26;

function rowText([name, says]: readonly [string, string], column: number): string {
  const [first = '', ...rest] = wrap(says, width - column - 4);
  const head = name.length > column ? [`  ${name}`, `  ${pad('', column)}  ${first}`] : [`  ${pad(name, column)}  ${first}`];
  return [...head, ...rest.map((line) => `  ${pad('', column)}  ${line}`)].join('\n');
}

const rowsText = (rows: readonly (readonly [string, string])[]): string => {
  const column = Math.min(wide, Math.max(...rows.map(([name]) => name.length)));
  return rows.map((row) => rowText(row, column)).join('\n');
};

/** By name, the page of each topic. */
export const helpTopics: Readonly<Record<string, { readonly page: () => string }>> = Object.fromEntries(
  Object.entries(topics).map(([name, { about, rows, more }]) => [
    name,
    { page: () => `${about}\n\n${rowsText(rows())}\n${more === undefined ? '' : `\n${wrap(more, width).join('\n')}\n`}` },
  ]),
);

/** What help of pretrip itself says of these pages. */
export const topicList = (): string => `MORE HELP\n${rowsText(Object.entries(topics).map(([name, { about }]) => [`pretrip help ${name}`, about]))}\n`;
