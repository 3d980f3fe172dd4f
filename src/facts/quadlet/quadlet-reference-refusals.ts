/** Other Quadlet files that a file names and that are not there (containers/podman:pkg/systemd/quadlet/quadlet.go addNetworks, handleStorageSource, handleImageSource, handlePod, translateUnitDependencies). */

import { since } from '../containers/podman-release.ts';
import type { Where } from '../fact.ts';
import type { Assignment } from '../systemd/syntax.ts';
import type { Conversion, ConversionError } from './quadlet-conversion.ts';
import { endingSince, sectionOf } from './quadlet-keys.ts';
import { lastOf, valuesOf } from './quadlet-text.ts';
import { stringsOf } from './quadlet-words.ts';

/** Since 5.5 names of Quadlet files in these keys of [Unit] are turned into those of their services. */
const dependencies =
  'After Before BindsTo Conflicts OnFailure OnSuccess PartOf PropagatesReloadTo PropagatesStopTo ReloadPropagatedFrom Requires Requisite StopPropagatedFrom Upholds Wants'.split(
    ' ',
  );

/**
 * Since 5.3 the generator refuses a file that names a network or a volume that it has not. Before, it makes a service
 * that requires one which nobody makes, and systemd does not start it.
 */
export function referenceRefusals(unit: Conversion): ConversionError[] {
  const { release, ending, assignments, takes } = unit;
  const own = sectionOf(ending);
  const errors: ConversionError[] = [];
  const missing = (name: string, where: Where): void => {
    if (takes(name)) return;
    const said = since(release, '5.3')
      ? `${name} is named but there is no such file`
      : `the service that is made requires that of ${name}, and there is no such file`;
    errors.push({ said, where: [where] });
  };
  if (ending === 'container' || ending === 'volume') imageRefusal(unit, errors);
  if (ending === 'container' && since(release, '5.0')) podRefusal(unit, errors);
  if (['container', 'pod', 'kube', 'build'].includes(ending)) networkRefusals(unit, missing, errors);
  if (['container', 'pod', 'build'].includes(ending))
    for (const { value, where } of valuesOf(assignments, own, 'Volume')) {
      const [source = '', target] = value.trim().split(':');
      if (target !== undefined && isName(source, ['.volume', ...(since(release, '5.7') ? ['.artifact'] : [])])) missing(source, where);
    }
  if (since(release, '5.5')) errors.push(...dependencyRefusals(unit));
  return errors;
}

const isName = (text: string, endings: readonly string[]): boolean => !/^[./]/.test(text) && endings.some((e) => text.endsWith(e));

function lastAt(assignments: readonly Assignment[], section: string, key: string): Where {
  return assignments.findLast((a) => a.section === section && a.key === key)?.where as Where;
}

/** The name of an image cannot be told from that of a file: it is refused in every release that knows such files. */
function imageRefusal({ release, ending, assignments, takes }: Conversion, errors: ConversionError[]): void {
  const own = sectionOf(ending);
  if (ending === 'volume' && lastOf(assignments, own, 'Driver') !== 'image') return;
  const image = lastOf(assignments, own, 'Image') ?? '';
  const from = image.endsWith('.image') ? '4.8' : image.endsWith('.build') ? '5.2' : undefined;
  if (from !== undefined && since(release, from) && !takes(image))
    errors.push({ said: `${image} is named but there is no such file`, where: [lastAt(assignments, own, 'Image')] });
}

function podRefusal({ assignments, takes }: Conversion, errors: ConversionError[]): void {
  const pod = lastOf(assignments, 'Container', 'Pod') ?? '';
  if (pod === '') return;
  const where = [lastAt(assignments, 'Container', 'Pod')];
  if (!pod.endsWith('.pod')) errors.push({ said: `Pod=${pod} does not name a .pod file`, where });
  else if (!takes(pod)) errors.push({ said: `Pod=${pod}: there is no such file`, where });
}

function networkRefusals(
  { release, ending, assignments, takes, makes }: Conversion,
  missing: (name: string, where: Where) => void,
  errors: ConversionError[],
): void {
  const containers = since(release, '5.3');
  for (const { value, where } of valuesOf(assignments, sectionOf(ending), 'Network')) {
    const [name = '', ...options] = value.trim().split(':');
    const network = name.endsWith('.network');
    if (!network && !(containers && name.endsWith('.container'))) continue;
    missing(name, where);
    if (!containers || !takes(name)) continue;
    if (!makes(name))
      errors.push({
        said: network ? `the generator makes nothing of ${name}, which is named` : `${name}: its container has no name that can be told`,
        where: [where],
      });
    else if (!network && options.length > 0) errors.push({ said: `Network=${value}: joining a container takes no options`, where: [where] });
  }
}

function dependencyRefusals({ release, assignments, takes }: Conversion): ConversionError[] {
  return dependencies.flatMap((key) =>
    stringsOf(assignments, 'Unit', key).flatMap(({ text, where }): ConversionError[] => {
      const from = text.includes('.') ? endingSince(text.slice(text.lastIndexOf('.') + 1)) : undefined;
      return from !== undefined && since(release, from) && !takes(text) ? [{ said: `${key}=${text} is named but there is no such file`, where: [where] }] : [];
    }),
  );
}
