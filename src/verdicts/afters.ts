/**
 * What is due after a step before it takes effect, one row each. A rule names the word; a report has what it comes to on
 * this host: the command, who gives it, and what it ends or cuts off.
 */
import { shellLine } from './shell-line.ts';

/** For whom a step was, as far as its aftermath needs to know. */
export interface ForWhom {
  /** The account in question. */
  readonly name: string;
  readonly uid: number | string;
  /** The step was one of root's. */
  readonly asRoot: boolean;
  /** What the verdict is about: `k3d-config:/home/driver/k3d.yaml`. */
  readonly subject?: string;
}

/** What is due, for one host and account. */
export interface After {
  /** The word of the rule: `restart-manager`, `restart k3s.service`. */
  readonly do: string;
  /** The command; where none does it, `say` tells. */
  readonly run?: readonly string[];
  readonly say?: string;
  readonly needs: 'root' | 'user';
  readonly account?: string;
  /** What it ends, or cuts off. */
  readonly cuts?: string;
}

interface SortOfAfter {
  /** One clause for the reference. */
  readonly describe: string;
  /** Later ones are due after earlier ones, and once for all steps. */
  of(who: ForWhom, argument: string): After;
}

const systemctl = (...words: readonly string[]) => ({ run: ['systemctl', ...words], needs: 'root' as const });
const userSystemctl = ({ name }: ForWhom, ...words: readonly string[]) => ({
  run: ['systemctl', '--user', ...words],
  needs: 'user' as const,
  account: name,
});
const manager = (who: ForWhom, ...words: readonly string[]) => (who.asRoot ? systemctl(...words) : userSystemctl(who, ...words));

/** What is made anew: the cluster or the registry of a file, or the containers of an account. */
function anew(name: string, subject = ''): string {
  const [, what, source, of] = /^(?:(registry|api):)?k3d-(config|command|node):(.+)$/.exec(subject) ?? [];
  if (of !== undefined) return `delete the ${what === 'registry' ? 'registry' : 'cluster'} of ${source === 'node' ? 'the node ' : ''}${of}, and create it anew`;
  const kubeconfig = /^kubeconfig:(.+)$/.exec(subject)?.[1];
  if (kubeconfig !== undefined) return `delete the cluster that ${kubeconfig} leads to, and create it anew`;
  return `restart the units of ${name}'s Quadlet files, and create ${name}'s other containers anew`;
}

/** In the order in which they are due. */
export const afters = {
  'daemon-reload': { describe: 'systemd reads its units anew', of: (who) => ({ do: 'daemon-reload', ...manager(who, 'daemon-reload') }) },
  reload: { describe: 'this unit reads its configuration anew: `reload UNIT`', of: (who, unit) => ({ do: `reload ${unit}`, ...manager(who, 'reload', unit) }) },
  restart: {
    describe: 'this unit is restarted: `restart UNIT`',
    of: (who, unit) => ({ do: `restart ${unit}`, ...manager(who, 'restart', unit), cuts: `stops what ${unit} runs meanwhile` }),
  },
  migrate: {
    describe: 'Podman starts its pause process anew, with the new ids',
    of: ({ name, asRoot }) => ({
      do: 'migrate',
      run: ['podman', 'system', 'migrate'],
      ...(asRoot && name === 'root' ? { needs: 'root' as const } : { needs: 'user' as const, account: name }),
      cuts: `stops the containers of ${name}`,
    }),
  },
  recreate: {
    describe: 'the cluster or container is made anew: nothing changes in one that is there',
    of: ({ name, asRoot, subject }) => ({
      do: 'recreate',
      say: anew(name, subject),
      ...(asRoot ? { needs: 'root' as const } : { needs: 'user' as const, account: name }),
      cuts: 'what runs in it is gone',
    }),
  },
  relogin: {
    describe: 'the account logs out of all sessions and in again',
    of: ({ name }) => ({ do: 'relogin', say: `${name} logs out of all sessions and in again`, needs: 'user', account: name }),
  },
  'restart-manager': {
    describe: "the account's systemd is restarted, which also a lingering account needs",
    of: ({ name, uid }) => ({
      do: 'restart-manager',
      run: ['systemctl', 'restart', `user@${uid}.service`],
      needs: 'root',
      cuts: `ends all processes of ${name}, containers and sessions among them`,
    }),
  },
  reboot: {
    describe: 'the host is booted anew',
    of: () => ({ do: 'reboot', ...systemctl('reboot'), cuts: 'ends all that runs, and this connection' }),
  },
} as const satisfies Readonly<Record<string, SortOfAfter>>;

export type AfterWord = keyof typeof afters;
export const afterWords = Object.keys(afters) as readonly AfterWord[];
const takingUnit: readonly string[] = ['restart', 'reload'];

/** What an `after:` of a rule may say; units may hold references. */
export const afterPattern = `^(?:${afterWords.filter((w) => !takingUnit.includes(w)).join('|')}|(?:${takingUnit.join('|')}) \\S+)$`;

/** What a word comes to for an account. */
export function afterOf(word: string, who: ForWhom): After {
  const [name = '', argument = ''] = word.split(' ');
  // Nobody could tell the name of the unit.
  if (takingUnit.includes(name) && /^<.*>$/.test(argument))
    return { do: name, say: `${name} the service that reads it`, needs: who.asRoot ? 'root' : 'user', ...(who.asRoot ? {} : { account: who.name }) };
  const row: SortOfAfter | undefined = Object.hasOwn(afters, name) ? afters[name as AfterWord] : undefined;
  return row?.of(who, argument) ?? { do: word, say: word, needs: 'root' };
}

/** When it is due, for plans that do each once: the later the greater. */
export const rankOfAfter = ({ do: word }: After): number => afterWords.indexOf((word.split(' ')[0] ?? '') as AfterWord);

/** It in words that follow "then". */
export const tellAfter = ({ run, say, cuts }: After): string => `${run ? shellLine(run) : (say ?? '')}${cuts === undefined ? '' : ` (${cuts})`}`;
