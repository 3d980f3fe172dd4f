/** What the chosen rules may touch, as one capture script asks it at once. */

import type { Pattern } from '../facts/pattern.ts';
import { chooseRules, presenceRules, type Selection } from '../inspect.ts';
import { kindsByName } from '../kinds/kinds.ts';
import { plan } from '../plan/plan.ts';
import { type Pack, paramValues } from '../rules/pack.ts';

/** The patterns of the selected rules and, unless profiles are named (or `always`), of the presence of every profile. */
export function superset(pack: Pack, selection: Selection, always = false): Pattern[] {
  const profiles = pack.profiles.filter((p) => selection.profiles?.includes(p.id) ?? true);
  const rules = chooseRules({ pack, selection }, profiles);
  const presence = !always && (selection.profiles || selection.byName) ? [] : presenceRules(pack.profiles);
  const params = paramValues(
    selection.params,
    pack.profiles.filter((p) => selection.profiles?.includes(p.id)),
  );
  return plan([...rules, ...presence], kindsByName, params).map((t) => t.pattern);
}
