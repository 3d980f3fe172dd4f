import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Progress } from '../../../collect/record.ts';
import type { Fact, Json, Known } from '../../../facts/fact.ts';
import { groundOfQuery } from '../../../facts/kind.ts';
import { groundOf } from '../../../facts/source.ts';
import { kindsByName } from '../../../kinds/kinds.ts';
import { learnFacts, type Question } from '../../../learn.ts';
import { plain } from '../../../report/text.ts';
import { allOf, exitStatus } from '../../errors.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { out, tell } from '../../print.ts';
import { asking, working } from '../../progress.ts';
import { quietFlag } from '../../quiet.ts';
import { reachFrom, remoteFlags } from '../../remote.ts';
import { targetFlags, timeFrom } from '../../selection.ts';
import { openTarget, usualTarget } from '../../targets.ts';
import { thisTool } from '../../this-tool.ts';
import { refuseUseless } from '../../useless.ts';

const name = 'k3s-args';
const running = 'k3s-running';
const { as, user, now } = targetFlags;

export default class ShowK3sArgs extends PretripCommand {
  static override readonly undone = 'nothing was shown';
  static override summary = 'Print the arguments that K3s and its components have in force.';
  static override description =
    'They are worked out from the unit, environment files, config.yaml with its drop-ins and the defaults of the installed release; no journal is needed. A line a flag: its value, where it is from, and the values that it beat. What cannot be told is said with the reason, and is never a default. Where the last start in the journal of this boot shows that what runs got something else, that is told beside it: the next start brings what is configured.';
  static override examples = ['<%= config.bin %> show k3s-args', '<%= config.bin %> show k3s-args edge01.pretrip.jsonl -o json'];
  static override args = { target: Args.string({ description: 'whose arguments', default: usualTarget, ignoreStdin: true }) };
  static override flags = {
    as,
    user,
    now,
    api: Flags.boolean({ description: 'ask the API server too what runs, with the kubeconfig that K3s keeps for root', helpGroup: 'target' }),
    output: Flags.option({ options: ['text', 'json'] as const })({ char: 'o', description: 'how it is printed', default: 'text', helpGroup: 'output' }),
    ...quietFlag,
    ...remoteFlags,
  };

  async run(): Promise<void> {
    const { args, flags, takenAt } = await this.read(ShowK3sArgs, async (parsed, given) => {
      const [takenAt] = await allOf(
        () => timeFrom(parsed.flags.now),
        () => refuseUseless([parsed.args.target], parsed.flags, given),
      );
      return { ...parsed, takenAt };
    });
    const questions = [questionTo(name, {}), questionTo(running, flags.api ? { api: true } : {})];
    const reach = reachFrom(flags, () => groundOf({}, name, () => questions.map(({ kind, query }) => groundOfQuery(kind, query))).touches);
    const work = working(args.target === usualTarget ? (flags.via ?? 'this host') : args.target.replace(/^ssh:\/\//i, ''), 'opening');
    const opened = await openTarget({ name: args.target, as: flags.as, user: flags.user, now: flags.now, reach });
    const occasion = { takenAt, files: [], tool: thisTool(), progress: (...count: Parameters<Progress>) => work.step(asking(...count)) };
    const [fact, compared] = await learnFacts('snapshot' in opened ? opened.snapshot : opened.host, questions, occasion).finally(async () => {
      work.end();
      if ('host' in opened) await opened.close?.();
    });
    if (!fact || !compared) throw new Error('a question has no answer');
    const differs = disagreementsIn(compared);
    const shown = fact.is === 'known' && fact.exists;
    if (fact.is === 'unknown') await tell([`pretrip: not decided: ${fact.said}`]);
    else if (!shown) await tell(['pretrip: no service here starts K3s']);
    else if (flags.api && compared.is === 'known')
      for (const { said } of new Set(compared.gaps.values())) await tell([`pretrip: what runs is not known: ${said}`]);
    if (!shown) process.exitCode = exitStatus.incomplete;
    if (flags.output === 'json') await out(`${JSON.stringify(asJson(fact, differs), null, 2)}\n`);
    else if (shown) await out(asText(fact, differs));
  }
}

function questionTo(kindName: string, query: Question['query']): Question {
  const kind = kindsByName.get(kindName);
  if (!kind) throw new Error(`there is no kind ${kindName}`);
  return { kind, query };
}

/** Where what runs got something else: an element of `disagreements` of the kind. */
type Differs = {
  readonly component: string;
  readonly flag: string;
  readonly configured?: string;
  readonly running?: string;
  readonly place?: string;
  readonly seen: string;
};

const disagreementsIn = (fact: Fact): readonly Differs[] =>
  fact.is === 'known' && fact.exists ? ((fact.value.disagreements ?? []) as unknown as readonly Differs[]) : [];

type Flag = { readonly value: Json; readonly where: string; readonly beaten: readonly { readonly value: string; readonly where: string }[] };
type ByFlag = Readonly<Record<string, Flag>>;

/**
 * `{component: {flag: {value, where, beaten}}}`; a flag that cannot be told has `unknown`, the reason, instead of a value.
 * Where what runs got something else, `running` is what that was (null: it is not set there), and `seen` what shows it.
 */
function asJson(fact: Fact, differs: readonly Differs[]): Json {
  if (fact.is === 'unknown' || !fact.exists) return {};
  const found: Record<string, Record<string, Json>> = {};
  for (const [component, flags] of Object.entries(fact.value.flags as Readonly<Record<string, ByFlag>>))
    found[component] = Object.fromEntries(Object.entries(flags).map(([flag, { value, where, beaten }]) => [flag, { value, where, beaten }]));
  for (const [component, flag, said] of unknownFlags(fact)) {
    const flags = found[component] ?? {};
    found[component] = flag === undefined ? flags : { ...flags, [flag]: { unknown: said } };
  }
  for (const { component, flag, running: got = null, seen } of differs) {
    const flags = found[component] ?? {};
    found[component] = { ...flags, [flag]: { ...((flags[flag] ?? {}) as object), running: got, seen } };
  }
  return found;
}

/** Components, and flags of them, that cannot be told. */
function unknownFlags({ gaps }: Known): [component: string, flag: string | undefined, said: string][] {
  return [...gaps].flatMap(([path, { said }]) => {
    const [first, component, flag] = path.split('.');
    return first === 'flags' && component !== undefined ? [[component, flag, said] as [string, string | undefined, string]] : [];
  });
}

/** Columns in which the place of a value begins, where the flag is not longer. */
const widest = 72;

function asText(fact: Known, differs: readonly Differs[]): string {
  const { role, release, datastore, dataDir } = fact.value;
  const head = [
    `K3s ${typeof release === 'string' ? release : '(release not known)'}, ${role}`,
    ...(datastore ? [`datastore ${datastore}`] : []),
    `state in ${dataDir}`,
  ];
  const unknown = unknownFlags(fact);
  const names = [...new Set([...Object.keys(fact.value.flags as object), ...unknown.map(([component]) => component)])];
  const lines = names.flatMap((component) => {
    const flags = Object.entries((fact.value.flags as Readonly<Record<string, ByFlag>>)[component] ?? {});
    const open = unknown.filter(([of]) => of === component);
    return [
      '',
      component,
      ...flags.map(([flag, one]) => lineOf(`--${flag}=${textOf(one.value)}`, [one.where, ...beatenTexts(one)].join('; '))),
      ...open.map(([, flag, said]) => lineOf(flag === undefined ? '' : `--${flag}`, `not known: ${said}`)),
      ...fileLines(fact, component),
    ];
  });
  return [head.join(', '), ...lines, ...differingLines(differs)].map((line) => `${plain(line)}\n`).join('');
}

const inForceFields: Readonly<Record<string, string>> = { 'kube-proxy': 'kubeProxy', 'kube-scheduler': 'kubeScheduler' };

/** What a file of the component's own says, which counts instead of arguments. */
function fileLines({ value, gaps }: Known, component: string): string[] {
  const field = inForceFields[component] ?? '';
  const told = Object.entries((value[field] ?? {}) as Readonly<Record<string, Flag & { readonly key?: string }>>).filter(([, { key }]) => key !== undefined);
  const open = [...gaps].filter(([path]) => path.startsWith(`${field}.`) && !gaps.has(`flags.${component}.${path.slice(field.length + 1)}`));
  return [
    ...told.map(([flag, { key, value: one, where }]) => lineOf(`${key}=${textOf(one)}`, `${where}; counts instead of --${flag}`)),
    ...open.map(([path, { said }]) => lineOf('', `what counts instead of --${path.slice(field.length + 1)} is not known: ${said}`)),
  ];
}

/** What runs otherwise than it is configured, at the end, where it is seen. */
function differingLines(differs: readonly Differs[]): string[] {
  if (differs.length === 0) return [];
  return [
    '',
    'not in force before the next start of K3s',
    ...differs.flatMap(({ component, flag, configured, running: got, place, seen }) => [
      `  ${component} ${configured === undefined ? `is not given --${flag} any more` : `--${flag}=${configured}`}${place === undefined ? '' : `  ${place}`}`,
      `    runs ${got === undefined ? 'without it' : `with ${got === '' ? 'an empty value' : got}`}  ${shortPlace(seen)}`,
    ]),
  ];
}

/** A command by its program: all of its words are in the JSON. */
const shortPlace = (place: string): string =>
  place.replace(/^command:journalctl .*$/s, 'journal of this boot').replace(/^command:(k3s kubectl get) .*(configz|node-args).*$/s, '$2 of the node');

const lineOf = (flag: string, rest: string): string => `  ${flag.padEnd(widest)}  ${rest}`;

const textOf = (value: Json): string => (Array.isArray(value) ? value.map(String).join(' + ') : String(value));

const beatenTexts = ({ beaten }: Flag): string[] => beaten.map((b) => `beats ${b.value === '' ? 'an empty value' : b.value} (${b.where})`);
