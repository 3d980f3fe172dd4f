/** What the chosen rules may touch, as one capture script asks it at once. */

import type { Pattern } from '../facts/pattern.ts';
import { chooseRules, presenceRules, type Selection } from '../inspect.ts';
import { kindsByName } from '../kinds/kinds.ts';
import { plan } from '../plan/plan.ts';
import type { ParamValues } from '../plan/questions.ts';
import { type Pack, paramValues } from '../rules/pack.ts';

/** The patterns of the selected rules and, unless profiles are named (or `always`), of the presence of every profile. */
export function superset(pack: Pack, selection: Selection, always = false): Pattern[] {
  const profiles = pack.profiles.filter((p) => selection.profiles?.includes(p.id) ?? true);
  const rules = chooseRules({ pack, selection }, profiles);
  const presence = !always && (selection.profiles || selection.byName) ? [] : presenceRules(pack.profiles);
  return plan([...rules, ...presence], kindsByName, ...paramsOf(pack, selection)).map((t) => t.pattern);
}

/** The parameters that may count: those of the named profiles together, or of each profile that may be chosen. */
export function paramsOf(pack: Pack, { profiles, params, byName }: Selection): ParamValues[] {
  if (profiles !== undefined || byName)
    return [
      paramValues(
        params,
        pack.profiles.filter((p) => profiles?.includes(p.id)),
      ),
    ];
  return [paramValues(params, []), ...pack.profiles.filter((p) => Object.keys(p.params).length > 0).map((p) => paramValues(params, [p]))];
}
