/** Places on a target as SARIF locations: each relative URI is stable and below `pretrip/<target>/`. */
import type { Artifact, Location, PhysicalLocation, Region } from 'sarif';
import type { Place, Verdict } from '../../verdicts/report.ts';
import { places, placeText } from '../findings.ts';
import { clip, visible } from '../text.ts';
import { subjectUri, uriOf } from '../uri.ts';

/** GitHub stores 100 locations a result and refuses 1,000; the schema of SARIF has no limit. */
const mostRelated = 100;

/** Collects the files that results point to, in the order of their first mention. */
export class Artifacts {
  readonly #indices = new Map<string, number>();
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  /** The location of a place. */
  physical(place: Place): PhysicalLocation {
    return this.#at(uriOf(this.#target, place.path), regionOf(place));
  }

  /** The thing judged, where no file is meant: a URI that neither evidence nor outcome moves. */
  subject(subject: string | undefined): PhysicalLocation {
    return this.#at(subjectUri(this.#target, subject), { startLine: 1 });
  }

  #at(uri: string, region: Region): PhysicalLocation {
    const index = this.#indices.get(uri) ?? this.#indices.size;
    this.#indices.set(uri, index);
    return { artifactLocation: { uri, index }, region };
  }

  list(): Artifact[] {
    return [...this.#indices.keys()].map((uri) => ({ location: { uri }, roles: ['analysisTarget'] }));
  }
}

/** Where a result stands: with the thing judged, which never moves, or at the deciding place, for people who have the file. */
export type Anchor = 'subject' | 'evidence';

/** The primary location. A finding that no file holds points to the host as a whole. */
export function locationOf(verdict: Verdict, target: string, artifacts: Artifacts, anchor: Anchor): Location {
  const thing = verdict.subject === undefined ? `host:${target}` : `host:${target}/${verdict.subject}`;
  const [first] = places(verdict);
  return {
    physicalLocation:
      anchor === 'subject' || first === undefined ? artifacts.subject(anchor === 'subject' ? verdict.subject : undefined) : artifacts.physical(first),
    logicalLocations: [{ fullyQualifiedName: visible(thing), kind: 'resource' }],
  };
}

/** The other places that took part, with what each contributed. */
export function relatedLocations(verdict: Verdict, artifacts: Artifacts, anchor: Anchor): Location[] {
  const first = anchor === 'subject' ? 0 : 1;
  return places(verdict)
    .slice(first, first + mostRelated)
    .map((place, at) => ({
      id: at + 1,
      physicalLocation: artifacts.physical(place),
      message: { text: clip(visible(place.said || placeText(place)), 1000) },
    }));
}

/** Lines and columns as far as known; code hosts show nothing without a line: an unknown one is 1. */
function regionOf({ line, column, text }: Place): Region {
  const startColumn = positive(column);
  const snippet = visible(text?.slice((startColumn ?? 1) - 1) ?? '');
  return { startLine: positive(line) ?? 1, ...(startColumn === undefined ? {} : { startColumn }), ...(snippet === '' ? {} : { snippet: { text: snippet } }) };
}

const positive = (value: number | undefined): number | undefined => (value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined);
