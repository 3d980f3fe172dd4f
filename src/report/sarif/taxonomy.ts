/** Control frameworks as SARIF taxonomies: identifiers only, since the texts belong to their publishers. */
import type { ReportingDescriptorRelationship, ToolComponent } from 'sarif';
import type { RuleCard } from '../../verdicts/report.ts';
import { uuid } from '../ids.ts';
import type { Hash } from '../style.ts';
import { controlOf } from './control.ts';

export interface Taxonomies {
  readonly components: ToolComponent[];
  /** The controls a rule is relevant to. */
  relationships(card: RuleCard): ReportingDescriptorRelationship[];
}

/** One component a framework. */
export function taxonomies(rules: readonly RuleCard[], hash: Hash): Taxonomies {
  const frameworks = new Map<string, Set<string>>();
  for (const { framework, id } of rules.flatMap((card) => card.controls.map(controlOf))) {
    frameworks.set(framework, (frameworks.get(framework) ?? new Set()).add(id));
  }
  const components = [...frameworks]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, ids]): ToolComponent =>
        ({
          name,
          guid: uuid(JSON.stringify(['taxonomy', name]), hash),
          ...(publisher(name) === undefined ? {} : { organization: publisher(name) }),
          isComprehensive: false,
          taxa: [...ids].toSorted().map((id) => ({ id, name: `${name} ${id}` })),
        }) as ToolComponent,
    );
  return {
    components,
    relationships: (card) =>
      // Two spellings may name one control.
      [...new Map(card.controls.map(controlOf).map((control) => [`${control.framework} ${control.id}`, control])).values()].map(({ framework, id }) => {
        const index = components.findIndex(({ name }) => name === framework);
        const component = components[index];
        return {
          target: {
            id,
            index: component?.taxa?.findIndex((taxon) => taxon.id === id) ?? -1,
            toolComponent: { name: framework, index, ...(component?.guid === undefined ? {} : { guid: component.guid }) },
          },
          kinds: ['relevant'],
        };
      }),
  };
}

function publisher(framework: string): string | undefined {
  if (framework.startsWith('NIST')) return 'National Institute of Standards and Technology';
  if (framework.startsWith('CIS')) return 'Center for Internet Security';
  return undefined;
}
