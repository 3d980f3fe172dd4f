/** Kind `k3s-running`: where what runs of K3s was started with something other than what is configured now. */
import { type Asking, nothing, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, missing, type Unknown, type Where } from '../../facts/fact.ts';
import { annotatedOtherwise, type Disagreement, inForceOtherwise, loggedOtherwise } from '../../facts/k3s/disagreements.ts';
import { placeText } from '../../facts/k3s/given.ts';
import { type Logged, lastStarts, type Silent } from '../../facts/k3s/journal-lines.ts';
import { type K3sModel, k3sModel } from '../../facts/k3s/k3s-model.ts';
import { ownNode } from '../../facts/k3s/own-node.ts';
import { defineKind } from '../../facts/kind.ts';
import { list, number, record, string } from '../../facts/shape.ts';
import { shortened } from '../../facts/text/shortened.ts';

const disagreement = record(
  {
    component: string('K3s itself, or a component'),
    flag: string('its flag'),
    configured: string('what the configuration says now; unset when nothing sets it'),
    running: string('what it was started with; unset when nothing set it'),
    place: string('the place of what is configured'),
    seen: string('what shows what runs'),
  },
  'a flag that differs',
);

export const k3sRunning = defineKind({
  name: 'k3s-running',
  noun: 'the running K3s',
  absent: 'no service here starts K3s',
  describe:
    'Where what runs of K3s got something other than what is configured now, as the last start in the journal of this boot shows it; with `api` also the node’s annotation k3s.io/node-args and the configz of its kubelet. It decides nothing about the configuration.',
  fields: {
    api: { type: 'boolean', describe: 'ask the API server as well, with the kubeconfig that K3s keeps for root' },
  },
  shape: record({
    sources: list(string('journal, node-args, configz'), 'what showed what runs'),
    disagreements: list(disagreement, 'the flags that differ'),
    first: string('the first disagreement as a sentence; unset when there is none'),
    others: number('how many more there are; unset when there is none'),
  }),
  touches: ({ api }) => [k3sModel, lastStarts, ...(api === true ? [ownNode] : [])],
  *learn({ api }): Asking<Fact> {
    const model = yield* k3sModel();
    if (model.is === 'unknown') return model;
    if (model.is === 'not-started') return missing(...model.consulted);
    const [starts, node] = yield* together([lastStarts(model.unit), api === true ? ownNode() : nothing()]);
    const found: Disagreement[] = [];
    const sources: string[] = [];
    const looked: Where[] = [];
    if (starts.is === 'logged') found.push(...loggedOtherwise(model, starts));
    if (starts.is === 'logged') sources.push('journal');
    if (starts.is !== 'unknown') looked.push(starts.where);
    if (node?.is === 'node') {
      found.push(...annotatedOtherwise(model, node), ...inForceOtherwise(model, node));
      sources.push(...(node.args ? ['node-args'] : []), 'configz');
      looked.push(node.where.args, node.where.settings);
    }
    const closed = [starts, node].find((one): one is Unknown => one?.is === 'unknown');
    const unseen = sources.includes('node-args') ? undefined : unseenStart(model, starts);
    return factOf(found, sources, [model.where, ...looked], closed ?? untold(model, node !== undefined) ?? unseen);
  },
});

/**
 * Why what is configured cannot be told, so that it cannot be compared either. What follows from the running host alone is
 * ambiguous, and no reason. `settings`: those of the kubelet in files are compared as well.
 */
function untold({ release, components, kubelet, dropIns }: K3sModel, settings: boolean): Unknown | undefined {
  if (release.is === 'unknown') return release;
  if (settings && dropIns?.is === 'unknown') return dropIns;
  const all = [...components.values(), ...(settings && kubelet ? [kubelet] : [])];
  const gaps = all.flatMap((flags) => ('is' in flags ? [flags] : [...flags.values()].filter((one) => 'is' in one)));
  return gaps.find(({ why }) => why !== 'ambiguous');
}

/** Why the journal does not tell what all that runs here was started with. */
function unseenStart({ components }: K3sModel, starts: Logged | Silent | Unknown): Unknown | undefined {
  if (starts.is === 'unknown') return starts;
  if (starts.is === 'silent')
    return { is: 'unknown', why: 'ambiguous', said: `nothing tells what K3s was started with: ${starts.said}`, where: [starts.where] };
  const without = [...components.keys()].find((name) => name !== 'etcd' && !starts.started.has(name));
  return without && { is: 'unknown', why: 'ambiguous', said: `the journal of this boot has no line of the start of ${without}`, where: [starts.where] };
}

/** `open`: why there may be more, where somebody could not look. */
function factOf(found: readonly Disagreement[], sources: readonly string[], looked: readonly Where[], open: Unknown | undefined): Fact {
  const fact = new FactBuilder().consulted(...looked).set('sources', [...sources], ...looked);
  if (open && found.length === 0) return fact.gap('disagreements', open).gap('first', open).build();
  const [first, ...others] = found;
  fact.set('disagreements', found.map(asJson), ...(first?.where ?? looked));
  for (const [at, one] of found.entries()) fact.at(['disagreements', String(at)], ...one.where);
  if (first) fact.set('first', sentenceOf(first), ...first.where);
  if (others.length > 0) fact.set('others', others.length, ...found.flatMap((f) => f.where));
  return fact.build();
}

function asJson({ component, flag, configured, running, where }: Disagreement) {
  const [seen] = where.slice(-1);
  const [place] = where.length > 1 ? where : [];
  return {
    component,
    flag,
    ...(configured === undefined ? {} : { configured }),
    ...(running === undefined ? {} : { running }),
    ...(place ? { place: placeText(place) } : {}),
    ...(seen ? { seen: placeText(seen) } : {}),
  };
}

/** Characters of one value in a sentence. */
const longest = 40;

function sentenceOf({ component, flag, configured, running }: Disagreement): string {
  const who = component === 'K3s' ? 'K3s' : `The ${component}`;
  const value = (text: string): string => shortened(text, longest);
  if (running === undefined) return `${who} runs without --${flag}=${value(configured ?? '')}, which is configured`;
  if (configured === undefined) return `${who} runs with --${flag}=${value(running)}, which nothing configures now`;
  return `${who} runs with --${flag}=${value(running)}, and ${value(configured)} is configured`;
}
