import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Progress } from '../../../collect/record.ts';
import type { Fact, Json, Known } from '../../../facts/fact.ts';
import { groundOfQuery } from '../../../facts/kind.ts';
import { kindsByName } from '../../../kinds/kinds.ts';
import { learnFact } from '../../../learn.ts';
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
const { as, user, now } = targetFlags;

export default class ShowK3sArgs extends PretripCommand {
  static override readonly undone = 'nothing was shown';
  static override summary = 'Print the arguments that K3s and its components have in force.';
  static override description =
    'They are worked out from the unit, environment files, config.yaml with its drop-ins and the defaults of the installed release; no journal is needed. A line a flag: its value, where it is from, and the values that it beat. What cannot be told is said with the reason, and is never a default.';
  static override examples = ['<%= config.bin %> show k3s-args', '<%= config.bin %> show k3s-args edge01.pretrip.jsonl -o json'];
  static override args = { target: Args.string({ description: 'whose arguments', default: usualTarget, ignoreStdin: true }) };
  static override flags = {
    as,
    user,
    now,
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
    const kind = kindsByName.get(name);
    if (!kind) throw new Error(`there is no kind ${name}`);
    const reach = reachFrom(flags, () => groundOfQuery(kind, {}).touches);
    const work = working(args.target === usualTarget ? (flags.via ?? 'this host') : args.target.replace(/^ssh:\/\//i, ''), 'opening');
    const opened = await openTarget({ name: args.target, as: flags.as, user: flags.user, now: flags.now, reach });
    const occasion = { takenAt, files: [], tool: thisTool(), progress: (...count: Parameters<Progress>) => work.step(asking(...count)) };
    const fact = await learnFact('snapshot' in opened ? opened.snapshot : opened.host, { kind, query: {} }, occasion).finally(async () => {
      work.end();
      if ('host' in opened) await opened.close?.();
    });
    const shown = fact.is === 'known' && fact.exists;
    if (fact.is === 'unknown') await tell([`pretrip: not decided: ${fact.said}`]);
    else if (!shown) await tell(['pretrip: no service here starts K3s']);
    if (!shown) process.exitCode = exitStatus.incomplete;
    if (flags.output === 'json') await out(`${JSON.stringify(asJson(fact), null, 2)}\n`);
    else if (shown) await out(asText(fact));
  }
}

type Flag = { readonly value: Json; readonly where: string; readonly beaten: readonly { readonly value: string; readonly where: string }[] };
type ByFlag = Readonly<Record<string, Flag>>;

/** `{component: {flag: {value, where, beaten}}}`; a flag that cannot be told has `unknown`, the reason, instead of a value. */
function asJson(fact: Fact): Json {
  if (fact.is === 'unknown' || !fact.exists) return {};
  const found: Record<string, Record<string, Json>> = {};
  for (const [component, flags] of Object.entries(fact.value.flags as Readonly<Record<string, ByFlag>>))
    found[component] = Object.fromEntries(Object.entries(flags).map(([flag, { value, where, beaten }]) => [flag, { value, where, beaten }]));
  for (const [component, flag, said] of unknownFlags(fact)) {
    const flags = found[component] ?? {};
    found[component] = flag === undefined ? flags : { ...flags, [flag]: { unknown: said } };
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

function asText(fact: Known): string {
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
    ];
  });
  return [head.join(', '), ...lines].map((line) => `${plain(line)}\n`).join('');
}

const lineOf = (flag: string, rest: string): string => `  ${flag.padEnd(widest)}  ${rest}`;

const textOf = (value: Json): string => (Array.isArray(value) ? value.map(String).join(' + ') : String(value));

const beatenTexts = ({ beaten }: Flag): string[] => beaten.map((b) => `beats ${b.value === '' ? 'an empty value' : b.value} (${b.where})`);
