/** What the chosen rules may touch, as one capture script asks it at once. */

import { lingerPath } from '../facts/host/accounts.ts';
import { rootlessTraces } from '../facts/host/container-traces.ts';
import type { Pattern } from '../facts/pattern.ts';
import { chooseRules, presenceRules, type Selection } from '../inspect.ts';
import { kindsByName } from '../kinds/kinds.ts';
import { plan } from '../plan/plan.ts';
import { type Pack, paramValues } from '../rules/pack.ts';

/** An account with one of these runs containers without root; programs are started for no other. */
export const accountTraces: readonly string[] = [...rootlessTraces, '~/.rancher/k3s', `${lingerPath}/{user}`];

/** The patterns of the selected rules and, unless profiles are named (or `always`), of the presence of every profile. */
export function superset(pack: Pack, selection: Selection, always = false): Pattern[] {
  const profiles = pack.profiles.filter((p) => selection.profiles?.includes(p.id) ?? true);
  const rules = chooseRules({ pack, selection }, profiles);
  const presence = !always && (selection.profiles || selection.byName) ? [] : presenceRules(pack.profiles);
  const params = paramValues(
    selection.params,
    pack.profiles.filter((p) => selection.profiles?.includes(p.id)),
  );
  return plan([...rules, ...presence], kindsByName, params).map((t) => onlyWherePodmanRan(t.pattern));
}

/**
 * Asking a Podman that never ran since the boot makes its store and a pause process: probes look first
 * (src/facts/podman/store.ts), and so does the script.
 */
function onlyWherePodmanRan(pattern: Pattern): Pattern {
  // Asked of files that a probe found.
  if (pattern.do === 'run' && pattern.argv[0] === 'getcap' && pattern.argv.length === 2) return { ...pattern, ifThere: [[pattern.argv[1] as string]] };
  if (pattern.do !== 'run' || pattern.argv[0] !== 'podman' || pattern.argv[1] === '--version' || pattern.ifThere) return pattern;
  if (pattern.argv.slice(1, 3).join(' ') === 'system connection') return pattern;
  if (pattern.argv[1] === 'machine') return { ...pattern, ifThere: [['/System/Library/CoreServices/SystemVersion.plist']] };
  const databases = (root: string): string[] => [`${root}/libpod/bolt_state.db`, `${root}/db.sql`];
  return {
    ...pattern,
    ifThere: pattern.asUser
      ? [['/run/user/{uid}/libpod/tmp/alive'], ['/run/user/{uid}/libpod/tmp/pause.pid'], databases('~/.local/share/containers/storage')]
      : [['/run/libpod/alive'], databases('/var/lib/containers/storage')],
  };
}
