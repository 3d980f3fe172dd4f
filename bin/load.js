/**
 * Loads a program of one file with the code that V8 made of it in earlier runs. Node's own cache (node:module) keeps what
 * was compiled while a file was loaded; of a scan that is the smaller half, and compiling the rest takes a fifth of it.
 */
const { closeSync, fstatSync, lstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { hash } = require('node:crypto');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { cachedDataVersionTag } = require('node:v8');
const vm = require('node:vm');

/**
 * So many runs of a command add to what is kept: the first may have been a mistake, or about another sort of host. Not
 * more, since code that a run does not need slows it down, too.
 */
const adding = 4;

/**
 * Loads the file: a function of what Node gives to modules, in ASCII, and of its `packages/` those that it requires.
 * `command` tells runs apart that need other code. `keep`, called at the end of a run, writes the code that was compiled up to then.
 */
exports.load = (file, command) => {
  const opened = openSync(file, 'r');
  const source = bytesOf(opened).latin1Slice();
  const identity = identityOf(fstatSync(opened, { bigint: true }));
  closeSync(opened);
  const place = placeFor(`${file} ${command}`);
  const kept = place && read(place, identity);
  const script = new vm.Script(source, {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(kept ? { cachedData: kept.code } : {}),
  });
  const module = new Module(file);
  module.filename = file;
  require.cache[file] = module;
  const parts = [];
  const ofNode = Module.createRequire(file);
  const requireHere = (name) => {
    if (!name.startsWith('./packages/')) return ofNode(name);
    const path = join(dirname(file), name);
    if (!require.cache[path]) parts.push(exports.load(path, command));
    return require.cache[path].exports;
  };
  script.runInThisContext().call(module.exports, module.exports, Object.assign(requireHere, ofNode), module, file, dirname(file));
  module.loaded = true;
  const runs = kept && !script.cachedDataRejected ? kept.runs : 0;
  const keep = () => {
    if (place && runs < adding) write(place, { identity, runs: runs + 1 }, script.createCachedData());
    for (const part of parts) part.keep();
  };
  return { exports: module.exports, keep };
};

/** The same memory for one file after the other: memory costs more when it is first touched than what is read into it. */
let room = Buffer.alloc(0);

/** The content of an open file, until the next one is read. */
function bytesOf(opened) {
  const { size } = fstatSync(opened);
  if (room.length < size) room = Buffer.allocUnsafeSlow(2 * size);
  let end = 0;
  for (let more = 1; more > 0 && end < size; end += more) more = readSync(opened, room, end, size - end, end);
  return room.subarray(0, end);
}

/** What changes with a file's content: V8 compares no more of it than its length. */
const identityOf = ({ dev, ino, size, ctimeNs }) => [dev, ino, size, ctimeNs].join(' ');

/** Undefined where nothing is to be kept, or somebody else could put code there. */
function placeFor(name) {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  const uid = process.getuid?.() ?? 0;
  const directory = join(tmpdir(), `pretrip-code-${uid}`);
  const found = look(directory) ?? make(directory);
  const ours = found?.isDirectory() && (process.getuid === undefined || (found.uid === uid && (found.mode & 0o022) === 0));
  return ours ? join(directory, `${cachedDataVersionTag()}-${hash('sha256', name).slice(0, 16)}`) : undefined;
}

/** Undefined: not there, or not ours to look at. */
function look(directory) {
  try {
    return lstatSync(directory, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function make(directory) {
  try {
    mkdirSync(directory, { mode: 0o700 });
    return lstatSync(directory);
  } catch {
    return undefined;
  }
}

/** A line that says what the code is of and how many runs made it, then the code. */
function read(place, identity) {
  let opened;
  try {
    opened = openSync(place, 'r');
    const all = bytesOf(opened);
    const end = all.indexOf('\n');
    const head = JSON.parse(all.latin1Slice(0, end));
    return head.identity === identity ? { runs: head.runs, code: all.subarray(end + 1) } : undefined;
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** The line, so long that the code behind it lies where V8 can read it as it is: elsewhere it copies all of it first. */
function lineOf(head) {
  const text = JSON.stringify(head);
  return `${text.padEnd(Math.ceil((text.length + 1) / 8) * 8 - 1)}\n`;
}

/** Put in place in one step: another run may be reading it. */
function write(place, head, code) {
  const unfinished = `${place}.${process.pid}`;
  try {
    writeFileSync(unfinished, Buffer.concat([Buffer.from(lineOf(head)), code]), { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, place);
  } catch {
    rmSync(unfinished, { force: true });
  }
}
