/** Flags that choose what is judged, shared by scan, capture and plan. */
import * as Flags from '@oclif/core/flags';
import { contentKinds } from '../collect/targets/open.ts';
import type { Json } from '../facts/fact.ts';
import { pathPattern } from '../facts/glob.ts';
import type { Selection } from '../inspect.ts';
import { valuesOf } from '../rules/narrowing.ts';
import { fitsParam, type GivenParam, type Pack } from '../rules/pack.ts';
import { hintFor, nearest } from '../rules/text/suggest.ts';
import type { AskedFor } from '../verdicts/report.ts';
import { allNow, eachOf, UsageError } from './errors.ts';
import { ruleHint } from './rule-names.ts';

/** --profile, in the words of a command. */
export const profileFlag = (description: string) =>
  Flags.string({
    char: 'p',
    multiple: true,
    multipleNonGreedy: true,
    description,
    env: 'PRETRIP_PROFILE',
    delimiter: ',',
    helpValue: 'PROFILE',
    helpGroup: 'rule',
  });

export const selectionFlags = {
  profile: profileFlag('profile to judge by; default: detected from the target'),
  rules: Flags.string({
    char: 'r',
    multiple: true,
    multipleNonGreedy: true,
    description: 'more rules: a directory, or one rule file',
    env: 'PRETRIP_RULES',
    helpValue: 'PATH',
    helpGroup: 'rule',
  }),
  select: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'only rules with this id; * stands for anything. Without --profile, judged whatever their profile',
    helpValue: 'RULE',
    helpGroup: 'rule',
  }),
  ignore: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'leave out rules with this id; * stands for anything',
    helpValue: 'RULE',
    helpGroup: 'rule',
  }),
  param: Flags.string({
    char: 'D',
    multiple: true,
    multipleNonGreedy: true,
    description: 'parameter of rules: NAME=VALUE, or RULE:NAME=VALUE',
    helpValue: 'NAME=VALUE',
    helpGroup: 'rule',
  }),
};

export const targetFlags = {
  // One with a letter comes first in its group: oclif aligns by the first line.
  file: Flags.string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description: 'k3d config, script or CI file on the target to look at',
    helpValue: 'PATH',
    helpGroup: 'target',
  }),
  as: Flags.option({ options: contentKinds })({ description: 'what stands at the path TARGET, when it is not recognised', helpGroup: 'target' }),
  user: Flags.string({
    description: 'account with whose rights to look, where nobody is logged in: on a root directory',
    helpValue: 'NAME',
    helpGroup: 'target',
  }),
  account: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'account that runs, or will run, containers there; default: who called sudo, and those that show it',
    helpValue: 'NAME',
    helpGroup: 'target',
  }),
  now: Flags.string({
    description: 'time of the inspection (RFC 3339); default: now, or SOURCE_DATE_EPOCH',
    env: 'PRETRIP_TIME',
    helpValue: 'TIME',
    helpGroup: 'target',
  }),
};

interface Chosen {
  readonly profile?: string[] | undefined;
  readonly select?: string[] | undefined;
  readonly ignore?: string[] | undefined;
  readonly param?: string[] | undefined;
  readonly account?: string[] | undefined;
}

/** The selection that flags ask for. Throws UsageError for a name that nothing has. */
export function selectionFrom(flags: Chosen, pack: Pack): Selection {
  const [, select, ignore, params] = allNow(
    () => eachOf(flags.profile ?? [], (name) => refuseProfile(name, pack)),
    () => eachOf(flags.select ?? [], (s) => matcherFor(s, pack)),
    () => eachOf(flags.ignore ?? [], (s) => matcherFor(s, pack)),
    () => eachOf(flags.param ?? [], (p) => profileParamFrom(p, flags, pack) ?? paramFrom(p, pack)),
  );
  const wants: Selection['wants'] = (rule) => {
    const ids = [rule.id, ...rule.formerly];
    return (select.length === 0 || select.some((m) => ids.some(m))) && !ignore.some((m) => ids.some(m));
  };
  const asked = askedFor(flags);
  return {
    ...(asked ? { asked } : {}),
    ...(flags.profile ? { profiles: flags.profile } : {}),
    byName: select.length > 0 && !flags.profile,
    wants,
    params,
  };
}

function refuseProfile(name: string, pack: Pack): void {
  const names = pack.profiles.map((p) => p.id);
  if (!names.includes(name)) throw new UsageError(`there is no profile "${name}"`, hintFor(name, names));
  if (!pack.rules.some((r) => r.profiles.includes(name)))
    throw new UsageError(
      `no rule is in the profile "${name}" yet, so it could not say anything of a host`,
      'pretrip rules list --profiles prints how many each has',
    );
}

function askedFor({ profile, select, ignore, param, account }: Chosen): AskedFor | undefined {
  const asked = {
    ...(profile ? { profiles: profile } : {}),
    ...(select ? { select } : {}),
    ...(ignore ? { ignore } : {}),
    ...(param ? { params: param } : {}),
    ...(account ? { accounts: account } : {}),
  };
  return Object.keys(asked).length > 0 ? asked : undefined;
}

/** The flags that make the same selection again. */
export const chosenBefore = (asked: AskedFor = {}): Chosen => ({
  profile: asked.profiles && [...asked.profiles],
  select: asked.select && [...asked.select],
  ignore: asked.ignore && [...asked.ignore],
  param: asked.params && [...asked.params],
  account: asked.accounts && [...asked.accounts],
});

function matcherFor(pattern: string, pack: Pack): (id: string) => boolean {
  const matches = pathPattern(pattern.replaceAll('*', '**'));
  const ids = pack.rules.flatMap((r) => [r.id, ...r.formerly]);
  if (!ids.some(matches)) throw new UsageError(`no rule matches "${pattern}"`, ruleHint(pattern, ids));
  return matches;
}

function paramFrom(text: string, pack: Pack): GivenParam {
  const m = /^(?:([^:=]+):)?([^:=]+)=(.*)$/s.exec(text);
  if (!m) throw new UsageError(`--param ${text}: must be NAME=VALUE or RULE:NAME=VALUE`, 'pretrip rules show RULE names the parameters of a rule');
  const [, rule, name = '', raw = ''] = m;
  const owners = pack.rules.filter((r) => (rule === undefined || r.id === rule) && Object.hasOwn(r.params, name));
  if (owners.length === 0) throw new UsageError(`no rule${rule ? ` "${rule}"` : ''} has a parameter "${name}"`, paramHint(name, rule, pack));
  const params = owners.flatMap((r) => r.params[name] ?? []);
  const value = typed(raw, params[0]?.default ?? null, name);
  if (!params.every((p) => fitsParam(p, value)))
    throw new UsageError(
      `parameter ${name} is not of one type in ${owners
        .map((r) => r.id)
        .join(', ')
        .replace(/, ([^,]*)$/, ' and $1')}`,
      `name the rule: --param RULE:${name}=VALUE`,
    );
  return { name, value, ...(rule ? { rule } : {}) };
}

/** A parameter of a profile, which chooses a release of a benchmark: `benchmark=2.1`. Undefined: no profile has one of this name. */
function profileParamFrom(text: string, { profile: named = [], select }: Chosen, pack: Pack): GivenParam | undefined {
  const [, of, name = '', value = ''] = /^(?:([^:=]+):)?([^:=]+)=(.*)$/s.exec(text) ?? [];
  const owners = pack.profiles.filter((p) => (of === undefined || p.id === of) && Object.hasOwn(p.narrows ?? {}, name));
  const profile = owners.find((p) => named.includes(p.id)) ?? owners[0];
  const narrowing = profile?.narrows?.[name];
  if (!profile || !narrowing) return undefined;
  const values = valuesOf(narrowing, profile.id, pack.rules);
  if (!values.includes(value))
    throw new UsageError(`--param ${text}: ${name} of ${profile.id} is ${values.join(', ').replace(/, ([^,]*)$/, ' or $1')}`, hintFor(value, values));
  if (!named.includes(profile.id) && !select)
    throw new UsageError(`--param ${text}: is a parameter of the profile ${profile.id}, which is not asked for`, `name the profile: -p ${profile.id}`);
  return { profile: profile.id, name, value };
}

function paramHint(name: string, rule: string | undefined, pack: Pack): string {
  const ids = pack.rules.map((r) => r.id);
  if (rule !== undefined && !ids.includes(rule)) return ruleHint(rule, ids);
  const near = nearest(name, [...new Set(pack.rules.filter((r) => rule === undefined || r.id === rule).flatMap((r) => Object.keys(r.params)))]);
  return near === undefined ? 'pretrip rules show RULE names the parameters of a rule' : `did you mean "${near}"?`;
}

/** A text from the command line in the type of the parameter's default. */
function typed(raw: string, example: Json, name: string): Json {
  if (typeof example === 'number') {
    const value = Number(raw);
    if (raw.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--param ${name}=${raw}: must be a number`);
    return value;
  }
  if (typeof example === 'boolean') {
    if (raw !== 'true' && raw !== 'false') throw new UsageError(`--param ${name}=${raw}: must be true or false`);
    return raw === 'true';
  }
  return Array.isArray(example) ? raw.split(',').filter((v) => v !== '') : raw;
}

/** The time of an inspection, RFC 3339 in UTC without fractions. */
export function timeFrom(flag: string | undefined): string {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  if (flag !== undefined) return timeIn('now', flag);
  return written(epoch !== undefined && /^\d+$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date());
}

function timeIn(flag: string, text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new UsageError(`--${flag} ${text}: is not a time`, 'write it as 2026-01-31T12:00:00Z');
  return written(date);
}

const written = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** --as-of: the time that rules judge for which have a parameter of that name. It decides nothing of what is looked at. */
export const asOfFlag = {
  'as-of': Flags.string({
    description: 'time to judge certificates for (RFC 3339); default: that of the inspection. The parameter as-of of rules',
    helpValue: 'TIME',
    helpGroup: 'rule',
  }),
};

/** Parameters, with what --as-of stands for. Throws UsageError for what is no time. */
export const paramsWith = (param: string[] | undefined, asOf: string | undefined): string[] | undefined =>
  asOf === undefined ? param : [...(param ?? []), `as-of=${timeIn('as-of', asOf)}`];
