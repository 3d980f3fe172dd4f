/** Kind `sudo-environment`: whether DOCKER_HOST and DOCKER_SOCK survive sudo. */
import { type Asking, read, stat } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, unknown, type Where } from '../../facts/fact.ts';
import { carrying, readSudoers, whoIs } from '../../facts/host/sudoers.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, string } from '../../facts/shape.ts';

const groupPath = '/etc/group';
const program = '/usr/bin/sudo';

/** Where Debian and Ubuntu put sudo-rs; /usr/bin/sudo leads there where it is the system's sudo. */
const rustPrograms = /^\/usr\/(?:lib\/cargo\/bin\/sudo|bin\/sudo-rs|lib\/sudo-rs\/sudo)$/;

export const sudoEnvironment = defineKind({
  name: 'sudo-environment',
  noun: 'sudo',
  describe: 'What sudo lets the account carry over to root: from /etc/sudoers and what it includes. It exists when sudo is set up.',
  fields: {},
  shape: record({
    root: boolean('whether the account is root itself, which needs no sudo'),
    allowed: boolean('whether a rule lets the account run k3d as root'),
    rust: boolean('whether sudo is sudo-rs, which passes over --preserve-env and !env_reset'),
    setenv: boolean('whether it may name variables to keep: sudo --preserve-env=NAME'),
    keep: list(string('name or wildcard'), 'variables that are kept without asking (env_keep)'),
    keepsEngine: boolean('whether env_keep, or env_reset switched off, keeps both DOCKER_HOST and DOCKER_SOCK'),
  }),
  touches: () => [readSudoers, { do: 'read', path: groupPath }, { do: 'stat', path: program }],
  *learn(_, as): Asking<Fact> {
    const sudoers = yield* readSudoers();
    const { consulted } = sudoers;
    if (sudoers.incomplete) return sudoers.incomplete;
    if (!sudoers.installed) return missing(...consulted);
    if (as.uid === 0)
      return new FactBuilder()
        .consulted(...consulted)
        .set('root', true, { path: 'account:root', said: 'uid 0 needs no sudo' })
        .build();
    const group = yield* read(groupPath);
    if (group.is === 'blocked') return unknown(group, groupPath);
    const found = carrying(sudoers, whoIs(as, group.is === 'got' ? group.value : ''), 'k3d');
    const orAll = <T>(where: readonly T[], otherwise: readonly T[]): readonly T[] => (where.length > 0 ? where : otherwise);
    const rights = { ...found, consulted, where: { setenv: orAll(found.where.setenv, consulted), keep: orAll(found.where.keep, consulted) } };
    const which = yield* stat(program);
    if (which.is === 'blocked') return unknown(which, program);
    const real = which.is === 'got' ? (which.value.real ?? { is: 'got', value: { path: program } }) : which;
    if (real.is === 'blocked') return unknown(real, program);
    const rust = real.is === 'got' && rustPrograms.test(real.value.path);
    const at: Where[] = rust ? [{ path: program, said: 'sudo-rs, which passes over --preserve-env' }] : [];
    const everything = rights.everything && !rust;
    const keeps = (name: string): boolean => everything || rights.keep.some((k) => k === name || (k.endsWith('*') && name.startsWith(k.slice(0, -1))));
    return new FactBuilder()
      .consulted(...rights.consulted)
      .set('root', false, ...rights.consulted)
      .set('allowed', rights.allowed, ...rights.where.setenv)
      .set('rust', rust, { path: program })
      .set('setenv', rights.setenv && !rust, ...at, ...rights.where.setenv)
      .set('keep', rights.keep, ...rights.where.keep)
      .set('keepsEngine', keeps('DOCKER_HOST') && keeps('DOCKER_SOCK'), ...at, ...rights.where.keep)
      .build();
  },
});
