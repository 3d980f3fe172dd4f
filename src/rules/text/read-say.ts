/** Reads sentences with slots: every slot must name what the rule knows when it speaks. */
import { isScalar } from 'yaml';
import { phraseOf, type Slot, slotWords } from '../../expect/phrase.ts';
import { splitPath } from '../../facts/fact.ts';
import type { Kind } from '../../facts/kind.ts';
import { type Shape, shapeAt } from '../../facts/shape.ts';
import type { Probe } from '../rule.ts';
import type { Scope } from './read-items.ts';
import type { Source, YamlNode } from './source.ts';
import { hintFor } from './suggest.ts';

/** One sentence or a list of them. `probes`: what the item asks, in its order. */
export function readSay(source: Source, node: YamlNode, scope: Scope, probes: readonly Probe[]): readonly string[] | undefined {
  if (!node) return undefined;
  const nodes = isScalar(node) ? [node] : source.items(node, 'say');
  return nodes.flatMap((each) => {
    const text = source.text(each, 'say');
    if (text === undefined) return [];
    const { phrase, wrong } = phraseOf(text);
    for (const part of wrong)
      source.problem(each, `"${part}" is not a slot`, `a field in braces, {each.FIELD}, {param.NAME}, {KIND: FIELD}, or one of: ${words}`);
    for (const part of phrase) if (typeof part !== 'string') checkSlot(source, each, part, scope, probes);
    return [text];
  });
}

const words = Object.keys(slotWords)
  .map((word) => `{${word}}`)
  .join(', ');

function checkSlot(source: Source, node: YamlNode, slot: Slot, scope: Scope, probes: readonly Probe[]): void {
  if (slot.is === 'field') checkField(source, node, slot, scope, probes);
  else if (slot.is === 'word') {
    if (slot.word === 'subject' && !scope.each) source.problem(node, '"{subject}" has a meaning only under forEach');
  } else if (slot.is === 'param') {
    if (!scope.params.has(slot.name)) source.problem(node, `there is no parameter "${slot.name}"`, hintFor(slot.name, [...scope.params.keys()]));
    scope.usedParams.add(slot.name);
  } else if (slot.is === 'each') {
    const path = splitPath(slot.name);
    if (!scope.each) source.problem(node, '"{each.…}" has a meaning only under forEach');
    else if (!path || !shapeAt(scope.each, path).shape)
      source.problem(node, `the subject has no "${slot.name}"`, hintFor(slot.name, Object.keys(scope.each.fields)));
  }
}

function checkField(source: Source, node: YamlNode, { kind, path }: Extract<Slot, { is: 'field' }>, scope: Scope, probes: readonly Probe[]): void {
  const asked = kind === undefined ? probes.map((p) => p.kind) : [kind];
  const kinds = scope.kinds.filter((k) => asked.includes(k.name));
  if (kind !== undefined && kinds.length === 0) {
    source.problem(
      node,
      `unknown fact kind "${kind}" in a sentence`,
      hintFor(
        kind,
        scope.kinds.map((k) => k.name),
      ),
    );
    return;
  }
  if (kind !== undefined && !probes.some((p) => p.kind === kind)) scope.drawn?.push({ kind, at: node });
  const shapes = kinds.flatMap((k) => shapeAt(k.shape, path).shape ?? []);
  if (shapes.length === 0) source.problem(node, `there is no "${path.join('.')}" to put into this sentence`, hintFor(path[0] ?? '', namesOf(kinds)));
  else if (shapes.every((s) => isMute(s))) source.problem(node, `"${path.join('.')}" is a ${shapes[0]?.type}: a sentence cannot hold it`, 'say it in words');
}

const namesOf = (kinds: readonly Kind[]): string[] => kinds.flatMap((k) => Object.keys(k.shape.fields));

const isMute = (shape: Shape): boolean => shape.type === 'boolean' || shape.type === 'record';
