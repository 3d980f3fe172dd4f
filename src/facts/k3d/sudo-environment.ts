/** Kind `sudo-environment`: whether DOCKER_HOST and DOCKER_SOCK survive sudo. */
import type { Asking } from '../ask.ts';
import { type Fact, FactBuilder, missing } from '../fact.ts';
import type { Kind } from '../kind.ts';
import { boolean, list, record, string } from '../shape.ts';
import { askSudoers, sudoersTouches } from './sudoers.ts';

export const sudoEnvironment: Kind = {
  name: 'sudo-environment',
  noun: 'sudo',
  describe: 'What sudo lets the account carry over to root: from /etc/sudoers and what it includes. It exists when sudo is set up.',
  fields: {},
  shape: record({
    root: boolean('whether the account is root itself, which needs no sudo'),
    allowed: boolean('whether a rule lets the account run k3d as root'),
    setenv: boolean('whether it may name variables to keep: sudo --preserve-env=NAME'),
    keep: list(string('name or wildcard'), 'variables that are kept without asking (env_keep)'),
    keepsEngine: boolean('whether env_keep, or env_reset switched off, keeps both DOCKER_HOST and DOCKER_SOCK'),
  }),
  touches: () => sudoersTouches,
  *learn(_, as): Asking<Fact> {
    const rights = yield* askSudoers(as);
    if ('is' in rights) return rights;
    if (!rights.installed) return missing(...rights.consulted);
    if (as.uid === 0)
      return new FactBuilder()
        .consulted(...rights.consulted)
        .set('root', true, { path: 'account:root', said: 'uid 0 needs no sudo' })
        .build();
    const keeps = (name: string): boolean => rights.everything || rights.keep.some((k) => k === name || (k.endsWith('*') && name.startsWith(k.slice(0, -1))));
    return new FactBuilder()
      .consulted(...rights.consulted)
      .set('root', false, ...rights.consulted)
      .set('allowed', rights.allowed, ...rights.where.setenv)
      .set('setenv', rights.setenv, ...rights.where.setenv)
      .set('keep', rights.keep, ...rights.where.keep)
      .set('keepsEngine', keeps('DOCKER_HOST') && keeps('DOCKER_SOCK'), ...rights.where.keep)
      .build();
  },
};
