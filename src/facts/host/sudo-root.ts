/** Whether sudo makes an account root without asking for a password, or by a rule for everybody (sudoers(5)). Pure. */
import type { Where } from '../fact.ts';
import { namer, type Who } from './sudoers.ts';
import { listOf, type Statement } from './sudoers-text.ts';

type Rule = Extract<Statement, { is: 'rule' }>;

/** A rule under which any command runs as root on any host. Of several, the last one counts. */
function grantIn(rule: Rule): { readonly asks: boolean | undefined } | undefined {
  if (!rule.hosts.includes('ALL')) return undefined;
  const runas = /^\(([^)]*)\)/.exec(rule.spec)?.[1];
  if (runas !== undefined && !listOf(runas.split(':')[0] ?? '').some((r) => r === 'ALL' || r === 'root' || r === '#0')) return undefined;
  const rest = rule.spec.replace(/^\([^)]*\)\s*/, '');
  const tags = /^((?:[A-Z]+:\s*)*)/.exec(rest.replace(/\b([A-Z]+)[ \t]+:/g, '$1:'))?.[1] ?? '';
  const commands = listOf(rest.replace(/\b([A-Z]+)[ \t]+:/g, '$1:').slice(tags.length));
  if (!commands.includes('ALL')) return undefined;
  return { asks: /\bNOPASSWD:/.test(tags) ? false : /\bPASSWD:/.test(tags) ? true : undefined };
}

/** Where sudo lets the account do anything as root without a password; undefined where it does not, or asks. */
export function freeRoot(statements: readonly Statement[], who: Who): Where | undefined {
  const isNamed = namer(statements, who);
  const last = statements.flatMap((s) => (s.is === 'rule' && isNamed(s.who) && grantIn(s) ? [{ rule: s, asks: grantIn(s)?.asks }] : [])).at(-1);
  if (!last) return undefined;
  if (last.asks !== undefined) return last.asks ? undefined : last.rule.at;
  const defaults = statements.flatMap((s) =>
    s.is === 'defaults' && (s.scope === '' || (s.scope === ':' && isNamed(s.for))) ? s.settings.map((setting) => ({ ...setting, at: s.at })) : [],
  );
  const authenticate = defaults.findLast((s) => s.name === 'authenticate');
  return authenticate?.off ? authenticate.at : undefined;
}

/** The rule that lets everybody do anything as root with a password of their own. With targetpw or rootpw the password is root's. */
export function everybodysRoot(statements: readonly Statement[]): Where | undefined {
  const settings = statements.flatMap((s) => (s.is === 'defaults' && s.scope === '' ? s.settings : []));
  const rule = statements.findLast((s): s is Rule => s.is === 'rule' && s.who.includes('ALL') && grantIn(s) !== undefined);
  if (!rule) return undefined;
  const target = ['targetpw', 'rootpw'].some((name) => settings.findLast((s) => s.name === name)?.off === false);
  return target && grantIn(rule)?.asks !== false ? undefined : rule.at;
}
