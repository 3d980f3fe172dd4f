/** What `systemctl enable` and its like do to files: systemctl(1), and [Install] of systemd.unit(5). */
import type { FileSpec } from '../collect/composed/composed.ts';

type Files = Readonly<Record<string, FileSpec>>;
interface UnitStep {
  readonly unit: string;
  readonly do: string;
  readonly manager?: string;
}

/** The files after the step. What starts or stops is no matter of files. */
export function changeUnit(files: Files, { unit, do: act, manager }: UnitStep, home: string): Files {
  const own = manager === 'user' ? `${home}/.config/systemd/user` : '/etc/systemd/system';
  switch (act) {
    case 'enable':
    case 'enable-now':
      return enabled(files, unit, manager, own);
    case 'reenable':
      return enabled(disabled(files, unit, own), unit, manager, own);
    case 'disable':
    case 'disable-now':
      return disabled(files, unit, own);
    case 'mask':
    case 'mask-now':
      return { ...files, [`${own}/${unit}`]: { link: '/dev/null' } };
    case 'unmask':
      return Object.fromEntries(Object.entries(files).filter(([path, spec]) => !(path === `${own}/${unit}` && linkOf(spec) === '/dev/null')));
    default:
      return files;
  }
}

const linkOf = (spec: FileSpec | undefined): string | undefined => (typeof spec === 'object' && spec !== null ? spec.link : undefined);
const textOf = (spec: FileSpec | undefined): string => (typeof spec === 'string' ? spec : (spec?.content ?? ''));

/** Where units lie, the first of a name counting. */
const places = (manager: string | undefined, own: string): readonly string[] =>
  manager === 'user'
    ? [own, '/etc/systemd/user', '/usr/local/lib/systemd/user', '/usr/lib/systemd/user', '/lib/systemd/user']
    : [own, '/run/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

function enabled(files: Files, unit: string, manager: string | undefined, own: string, seen: readonly string[] = []): Files {
  const path = places(manager, own)
    .map((directory) => `${directory}/${unit}`)
    .find((at) => files[at] !== undefined && linkOf(files[at]) !== '/dev/null');
  if (path === undefined || seen.includes(unit)) return files;
  const names = (key: string): string[] =>
    [...textOf(files[path]).matchAll(new RegExp(`^\\s*${key}\\s*=\\s*(.*)$`, 'gm'))].flatMap(([, list = '']) => list.split(/\s+/).filter((n) => n !== ''));
  const links = [
    ...names('WantedBy').map((by) => `${own}/${by}.wants/${unit}`),
    ...names('RequiredBy').map((by) => `${own}/${by}.requires/${unit}`),
    ...names('Alias').map((alias) => `${own}/${alias}`),
  ];
  const made = { ...files, ...Object.fromEntries(links.map((at) => [at, { link: path }])) };
  return names('Also').reduce<Files>((all, also) => enabled(all, also, manager, own, [...seen, unit]), made);
}

function disabled(files: Files, unit: string, own: string): Files {
  const isLink = (path: string, spec: FileSpec): boolean =>
    path.startsWith(`${own}/`) &&
    linkOf(spec) !== undefined &&
    linkOf(spec) !== '/dev/null' &&
    (path.endsWith(`/${unit}`) || linkOf(spec)?.endsWith(`/${unit}`) === true);
  return Object.fromEntries(Object.entries(files).filter(([path, spec]) => !isLink(path, spec)));
}
