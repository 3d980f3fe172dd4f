/** What a rule's remedy comes to for one finding: which steps follow from what was found, with all that this host decides. */
import { gapAt, judgeExpectation, placesOf as placesIn, valueAt } from '../expect/expectation.ts';
import { type Fact, FactBuilder, type Json, type Known, splitPath } from '../facts/fact.ts';
import type { Kind } from '../facts/kind.ts';
import { any, record, shapeAt, string } from '../facts/shape.ts';
import type { Question } from '../plan/asked.ts';
import type { Inquiry } from '../plan/questions.ts';
import { fillStep } from '../rules/fill.ts';
import type { Expectation, RemedyStep, StepTemplate } from '../rules/rule.ts';
import { afterOf } from '../verdicts/afters.ts';
import { bootPlace } from '../verdicts/boot.ts';
import { installCommand, isForNextBoot, nameElsewhere } from '../verdicts/packages.ts';
import { dropInFile, sysctlFile } from '../verdicts/step-files.ts';
import { atHome, isActing, type Step } from '../verdicts/steps.ts';
import { withoutSystemd } from '../verdicts/unit-acts.ts';

/** An element of the list of `every`, and where it stands in which fact. */
interface Element {
  readonly value: Json;
  readonly fact: Known;
  readonly path: readonly string[];
}

/** A fact by the head of a way to it: `each`, `KIND` or `KIND MAIN`. */
interface Found {
  readonly fact: Fact;
  readonly kind?: Kind;
}

/**
 * The steps for one failure. Those of conditions that nobody can decide, and those that name what nobody knows, count where
 * no other step is left.
 */
export function remedyFor(inquiry: Inquiry): Step[] {
  const all = inquiry.rule.remedy
    .flatMap((step) =>
      elementsOf(step.every, inquiry).map((item) => ({ step, meant: isMeant(step, inquiry, item), ...stepsFrom(step.template, inquiry, item) })),
    )
    .filter(({ meant }) => meant !== false);
  const acts = ({ step }: { step: RemedyStep }): boolean => isActing(step.template);
  const sure = all.filter(({ meant, whole }) => meant === true && whole);
  const named = all.filter(({ whole }) => whole);
  return [sure, named, all].flatMap((of) => (of === all || of.some(acts) ? [of] : []))[0]?.flatMap(({ steps }) => steps) ?? [];
}

/** Whether the step follows from what was found; undefined where nobody can tell. */
function isMeant(step: RemedyStep, inquiry: Inquiry, item: Element | undefined): boolean | undefined {
  if (step.running !== undefined && step.running !== inquiry.running) return false;
  const wanted = step.if.length === 0 || oneHolds(step.if, inquiry, item);
  const unwanted = step.unless.length > 0 && oneHolds(step.unless, inquiry, item);
  if (wanted === false || unwanted === true) return false;
  return wanted === undefined || unwanted === undefined ? undefined : true;
}

/** Whether one of several ways holds whole. Undefined: nobody can tell. */
function oneHolds(ways: RemedyStep['if'], inquiry: Inquiry, item: Element | undefined): boolean | undefined {
  const truths = ways.map((way) => {
    const all = way.map((expectation) => holds(expectation, inquiry, item));
    return all.includes('no') ? false : all.includes('unknown') ? undefined : true;
  });
  return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
}

const placeShape = record({ place: string('the file that decided a value') });
const itemShape = record({ item: any('the element') });

function holds(expectation: Expectation, inquiry: Inquiry, item: Element | undefined): Truth {
  const [head = '', ...path] = expectation.path;
  if (head === 'item') {
    const fact = new FactBuilder().set('item', item?.value).build();
    return judgeExpectation(expectation, fact, itemShape, head, inquiry.resolve).truth;
  }
  if (head === 'at') {
    const place = placesOf(path, inquiry, item)[0];
    const fact = new FactBuilder().set('place', place).build();
    return judgeExpectation({ ...expectation, path: ['place'] }, fact, placeShape, head, inquiry.resolve).truth;
  }
  const known = decided.get(inquiry) ?? new Map<Expectation, Truth>();
  decided.set(inquiry, known);
  const truth = known.get(expectation) ?? holdsAnyway(expectation, inquiry);
  known.set(expectation, truth);
  return truth;
}

type Truth = 'yes' | 'no' | 'unknown';

/** What of a condition is the same for each element of a step that is told for every one. */
const decided = new WeakMap<Inquiry, Map<Expectation, Truth>>();

function holdsAnyway(expectation: Expectation, inquiry: Inquiry): Truth {
  const [head = '', ...path] = expectation.path;
  const found = foundAt(head, path, inquiry);
  if (!found) return 'unknown';
  const shape = found.kind?.shape ?? { type: 'record' as const, fields: {}, describe: '' };
  if (found.fact.is === 'known' && !found.fact.exists && path[0] !== 'exists' && head !== 'each') {
    const only = expectation.tests.some((t) => t.operator === 'present' && 'value' in t && 'literal' in t.value && t.value.literal === false);
    return only ? 'yes' : 'no';
  }
  return judgeExpectation({ ...expectation, path }, found.fact, shape, head, inquiry.resolve).truth;
}

/** The fact that a way begins with: of several that the rule asks for, the first that has something there. */
function foundAt(head: string, path: readonly string[], inquiry: Inquiry): Found | undefined {
  const { subject, rule } = inquiry;
  if (head === 'each') return subject && { fact: subject.fact };
  const questions = questionsOf(head, inquiry);
  const foundBy = ({ fact }: Question): Json | undefined => (fact.is === 'known' && fact.exists ? (valueAt(fact.value, path) as Json | undefined) : undefined);
  const isFull = (value: Json | undefined): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);
  const chosen = questions.find((q) => isFull(foundBy(q))) ?? questions.find((q) => foundBy(q) !== undefined) ?? questions[0];
  const [name = ''] = head.split(' ');
  if (!chosen && name !== '' && !questions.length && !rule.learn.some((p) => p.kind === name)) return undefined;
  return chosen && { fact: chosen.fact, kind: chosen.kind };
}

/** The questions of the rule about `KIND`, or about `KIND MAIN`. */
function questionsOf(head: string, { asked, resolve }: Inquiry): Question[] {
  const [name = '', ...words] = head.split(' ');
  const main = words.join(' ');
  return asked.all().flatMap(([probe, question]): Question[] => {
    if (probe.kind !== name || 'why' in question) return [];
    const value = question.kind.main === undefined ? undefined : probe.query[question.kind.main];
    return main === '' || (value && resolve(value) === main) ? [question] : [];
  });
}

/** A value that was found; undefined where it is unset, or nobody could look. */
function valueFound(head: string, path: readonly string[], inquiry: Inquiry): Json | undefined {
  const fact = foundAt(head, path, inquiry)?.fact;
  if (fact?.is !== 'known' || gapAt(fact, path)) return undefined;
  return valueAt(fact.value, path);
}

/** A value that was found, as a rule writes it: permission bits are octal. */
function written(head: string, path: readonly string[], inquiry: Inquiry): Json | undefined {
  const value = valueFound(head, path, inquiry);
  const shape = foundAt(head, path, inquiry)?.kind?.shape;
  const isMode = shape && shapeAt(shape, path).shape?.type === 'mode';
  return isMode && typeof value === 'number' ? `0${value.toString(8)}` : value;
}

/** The files that set a value, the deciding one first; not those that were only looked at. */
function placesOf(way: readonly string[], inquiry: Inquiry, item: Element | undefined): readonly string[] {
  const [head = '', ...rest] = way;
  const path = head === 'item' ? [...(item?.path ?? []), ...rest] : rest;
  const fact = head === 'item' ? item?.fact : foundAt(head, path, inquiry)?.fact;
  const places = fact?.is === 'known' ? (placesIn(fact, path) ?? []) : [];
  return places.filter((place) => !place.looked && place.path.startsWith('/')).map((place) => place.path);
}

/** What packages and kernels own is not for people to edit. */
const isOurs = (path: string): boolean => !/^\/(?:usr\/(?!local\/)|proc\/|sys\/|run\/)/.test(path);

/**
 * The elements of a list that were found, by all questions of the rule that ask for it, each once; there may be more where
 * not all was seen. A step without `every` is one, of no element.
 */
function elementsOf(every: readonly string[] | undefined, inquiry: Inquiry): readonly (Element | undefined)[] {
  if (!every) return [undefined];
  const [head = '', ...path] = every;
  const facts = head === 'each' ? [foundAt(head, path, inquiry)?.fact] : questionsOf(head, inquiry).map(({ fact }) => fact);
  const each = facts.flatMap((fact): Element[] => {
    const list = fact?.is === 'known' ? valueAt(fact.value, path) : undefined;
    return Array.isArray(list) ? (list as readonly Json[]).map((value, at) => ({ value, fact: fact as Known, path: [...path, String(at)] })) : [];
  });
  return [...new Map(each.toReversed().map((element) => [JSON.stringify(element.value), element])).values()].toReversed();
}

/** A step with all that was found in it; `whole`: every value that it names is known. */
function stepsFrom(template: StepTemplate, inquiry: Inquiry, item: Element | undefined): { readonly steps: readonly Step[]; readonly whole: boolean } {
  const lost = new Set<string>();
  const steps = everywhere(template, inquiry, item).flatMap((one) => {
    const filled = fillStep(one, (word, name) => {
      // What a sentence names is read there, whoever owns it.
      const value =
        lookUp(word, name, inquiry, item) ?? ('manual' in template && word === 'at' ? placesOf(splitPath(name) ?? [], inquiry, item)[0] : undefined);
      if (value === undefined) lost.add(`<${name || word}>`);
      return value;
    });
    return locally(atHome(filled, inquiry.as.home), inquiry).map((step) => settle(step, inquiry));
  });
  const text = lost.size > 0 ? JSON.stringify(steps) : '';
  return { steps, whole: ![...lost].some((name) => text.includes(JSON.stringify(name).slice(1, -1))) };
}

/** Where packages have Quadlet files (podman-systemd.unit(5)). */
const vendorQuadlets = '/usr/share/containers/systemd/';

/**
 * What changes a Quadlet file of a package does so in /etc: a key is set in a drop-in, where this Podman reads them; else,
 * and where something has to go, the file is copied to where it is taken instead. A drop-in of one name hides the package's.
 */
function locally(step: Step, inquiry: Inquiry): readonly Step[] {
  const file = 'set' in step ? step.set : 'unset' in step ? step.unset : '';
  if ('manual' in step) return [inCopy(step)];
  if (!file.startsWith(vendorQuadlets)) return [step];
  const directory = asText(valueFound('each', ['localDirectory'], inquiry)) ?? '/etc/containers/systemd';
  const dropIn = /[^/]+\.d\/[^/]+\.conf$/.exec(file)?.[0];
  const own = `${directory}/${dropIn ?? file.slice(file.lastIndexOf('/') + 1)}`;
  if ('set' in step && step.instead === undefined && dropIn === undefined && valueFound('each', ['readsDropIns'], inquiry) === true)
    return [{ ...step, set: `${own}.d/zz-local.conf` }];
  const { needs, account } = step;
  const copy: Step = { copy: file, to: own, ...(needs ? { needs } : {}), ...(account === undefined ? {} : { account }) };
  return [copy, 'set' in step ? { ...step, set: own } : ({ ...step, unset: own } as Step)];
}

/** Where packages have what a file of the same name in /etc replaces. */
const vendors = /\/usr\/(?:lib|share)\/(containers\/systemd|systemd\/(?:system|user)|tmpfiles\.d|sysctl\.d|modprobe\.d)\//;

/** A step in words that names a file of a package says where it is changed. */
function inCopy(step: Step & { readonly manual: string }): Step {
  const [directory, under] = vendors.exec(step.manual) ?? [];
  if (directory === undefined || / copy\b|drop-in/.test(`${step.manual} ${step.note ?? ''}`)) return step;
  const said = `packages own ${directory.slice(0, -1)}: a copy in /etc/${under} is changed, and counts instead`;
  return { ...step, note: step.note === undefined ? said : `${step.note}; ${said}` };
}

/** What takes a key out does so in every file that sets it: else a value that lost comes into force. */
function everywhere(template: StepTemplate, inquiry: Inquiry, item: Element | undefined): readonly StepTemplate[] {
  const target = template.unset;
  const name = target !== null && typeof target === 'object' && 'at' in target ? target.at : undefined;
  if (typeof name !== 'string') return [template];
  const files = [...new Set(placesOf(splitPath(name) ?? [], inquiry, item).filter(isOurs))];
  return files.length > 1 ? files.map((file) => ({ ...template, unset: file })) : [template];
}

function lookUp(word: string, name: string, inquiry: Inquiry, item: Element | undefined): Json | undefined {
  const path = splitPath(name) ?? [];
  switch (word) {
    case 'param':
      return inquiry.resolve({ param: name }) as Json;
    case 'each':
      return valueFound('each', path, inquiry);
    case 'account':
      return valueAt({ name: inquiry.as.name, uid: inquiry.as.uid, home: inquiry.as.home }, path);
    case 'item':
      return item && (name === '' ? item.value : valueAt({ item: item.value }, ['item', ...path]));
    case 'at':
      return placesOf(path, inquiry, item).find(isOurs);
    default:
      return written(path[0] ?? '', path.slice(1), inquiry);
  }
}

/** The step with all that the host and the account decide. */
function settle(step: Step, inquiry: Inquiry): Step {
  const { as } = inquiry;
  const roots = as.uid === 0;
  const asRoot = step.needs !== 'user' || roots;
  const done = settled(asItsFile(step), inquiry);
  const whose = step.needs === 'user' ? (roots || !isIn(as.home, as.uid, fileOf(done)) ? { needs: 'root' as const } : { account: as.name }) : {};
  const own = (step as { after?: readonly unknown[] }).after ?? [];
  const words = 'package' in done && done.command && isForNextBoot(done.command) ? [...own, 'reboot'] : own;
  const after = words.map((word) =>
    afterOf(String(word), { name: as.name, uid: as.uid, asRoot, ...(inquiry.subject ? { subject: inquiry.subject.key } : {}) }),
  );
  return { ...done, ...whose, ...(after.length > 0 ? { after } : {}) };
}

/** Variables in a file that no shell reads: systemd does not know `export` in environment.d, and PAM does without it. */
function asItsFile(step: Step): Step {
  const file = 'set' in step ? step.set : 'unset' in step ? step.unset : '';
  return 'format' in step && step.format === 'sh' && /(?:^\/etc\/environment|\/environment\.d\/[^/]+)$/.test(file) ? { ...step, format: 'env' } : step;
}

/** The file that a step changes, if it is a step of one. */
function fileOf(step: Step): string | undefined {
  if ('dropIn' in step) return step.file;
  if ('chown' in step) return '/';
  // What people write into a file of the system they write as root, for all accounts at once.
  if ('manual' in step) return /(?:^|\s)\/etc\/[^\s:,]+/.exec(step.manual)?.[0].trim();
  if ('copy' in step) return step.to;
  const { set, unset, write, prepend, chmod, link, remove } = step as unknown as Readonly<Record<string, string | undefined>>;
  return set ?? unset ?? write ?? prepend ?? chmod ?? link ?? remove;
}

/** An account may change what lies in its home, and its run-time directory; elsewhere root does it. */
const isIn = (home: string, uid: number, file: string | undefined): boolean =>
  file === undefined || file.startsWith(`${home}/`) || file.startsWith(`/run/user/${uid}/`) || file.startsWith('<');

function settled(step: Step, inquiry: Inquiry): Step {
  const roots = inquiry.as.uid === 0;
  const text = (head: string, field: string): string | undefined => asText(valueFound(head, [field], inquiry));
  const family = text('os', 'family');
  const distribution = { ...(family === undefined ? {} : { family }), immutable: valueFound('os', ['immutable'], inquiry) === true };
  if ('unit' in step) {
    const words = family === 'other' && valueFound('os', ['systemd'], inquiry) === false ? withoutSystemd(step.unit, step.do) : undefined;
    const { unit: _unit, do: _act, manager: _manager, ...beside } = step;
    if (words !== undefined) return { ...beside, manual: words };
    return roots && step.manager === 'user' ? { ...step, manager: 'system' } : step;
  }
  if ('dropIn' in step) {
    const managed = roots && step.manager === 'user' ? { ...step, manager: 'system' } : step;
    return { ...managed, file: dropInFile(managed).replace(/^~/, inquiry.as.home) };
  }
  if ('subid' in step) return step.account === inquiry.as.name ? { ...step, uid: inquiry.as.uid } : step;
  if ('package' in step) {
    const command = installCommand(step.package, distribution);
    if (command) return { ...step, command };
    const name = family === 'other' ? nameElsewhere(step.package) : undefined;
    return name === undefined ? step : { ...step, package: name };
  }
  if ('sysctl' in step) return { ...step, file: lastFile(step.sysctl, placesOf([`sysctl ${step.sysctl}`, 'persistent'], inquiry, undefined)[0]) };
  if ('bootArgument' in step) return { ...step, ...bootPlace(placesOf(['boot-arguments', 'pending'], inquiry, undefined), distribution) };
  return step;
}

const asText = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** A file that sorts after the one that decides now: sysctl.d(5) takes the last by file name. */
function lastFile(key: string, winner: string | undefined): string {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const file = sysctlFile(key);
  if (winner === undefined || winner === file || nameOf(winner) < nameOf(file)) return file;
  const name = nameOf(file);
  const leading = /^z*/.exec(nameOf(winner))?.[0].length ?? 0;
  return `/etc/sysctl.d/${'z'.repeat(Math.max(leading - 1, 0))}${name}`;
}
