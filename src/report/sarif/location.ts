/** Places on a target as SARIF locations: each relative URI is stable and below `pretrip/<target>/`. */
import type { Artifact, Location, PhysicalLocation } from 'sarif';
import type { Verdict } from '../../verdicts/report.ts';
import { type Place, places, placeText } from '../findings.ts';
import { clip, visible } from '../text.ts';

/** GitHub stores 100 locations a result and refuses 1,000; the schema of SARIF has no limit. */
const mostRelated = 100;

/** Collects the files that results point to, in the order of their first mention. */
export class Artifacts {
  readonly #indices = new Map<string, number>();
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  /** The location of a place. Code hosts show nothing without a line: an unknown one is 1. */
  physical(place: Place): PhysicalLocation {
    const uri = uriOf(this.#target, place.path);
    const index = this.#indices.get(uri) ?? this.#indices.size;
    this.#indices.set(uri, index);
    const startLine = positive(place.line) ?? 1;
    const startColumn = positive(place.column);
    return { artifactLocation: { uri, index }, region: { startLine, ...(startColumn === undefined ? {} : { startColumn }) } };
  }

  list(): Artifact[] {
    return [...this.#indices.keys()].map((uri) => ({ location: { uri }, roles: ['analysisTarget'] }));
  }
}

/** The deciding place and the thing judged. A finding that no file holds points to the host as a whole. */
export function locationOf(verdict: Verdict, target: string, artifacts: Artifacts): Location {
  const [first = nowhere] = places(verdict);
  const thing = verdict.subject === undefined ? `host:${target}` : `host:${target}/${verdict.subject}`;
  return {
    physicalLocation: artifacts.physical(first),
    logicalLocations: [{ fullyQualifiedName: visible(thing), kind: 'resource' }],
  };
}

/** The other places that took part, with what each contributed. */
export function relatedLocations(verdict: Verdict, artifacts: Artifacts): Location[] {
  return places(verdict)
    .slice(1, 1 + mostRelated)
    .map((place, at) => ({
      id: at + 1,
      physicalLocation: artifacts.physical(place),
      message: { text: clip(visible(place.said || placeText(place)), 1000) },
    }));
}

const nowhere: Place = { path: '' };

/**
 * A relative URI for a path on the target, percent-encoded by segment.
 * `command:…`, `env:…` and `socket:…` become `@command/…` and so on, so that
 * no colon makes a scheme.
 */
export function uriOf(target: string, path: string): string {
  const special = /^(command|env|socket):(.*)$/s.exec(path);
  const kind = special?.[1];
  const rest = special?.[2] ?? path;
  const segments = kind === 'command' || kind === 'env' ? [rest] : withoutDots(rest.split('/'));
  const below = [...(kind === undefined ? [] : [`@${kind}`]), ...segments.map(encode)].filter((s) => s !== '');
  return ['pretrip', encode(target) || 'target', ...(below.length > 0 ? below : ['@host'])].join('/');
}

/** Resolves `.` and `..`, which URI readers would resolve behind our back, even percent-encoded. */
function withoutDots(segments: readonly string[]): string[] {
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
  }
  return kept;
}

/** One URI segment. `.` and `..` alone would not survive as names. */
function encode(segment: string): string {
  const name = encodeURIComponent(visible(segment)).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return /^\.+$/.test(name) ? `@${name}` : name;
}

const positive = (value: number | undefined): number | undefined => (value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined);
