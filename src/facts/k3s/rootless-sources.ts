/** The environment of a K3s user service, and where people set its variables in vain. */
import { type Account, type Answer, type Asking, list, read, together } from '../ask.ts';
import type { Environment } from '../environment/environment.ts';
import { environmentOf } from '../environment/environment-of.ts';
import { etcEnvironment } from '../environment/login.ts';
import { environmentOfUnit } from '../environment/unit.ts';
import { parseEnvironmentFile } from '../environment/unit-lines.ts';
import { type Unknown, unknown, type Where } from '../fact.ts';
import { inQuestion, source, type Touches } from '../source.ts';
import { assignmentsIn, type Dialect } from '../text/assignments.ts';
import { type K3sUnits, unitsOfK3s, variablesBeside } from './started-by.ts';

/** A value of a variable at a place that the service does not read. */
interface Stray {
  readonly name: string;
  readonly value: string;
  readonly at: Where;
}

export interface ServiceEnvironment {
  readonly environment: Environment;
  readonly strays: readonly Stray[];
  /** A place could not be read, so it is open whether something is set there in vain. */
  readonly straysUnseen?: Unknown;
}

/** Shell files: a service does not read them. */
const shellFiles = [
  '~/.bashrc',
  '~/.bash_profile',
  '~/.bash_login',
  '~/.profile',
  '~/.zshrc',
  '~/.zshenv',
  '~/.zprofile',
  '/etc/profile',
  '/etc/profile.local',
  '/etc/bash.bashrc',
  '/etc/bash.bashrc.local',
] as const;

const ofOpenRc = '/etc/rancher/k3s/k3s.env';

const profiles = '/etc/profile.d';

/** The variables of `names` as a service of the account's own manager gets them, and where else they are set. */
export const serviceEnvironment = source(
  (unit: string): Touches => [
    environmentOfUnit.of(unit, { manager: 'user', as: inQuestion }),
    ...[...shellFiles, ofOpenRc, etcEnvironment, `${profiles}/*.sh`].map((path) => ({ do: 'read' as const, path })),
    unitsOfK3s,
    ...variablesBeside('k3s*.service').map((path) => ({ do: 'read' as const, path })),
    { do: 'list', path: profiles },
  ],
  readServiceEnvironment,
);

function* readServiceEnvironment(unit: string, as: Account, names: readonly string[]): Asking<ServiceEnvironment> {
  const services = yield* unitsOfK3s();
  const [environment, strays] = yield* together([environmentOf({ unit, manager: 'user', as }, names), strayVariables(as, new Set(names), services)]);
  const counts = (s: Stray): boolean => environment.variables.get(s.name)?.where.some((w) => w.path === s.at.path && w.line === s.at.line) ?? false;
  return { environment, ...strays, strays: strays.strays.filter((s) => !counts(s)) };
}

type How = Dialect | 'service';

function* strayVariables(as: Account, wanted: ReadonlySet<string>, services: K3sUnits): Asking<Omit<ServiceEnvironment, 'environment'>> {
  const scripts = yield* list(profiles);
  const ofServices = services.names.filter((name) => name.startsWith('k3s')).flatMap(variablesBeside);
  const files: [path: string, how: How][] = [
    ...shellFiles.map((p): [string, How] => [p.replace(/^~(?=\/)/, () => as.home), 'shell']),
    ...[...ofServices, ofOpenRc].map((p): [string, How] => [p, 'service']),
    ...(scripts.is === 'got' ? scripts.value.filter((n) => n.endsWith('.sh')).map((n): [string, How] => [`${profiles}/${n}`, 'shell']) : []),
    [etcEnvironment, 'pam'],
  ];
  const texts = yield* together(files.map(([path]) => read(path)));
  const strays: Stray[] = [];
  let unseen: Unknown | undefined = services.hidden;
  for (const [at, [path, how]] of files.entries()) {
    const text: Answer<string> = texts[at] ?? { is: 'absent' };
    if (text.is === 'blocked') unseen ??= unknown(text, path);
    if (text.is === 'got') strays.push(...straysIn(text.value, path, wanted, how));
  }
  if (scripts.is === 'blocked') unseen ??= unknown(scripts, profiles);
  return { strays, ...(unseen ? { straysUnseen: unseen } : {}) };
}

function straysIn(text: string, path: string, wanted: ReadonlySet<string>, how: How): Stray[] {
  if (how !== 'service') return assignmentsIn(text, path, wanted, how).map((a) => ({ name: a.name, value: a.raw, at: a.where }));
  return [...parseEnvironmentFile(text, path).variables].flatMap(([name, { value, where }]) => {
    const { line } = where[0] as Where;
    return wanted.has(name) ? [{ name, value, at: { path, ...(line === undefined ? {} : { line }) } }] : [];
  });
}
