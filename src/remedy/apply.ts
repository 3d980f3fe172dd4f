/**
 * A remedy carried out on a host that is written down: its file-level steps, in memory. What only a running host can do,
 * such as a command or a restart, changes nothing here. Pure.
 */
import type { FileSpec, HostSpec } from '../collect/composed/composed.ts';
import { fileOf, isFormat } from '../verdicts/edits.ts';
import { dropInFile, moduleFile, sysctlFile } from '../verdicts/step-files.ts';
import { actOf, isActing, type Step } from '../verdicts/steps.ts';
import { addFlagWord, setFlag, setKey, unsetFlag, unsetKey } from './edit.ts';
import { changeUnit } from './units.ts';

export type Files = Readonly<Record<string, FileSpec>>;

/** What came of a remedy: the host afterwards, and whether its steps are of files alone. */
export interface Applied {
  readonly host: HostSpec;
  /** No step, and nothing that is due afterwards, needs a running host or a person. */
  readonly whole: boolean;
}

/** The host after the steps. */
export function applied(host: HostSpec, steps: readonly Step[]): Applied {
  let files: Files = host.files ?? {};
  // A remedy without a step is left to a person.
  let whole = steps.some(isActing);
  for (const step of steps) {
    const changed = changedBy(step, files);
    if (changed) files = changed;
    // A unit that is not there cannot be enabled by files.
    if (!isOfFiles(step) || ('unit' in step && changed && JSON.stringify(changed) === JSON.stringify(host.files ?? {}))) whole = false;
  }
  return { host: { ...host, files }, whole };
}

/** Whether a step does all it does by files: what a manager reads anew is in them. */
function isOfFiles(step: Step): boolean {
  const due = (step.after ?? []).every(({ do: word }) => word === 'daemon-reload');
  switch (actOf(step)) {
    case 'verify':
      return true;
    case 'unit':
      return due && 'unit' in step && ['enable', 'disable', 'mask', 'unmask', 'reenable'].includes(step.do);
    case 'run':
      return 'run' in step && isReload(step.run);
    case 'manual':
    case 'package':
    case 'network':
    case 'bootArgument':
    case 'module':
      return false;
    default:
      return due;
  }
}

const isReload = (argv: readonly string[]): boolean => argv[0] === 'systemctl' && argv.includes('daemon-reload');

/** The files after one step; undefined where it is none of files. */
function changedBy(step: Step, files: Files): Files | undefined {
  if ('write' in step) return write(files, step.write, { content: step.content, ...(step.mode === undefined ? {} : { mode: step.mode }) }, step);
  if ('prepend' in step) return edit(files, step.prepend, step, (text) => (text.startsWith(ended(step.content)) ? text : ended(step.content) + text));
  if ('dropIn' in step) return write(files, dropInFile(step), { content: fileOf('ini', step.keys) }, step);
  // Words that stand nowhere are in no file.
  if ('set' in step && step.instead !== undefined && files[real(files, step.set)] === undefined) return files;
  if ('set' in step) return edit(files, step.set, step, (text) => setIn(text, step));
  if ('unset' in step) {
    if (files[real(files, step.unset)] === undefined) return files;
    return edit(files, step.unset, step, (text) => unsetIn(text, step));
  }
  if ('sysctl' in step) return sysctl(files, step);
  if ('module' in step) return write(files, moduleFile(step.module), { content: `${step.module}\n` }, step);
  if ('subid' in step) return subid(files, step);
  if ('chmod' in step) return inode(files, step.chmod, { mode: step.mode });
  if ('chown' in step) return inode(files, step.chown, { owner: idsOf(files, step.owner) });
  if ('link' in step) return { ...files, [step.link]: { link: step.to } };
  if ('copy' in step) return copied(files, step);
  if ('remove' in step) return removed(files, step.remove);
  if ('linger' in step) return { ...files, [`/var/lib/systemd/linger/${step.linger}`]: { content: '' } };
  if ('unit' in step) return changeUnit(files, step, homeOf(files, step.account));
  return undefined;
}

const ended = (content: string): string => (content.endsWith('\n') ? content : `${content}\n`);
function setIn(text: string, { format, key, value, instead, flag, beside }: Extract<Step, { set: string }>): string {
  if (!isFormat(format)) return text;
  if (flag !== undefined && beside !== undefined) return addFlagWord(text, format, key, flag, { word: String(value), beside });
  return flag === undefined ? setKey(text, format, key, value, instead) : setFlag(text, format, key, flag, value);
}

function unsetIn(text: string, { format, key, value, flag }: Extract<Step, { unset: string }>): string {
  if (!isFormat(format)) return text;
  return flag === undefined ? unsetKey(text, format, key, value) : unsetFlag(text, format, key, flag, value === undefined ? undefined : String(value));
}

type Inode = Exclude<FileSpec, string | null>;
const inodeAt = (files: Files, path: string): Inode | undefined => {
  const spec = files[path];
  return typeof spec === 'string' ? { content: spec } : (spec ?? undefined);
};

/** The path at the end of links of the last segment. */
function real(files: Files, path: string): string {
  let at = path.includes('/.') ? normal(path) : path;
  for (let left = 8; left > 0; left--) {
    const target = inodeAt(files, at)?.link;
    if (target === undefined) return at;
    at = target.startsWith('/') ? target : normal(`${at.slice(0, at.lastIndexOf('/'))}/${target}`);
  }
  return at;
}

function normal(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** Writes whole: a file that is there keeps its owner; a new one is that of who writes it. */
function write(files: Files, path: string, spec: Inode, step: Step): Files {
  const at = real(files, path);
  const before = inodeAt(files, at);
  const owner = before?.owner ?? (step.needs === 'user' ? idsOf(files, step.account ?? '') : undefined);
  const mode = spec.mode ?? before?.mode;
  return { ...files, [at]: { content: spec.content ?? '', ...(mode === undefined ? {} : { mode }), ...(owner === undefined ? {} : { owner }) } };
}

function edit(files: Files, path: string, step: Step, change: (text: string) => string): Files {
  const at = real(files, path);
  const before = inodeAt(files, at);
  return write(files, at, { ...before, content: change(before?.content ?? '') }, step);
}

function inode(files: Files, path: string, change: Inode): Files {
  const at = real(files, path);
  const before = inodeAt(files, at) ?? (Object.keys(files).some((p) => p.startsWith(`${at}/`)) ? { type: 'directory' as const } : undefined);
  return before ? { ...files, [at]: { ...before, ...change } } : files;
}

/** A copy where none is yet; of what is not there, none. */
function copied(files: Files, step: Extract<Step, { copy: string }>): Files {
  const from = inodeAt(files, real(files, step.copy));
  return from?.content === undefined || files[real(files, step.to)] != null ? files : write(files, step.to, { content: from.content }, step);
}

const removed = (files: Files, path: string): Files => Object.fromEntries(Object.entries(files).filter(([at]) => at !== path && !at.startsWith(`${path}/`)));

function sysctl(files: Files, step: Extract<Step, { sysctl: string }>): Files {
  const file = step.file ?? sysctlFile(step.sysctl);
  const set = edit(files, file, step, (text) => setKey(text, 'plain', step.sysctl, step.value));
  // Of a key that begins with slashes a dot belongs to the name of a device (sysctl.d(5)).
  const live = `/proc/sys/${/^[^.]*\//.test(step.sysctl) ? step.sysctl : step.sysctl.replaceAll('.', '/')}`;
  return files[live] === undefined ? set : { ...set, [live]: { ...inodeAt(files, live), content: `${String(step.value)}\n` } };
}

function subid(files: Files, step: Extract<Step, { subid: string }>): Files {
  return edit(files, step.subid, step, (text) => {
    const others = text
      .split('\n')
      .filter((line) => line !== '' && ![step.account, step.uid].some((owner) => owner !== undefined && line.startsWith(`${String(owner)}:`)));
    return `${[...others, `${step.account}:${String(step.start)}:${String(step.count)}`].join('\n')}\n`;
  });
}

/** The fields of an account in /etc/passwd. */
function passwd(files: Files, name: string): readonly string[] | undefined {
  const lines = (inodeAt(files, '/etc/passwd')?.content ?? '').split('\n');
  return lines.map((line) => line.split(':')).find(([first]) => first === name);
}

const homeOf = (files: Files, name = 'root'): string => passwd(files, name)?.[5] ?? '/root';

/** `alice:users` as numbers, by /etc/passwd and /etc/group; numbers stay. */
function idsOf(files: Files, owner: string): string {
  const [user = '', group] = owner.split(':');
  const entry = passwd(files, user);
  const groups = (inodeAt(files, '/etc/group')?.content ?? '').split('\n').map((line) => line.split(':'));
  const uid = user === 'root' ? '0' : (entry?.[2] ?? user);
  const gid = group === undefined || group === '' ? (entry?.[3] ?? uid) : group === 'root' ? '0' : (groups.find(([name]) => name === group)?.[2] ?? group);
  return `${uid}:${gid}`;
}
