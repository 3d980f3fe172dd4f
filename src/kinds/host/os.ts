/** Kind `os`: which operating system this is. */
import { type Answer, type Asking, read, type Stat, stat, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, unparsable, type Where } from '../../facts/fact.ts';
import { extended, support } from '../../facts/host/lifecycle.ts';
import { systemEnds, tablesOf } from '../../facts/host/lifecycle-table.ts';
import { macMarker } from '../../facts/host/mac.ts';
import { type OsRelease, osRelease, osReleasePaths } from '../../facts/host/os-release.ts';
import { kernelPath, runs } from '../../facts/host/running.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list, record, says, string, version } from '../../facts/shape.ts';
import type { TextProblem } from '../../facts/text/node.ts';
import { parseXml, type XmlElement } from '../../facts/text/xml.ts';

const families = ['suse', 'debian', 'fedora', 'rhel', 'macos', 'other'] as const;
const productPath = '/etc/products.d/baseproduct';
/** Docker and Podman put one of them into every container. */
const containerMarkers = ['/.dockerenv', '/run/.containerenv'] as const;
const systemdPaths = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'] as const;

/** Read-only roots by design: SLE Micro 5 and SL Micro 6 have different IDs. */
const immutableIds = [
  'sle-micro',
  'sl-micro',
  'sle-micro-rancher',
  'suse-microos',
  'opensuse-microos',
  'opensuse-leap-micro',
  'opensuse-aeon',
  'opensuse-kalpa',
  'flatcar',
  'kairos',
];
const immutableVariants = ['coreos', 'iot', 'silverblue', 'kinoite', 'bootc'];

export const os = defineKind({
  name: 'os',
  noun: 'the operating system',
  describe: 'The operating system: os-release, SUSE product, init system, end of support.',
  fields: { extended: { type: 'strings', describe: 'support beyond the table, as ID VERSION_ID YYYY-MM-DD: sles 15.5 2027-12-31' } },
  shape: record({
    id: string('ID of os-release, lower case: sles, sl-micro, debian; macos on a Mac'),
    idLike: list(string('an ID'), 'ID_LIKE of os-release'),
    versionId: version('VERSION_ID of os-release'),
    prettyName: string('name for people'),
    family: says(string('the family that ID or ID_LIKE belongs to', families), {
      is: 'this host is of the family {value}',
      unset: 'the family of this system is not known',
    }),
    immutable: boolean('the root file system is read-only by design'),
    macos: says(boolean('a Mac'), { yes: 'this is a Mac', no: 'this is not a Mac' }),
    systemd: says(boolean('systemd is the running init system; on an image: it is installed'), { no: 'systemd does not run this host' }),
    container: says(boolean('systemd does not run, and a file of Docker or Podman marks the root as that of a container'), {
      yes: 'this is a container, such as a node of k3d; the host around it is what is judged',
    }),
    endOfLife: string(
      `last day of security support (free, by the table of ${tablesOf}, or \`extended\`); unset when it is not known or the release is rolling`,
    ),
    ended: boolean('the end of support has passed on the day of the inspection'),
    product: record(
      {
        name: string('SUSE product: SLES, SL-Micro'),
        version: version('its version'),
        summary: string('its full name'),
        matches: boolean('its version is that of os-release'),
      },
      'base product of a SUSE system (/etc/products.d/baseproduct)',
    ),
  }),
  touches: () => [
    ...[...osReleasePaths, macMarker, productPath, '/etc/fstab'].map((path) => ({ do: 'read' as const, path })),
    ...['/run/systemd/system', kernelPath, ...systemdPaths].map((path) => ({ do: 'stat' as const, path })),
    ...containerMarkers.map((path) => ({ do: 'stat' as const, path, later: true as const })),
  ],
  *learn(query, _as, { now }): Asking<Fact> {
    const [release, plist, product, fstab, ...stats] = yield* together([
      osRelease(),
      read(macMarker),
      read(productPath),
      read('/etc/fstab'),
      ...['/run/systemd/system', kernelPath, ...systemdPaths].map((p) => stat(p)),
    ]);
    if (release && 'is' in release) return release;
    if (!release) return plist.is === 'got' ? mac(plist.value) : undecided();
    const fact = new FactBuilder().consulted({ path: release.path }).set('macos', false, { path: release.path });
    identity(fact, release, fstab);
    yield* container(fact, systemd(fact, stats));
    endOfSupport(fact, release, query.extended ?? [], now);
    baseProduct(fact, release, product);
    return fact.build();
  },
});

function undecided(): Unknown {
  return {
    is: 'unknown',
    why: 'ambiguous',
    said: 'neither /etc/os-release nor /usr/lib/os-release is there, so the system cannot be told',
    where: osReleasePaths.map((path) => ({ path })),
  };
}

function mac(plist: string): Fact {
  const at = { path: macMarker };
  const fact = new FactBuilder().consulted(at).set('id', 'macos', at).set('family', 'macos', at).set('macos', true, at).set('systemd', false, at);
  const read = parseXml(plist);
  for (const [field, key] of [
    ['versionId', 'ProductVersion'],
    ['prettyName', 'ProductName'],
  ] as const) {
    if (read.is === 'broken') fact.gap(field, broken(read.problem, macMarker));
    else {
      const found = inDictionary(read.root, key);
      fact.set(field, found?.text, { ...at, ...(found ? { line: found.at.line } : {}) });
    }
  }
  return fact.build();
}

/** The string behind a key of a property list (plist(5)): keys and values follow each other in its dictionary. */
function inDictionary(plist: XmlElement, key: string): XmlElement | undefined {
  const entries = plist.children.find((e) => e.name === 'dict')?.children ?? [];
  const value = entries[entries.findIndex((e) => e.name === 'key' && e.text === key) + 1];
  return value?.name === 'string' ? value : undefined;
}

const broken = (problem: TextProblem, path: string): Unknown => unparsable(`${path} is no valid XML: ${problem.message}`, { path, line: problem.line });

function identity(fact: FactBuilder, release: OsRelease, fstab: Answer<string>): void {
  const found = (key: string) => release.values.get(key);
  const at = (key: string) => found(key)?.at ?? { path: release.path };
  const id = (found('ID')?.value ?? 'linux').toLowerCase();
  const like = (found('ID_LIKE')?.value ?? '').split(/\s+/).filter((s) => s !== '');
  fact
    .set('id', id, at('ID'))
    .set('idLike', like, at('ID_LIKE'))
    .set('versionId', found('VERSION_ID')?.value, at('VERSION_ID'))
    .set('prettyName', found('PRETTY_NAME')?.value, at('PRETTY_NAME'));
  fact.set('family', familyOf([id, ...like]), at('ID'), at('ID_LIKE'));
  const designed = immutableIds.includes(id) || immutableVariants.includes(found('VARIANT_ID')?.value ?? '');
  const readOnly = fstab.is === 'got' ? rootReadOnly(fstab.value) : undefined;
  if (designed) fact.set('immutable', true, at(immutableIds.includes(id) ? 'ID' : 'VARIANT_ID'));
  else if (fstab.is === 'blocked') fact.gap('immutable', unknown(fstab, '/etc/fstab'));
  else
    fact.set(
      'immutable',
      readOnly !== undefined,
      at('ID'),
      ...(readOnly === undefined ? [] : [{ path: '/etc/fstab', line: readOnly, said: 'mounts / read-only' }]),
    );
}

/** The line of /etc/fstab that mounts / read-only, as a transactional server has it. */
function rootReadOnly(fstab: string): number | undefined {
  const line = fstab.split('\n').findIndex((l) => {
    const [device, target, , options] = l.trim().split(/\s+/);
    return device !== undefined && !device.startsWith('#') && target === '/' && (options ?? '').split(',').includes('ro');
  });
  return line < 0 ? undefined : line + 1;
}

function familyOf(ids: readonly string[]): (typeof families)[number] {
  for (const id of ids) {
    if (/^(suse|sles|sled|sle|sl-micro|sle-|opensuse)/.test(id)) return 'suse';
    if (['debian', 'ubuntu', 'raspbian'].includes(id)) return 'debian';
    if (['rhel', 'centos', 'rocky', 'almalinux', 'ol'].includes(id)) return 'rhel';
  }
  return ids.includes('fedora') ? 'fedora' : 'other';
}

/** Whether systemd runs; undefined where that cannot be told. */
function systemd(fact: FactBuilder, [booted, kernel, ...installed]: readonly Answer<Stat>[]): boolean | undefined {
  const [paths, asked] = runs(kernel) ? [['/run/systemd/system'], [booted]] : [systemdPaths, installed];
  const where = paths.map((path) => ({ path }));
  const blocked = asked.find((a) => a?.is === 'blocked');
  const open = kernel?.is === 'blocked' && kernel.why !== 'unsupported';
  if (open && !asked.some((a) => a?.is === 'got')) {
    fact.gap('systemd', unknown(kernel, kernelPath));
    return undefined;
  }
  const found = asked.some((a) => a?.is === 'got');
  if (!found && blocked?.is === 'blocked') {
    fact.gap('systemd', unknown(blocked, paths[0] as string));
    return undefined;
  }
  fact.set('systemd', found, ...where);
  return found;
}

/** Containers that play a host, with a systemd of their own, count as hosts. */
function* container(fact: FactBuilder, systemdRuns: boolean | undefined): Asking<void> {
  if (systemdRuns !== false) return;
  const answers = yield* together(containerMarkers.map((path) => stat(path)));
  const at = answers.findIndex((a) => a.is === 'got');
  const shut = answers.findIndex((a) => a.is === 'blocked' && a.why !== 'unsupported');
  const hidden = answers[shut];
  if (at >= 0) fact.set('container', true, { path: containerMarkers[at] as string });
  else if (hidden?.is === 'blocked') fact.gap('container', unknown(hidden, containerMarkers[shut] as string));
  else fact.set('container', false, ...containerMarkers.map((path) => ({ path })));
}

function endOfSupport(fact: FactBuilder, release: OsRelease, more: readonly string[], now: number | undefined): void {
  const id = release.values.get('ID')?.value ?? 'linux';
  const versionId = release.values.get('VERSION_ID');
  const at = versionId?.at ?? { path: release.path };
  const ends = Object.hasOwn(systemEnds, id) ? systemEnds[id] : undefined;
  if (ends === 'rolling') {
    fact.set('ended', false, { ...at, said: 'a rolling release' });
    return;
  }
  const longer = extended(more, id);
  const named = ends !== undefined || longer.broken !== undefined || Object.keys(longer.ends).length > 0;
  const judged = named && versionId ? support(ends ?? {}, versionId.value, now, longer) : undefined;
  fact.set('endOfLife', judged?.date, at);
  if (judged?.is === 'known') fact.set('ended', judged.ended, { ...at, said: judged.said });
  else
    fact.gap('ended', {
      is: 'unknown',
      why: 'ambiguous',
      said: judged?.said ?? `no end of support is known for ${id} ${versionId?.value ?? 'without VERSION_ID'} (table of ${tablesOf})`,
      where: [at],
    });
}

function baseProduct(fact: FactBuilder, release: OsRelease, product: Answer<string>): void {
  const at = { path: productPath };
  if (product.is === 'blocked') fact.gap('product', unknown(product, productPath));
  if (product.is !== 'got') {
    fact.at('product', { ...at, said: 'not there' });
    return;
  }
  const read = parseXml(product.value);
  if (read.is === 'broken') {
    fact.gap('product', broken(read.problem, productPath));
    return;
  }
  const tag = (name: string): XmlElement | undefined => read.root.children.find((e) => e.name === name);
  const line = (found: XmlElement | undefined): Where => ({ ...at, ...(found ? { line: found.at.line } : {}) });
  for (const field of ['name', 'version', 'summary'] as const) fact.set(['product', field], tag(field)?.text.trim(), line(tag(field)));
  const own = release.values.get('VERSION_ID');
  const given = tag('version');
  if (given && own) fact.set(['product', 'matches'], given.text.trim() === own.value, line(given), own.at);
}
