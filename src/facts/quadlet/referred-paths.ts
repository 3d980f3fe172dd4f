/** Files, directories and devices that a Quadlet file names and that are neither there nor made before it starts. */
import { type Answer, type Asking, nothing, type Stat, stat, together } from '../ask.ts';
import { containersConf } from '../containers/containers-conf.ts';
import { type FactBuilder, type Json, type Unknown, unknown, type Where } from '../fact.ts';
import { kernelPath, runs } from '../host/running.ts';
import type { Word } from '../podman/podman-flags.ts';
import { shortened } from '../text/shortened.ts';
import { cutsFor } from './quadlet-cuts.ts';
import { type Finding, type Findings, setFindings } from './quadlet-each.ts';
import { makerOf } from './quadlet-made.ts';
import { bindSourcesOf, devicesOf, environmentFilesOf, inputFilesOf, isOpen } from './quadlet-named.ts';
import type { Referring } from './quadlet-referring.ts';
import { completed, type Source } from './quadlet-source.ts';

/** Sets the files, directories and devices that are missing, and the words that would have to change. */
export function* setReferredPaths(fact: FactBuilder, known: Referring, here: Where): Asking<undefined> {
  const { source, played, expand } = known;
  const conf = source.ending === 'container' ? yield* containersConf(source.owner, source.moves) : yield* nothing();
  const flags = conf?.is === 'known' ? completed(source, conf, undefined).flags : source.command.flags;
  const sorts = {
    environmentFiles: environmentFilesOf(source, expand),
    inputs: inputFilesOf(source, expand),
    binds: [...bindSourcesOf(source, flags, expand), ...(played && !('is' in played) ? played.needed : [])],
    devices: devicesOf(source, expand),
  };
  for (const [field, found] of Object.entries(sorts)) {
    const judged = yield* missingAmong(found, known);
    const shut = played && 'is' in played ? played : conf?.is === 'unknown' ? conf : undefined;
    const more = field === 'binds' ? shut : undefined;
    const unseen = judged.unseen ?? more ?? source.dropIns.unseen;
    if (field === 'environmentFiles') {
      yield* setVariables(fact, source, judged.each, here);
      setFindings(fact, 'environmentDirectories', { each: judged.directories, unseen }, here);
    }
    setFindings(fact, field, { each: judged.each, unseen }, here);
  }
  return undefined;
}

/** Podman has no files of variables that may be missing. What is there without the dash is to be kept. */
function* setVariables(fact: FactBuilder, source: Source, missing: readonly Finding[], here: Where): Asking<undefined> {
  const dash = `${source.file.directory}/-/`;
  const dashed = missing.filter((f) => f.said.startsWith(dash));
  const meant = dashed.map((f) => f.said.slice(dash.length - 1));
  const stats: Answer<Stat>[] = yield* together(meant.map((path) => stat(path)));
  const absent = meant.filter((_, at) => stats[at]?.is === 'absent');
  fact.set('variablesIn', [...missing.filter((f) => !dashed.includes(f)).map((f) => f.said), ...absent], here);
  const now = (word: string): string | undefined => (word.startsWith('-') ? word.slice(1) : undefined);
  const { cuts } = cutsFor(source.assignments, dashed, { word: (w) => w.startsWith('-'), now });
  if (cuts.length > 0) fact.set(['cuts', 'dashed'], cuts as unknown as Json, here);
  return undefined;
}

/** What is missing, and what is there as a directory. */
type Looked = Findings & { readonly directories: readonly Finding[] };

/** The paths that are not there and that nothing makes; a path that is not filled in is unknown. */
function* missingAmong(found: readonly Word[], { made, before, hidden }: Referring): Asking<Looked> {
  const open = found.find((w) => isOpen(w.text));
  const paths = [...new Map(found.filter((w) => !isOpen(w.text)).map((w) => [w.text, w])).values()];
  const stats: Answer<Stat>[] = yield* together(paths.map((w) => stat(w.text)));
  const running = paths.length === 0 || runs(yield* stat(kernelPath));
  const each: Finding[] = [];
  const directories: Finding[] = [];
  let unseen: Unknown | undefined = open && {
    is: 'unknown',
    why: 'ambiguous',
    said: `systemd fills in ${shortened(open.text, 80)} when the service starts`,
    where: [open.where],
  };
  for (const [at, word] of paths.entries()) {
    const answer = stats[at] as Answer<Stat>;
    const end = answer.is === 'got' ? (answer.value.real ?? answer) : answer;
    if (end.is === 'got') {
      if (end.value.type === 'directory') directories.push({ said: word.text, where: word.where });
      continue;
    }
    const maker = makerOf(word.text, made, before);
    if (maker && !('open' in maker)) continue;
    // What only a running host has (below /proc, /sys, /dev, /run) an image neither has nor lacks.
    if (end.is === 'blocked' && end.why === 'unsupported' && !running) continue;
    if (end.is === 'blocked') unseen ??= unknown(end, word.text);
    else if (maker ?? hidden) unseen ??= maker?.open ?? hidden;
    else each.push({ said: word.text, where: word.where });
  }
  return { each, directories, ...(unseen ? { unseen } : {}) };
}
