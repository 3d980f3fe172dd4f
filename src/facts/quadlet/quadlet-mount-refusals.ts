/** What the generator refuses of Mount= (containers/podman:pkg/systemd/quadlet/quadlet.go resolveContainerMountParams, pkg/specgenutilexternal/mount.go FindMountType). */

import { type Release, since } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import { csvRecord } from '../podman/mount-option.ts';
import type { Conversion, ConversionError } from './quadlet-conversion.ts';
import { argumentsOf } from './quadlet-words.ts';

/** Types whose source the generator looks at. */
function resolved(release: Release): readonly string[] {
  return ['volume', 'bind', 'glob', ...(since(release, '5.3') ? ['image'] : []), ...(since(release, '5.7') ? ['artifact'] : [])];
}

/** Each Mount= that is refused, or on which the generator panics. */
export function mountRefusals({ release, assignments, takes }: Conversion): ConversionError[] {
  if (!since(release, '4.5')) return [];
  if (!since(release, '4.8')) return argumentsOf(assignments, 'Container', 'Mount').flatMap(({ text, where }) => bareField(text, where) ?? []);
  return argumentsOf(assignments, 'Container', 'Mount').flatMap(({ text, where }) => refusalOf(text, where, release, takes) ?? []);
}

/** Before 4.8 the generator panics on a field without an equals sign, and on an empty source. */
function bareField(text: string, where: Where): ConversionError | undefined {
  const fields = text.split(',');
  const bare = fields.find((f) => !f.includes('='));
  if (bare !== undefined) return { said: `Mount=${text}: ${bare === '' ? 'an empty word' : bare} has no value`, where: [where], panics: true };
  const resolves = /(?:^|,)type=(?:volume|bind|glob)(?:,|$)/.test(text);
  return resolves && fields.some((f) => /^(?:source|src)=$/.test(f)) ? { said: `Mount=${text} has no source`, where: [where], panics: true } : undefined;
}

function refusalOf(text: string, where: Where, release: Release, takes: (name: string) => boolean): ConversionError | undefined {
  const refuse = (said: string): ConversionError => ({ said, where: [where] });
  const fields = csvRecord(text);
  if (!fields) return refuse(`Mount=${text} is not a list of comma-separated values`);
  const typeAt = fields.findIndex((f) => /^type=[^=]*$/.test(f));
  if (typeAt < 0 && !since(release, '5.6')) return refuse(`Mount=${text} has no type=`);
  const type = typeAt < 0 ? 'volume' : (fields[typeAt] as string).slice('type='.length);
  if (!resolved(release).includes(type)) return undefined;
  const given = fields.filter((f, at) => at !== typeAt && /^(?:source|src)(?:=|$)/.test(f));
  if (given.some((f) => !f.includes('='))) return refuse(`Mount=${text}: source has no value`);
  const source = (given.at(-1) ?? '').replace(/^[^=]*=?/s, '');
  if (source === '') return sourceless(text, type, release, where);
  const endings = ['.volume', ...(since(release, '5.3') ? ['.image'] : []), ...(since(release, '5.7') ? ['.artifact'] : [])];
  const named = !source.startsWith('/') && !source.startsWith('.') && endings.some((e) => source.endsWith(e));
  if (!named || takes(source)) return undefined;
  return refuse(
    since(release, '5.3') ? `${source} is named but there is no such file` : `the service that is made requires that of ${source}, and there is no such file`,
  );
}

/** Up to 5.6 an empty source is indexed unseen; 5.7 and 5.8 refuse it, 6.0 takes it for volumes, which are anonymous then. */
function sourceless(text: string, type: string, release: Release, where: Where): ConversionError | undefined {
  if (since(release, '6.0') && type === 'volume') return undefined;
  if (since(release, '5.7')) return { said: `Mount=${text} has no source`, where: [where] };
  return { said: `Mount=${text} has no source`, where: [where], panics: true };
}
