/** Policies between zones: firewalld.policy(5), firewalld.policies(5), firewalld/firewalld:src/firewall/core/io/policy.py. */
import type { Unknown, Where } from '../fact.ts';
import type { XmlElement } from '../text/xml.ts';
import { type Filter, filterGrammar, filterOf } from './filter.ts';
import { attributeOf, type Grammar, Refused, readObject, whereOf } from './object-file.ts';
import { priorityOf } from './rich-rule.ts';

const targets = ['CONTINUE', 'ACCEPT', 'REJECT', 'DROP'] as const;

export interface Policy extends Filter {
  readonly is: 'policy';
  /** What happens to what no rule is about; CONTINUE leaves it to the zone. */
  readonly target: (typeof targets)[number];
  readonly targetAt: Where;
  /** Below 0 before the zone, above 0 after it and before its target. */
  readonly priority: number;
  /** Names of zones, or one of ANY and HOST alone. */
  readonly ingress: readonly string[];
  readonly egress: readonly string[];
  readonly disabled: boolean;
}

const grammar: Grammar = { ...filterGrammar, policy: 'target|version priority', 'ingress-zone': 'name', 'egress-zone': 'name', disable: '' };

/** Reads a policy; one that firewalld would refuse is unknown. */
export function policyOf(text: string, name: string, path: string): Policy | Unknown {
  return readObject(text, path, grammar, (elements): Policy => {
    const policy = elements.find((e) => e.name === 'policy');
    const source = elements.find((e) => e.name === 'source');
    if (source) throw new Refused('source outside of a rule', source.at);
    const target = policy && targets.find((t) => t === attributeOf(policy, 'target'));
    if (policy && !target) throw new Refused(`a target ${attributeOf(policy, 'target')}`, policy.at);
    const priority = policy?.attributes.has('priority') ? priorityOf(policy) : -1;
    if (priority === 0 && policy) throw new Refused('a priority 0, which is that of zones', policy.at);
    return {
      is: 'policy',
      ...filterOf(elements, name, path),
      target: target ?? 'CONTINUE',
      targetAt: policy ? whereOf(path, policy, 'target') : { path },
      priority,
      ingress: zones(elements, 'ingress-zone'),
      egress: zones(elements, 'egress-zone'),
      disabled: elements.some((e) => e.name === 'disable'),
    };
  });
}

function zones(elements: readonly XmlElement[], element: string): string[] {
  const all = elements.filter((e) => e.name === element);
  const names = [...new Set(all.map((e) => attributeOf(e, 'name')))];
  if (names.length > 1 && names.some((n) => n === 'ANY' || n === 'HOST')) throw new Refused('ANY or HOST beside other zones', (all[0] as XmlElement).at);
  return names;
}
