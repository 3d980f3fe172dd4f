/** Things and places on a target as relative URIs, for readers who want a file: stable, and below `pretrip/<target>/`. */
import { aboutOf } from '../verdicts/report.ts';
import { visible } from './text.ts';

/** `pretrip/edge-01/@user/alice`, `pretrip/edge-01/@host`: made of target and subject alone. */
export function subjectUri(target: string, subject: string | undefined): string {
  const about = aboutOf(subject);
  const segments = about
    ? [`@${about.kind}`, ...withoutDots(about.name.split('/')).map(encode)]
    : subject === undefined
      ? ['@host']
      : ['@subject', encode(subject)];
  return [...start(target), ...segments.filter((s) => s !== '')].join('/');
}

const start = (target: string): string[] => ['pretrip', encode(target) || 'target'];

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
  return [...start(target), ...(below.length > 0 ? below : ['@host'])].join('/');
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
