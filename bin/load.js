/**
 * Loads a program of one file with the code that V8 made of it in earlier runs. Node's own cache (node:module) keeps what
 * was compiled while a file was loaded; of a scan that is the smaller half, and compiling the rest takes a fifth of it.
 */
const { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { hash } = require('node:crypto');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { cachedDataVersionTag, getHeapCodeStatistics } = require('node:v8');
const vm = require('node:vm');

/** How much more code than the kept one makes it worth keeping anew: another command, or a host of another sort. */
const growth = 1.2;

/** Loads the file as `require` would. `keep` writes the code that this run compiled, for the next one. */
exports.load = (file) => {
  const opened = openSync(file, 'r');
  const source = readFileSync(opened, 'utf8');
  const identity = identityOf(fstatSync(opened, { bigint: true }));
  closeSync(opened);
  const place = placeFor(file);
  const kept = place && read(place, identity);
  const script = new vm.Script(Module.wrap(source), {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(kept ? { cachedData: kept } : {}),
  });
  const module = new Module(file);
  module.filename = file;
  require.cache[file] = module;
  script.runInThisContext().call(module.exports, module.exports, Module.createRequire(file), module, file, dirname(file));
  module.loaded = true;
  const known = kept && !script.cachedDataRejected ? compiled() * growth : 0;
  return { exports: module.exports, keep: () => place && compiled() > known && write(place, identity, script.createCachedData()) };
};

const compiled = () => getHeapCodeStatistics().bytecode_and_metadata_size;

/** What changes with a file's content: V8 compares no more of it than its length. */
const identityOf = ({ dev, ino, size, ctimeNs }) => Buffer.from(`${[dev, ino, size, ctimeNs].join(' ')}\n`);

/** Undefined where nothing is to be kept, or somebody else could put code there. */
function placeFor(file) {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  const uid = process.getuid?.() ?? 0;
  const directory = join(tmpdir(), `pretrip-code-${uid}`);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch {
    // It is there already, or cannot be made.
  }
  const found = lstatSync(directory, { throwIfNoEntry: false });
  const ours = found?.isDirectory() && (process.getuid === undefined || (found.uid === uid && (found.mode & 0o022) === 0));
  return ours ? join(directory, `${cachedDataVersionTag()}-${hash('sha256', file).slice(0, 16)}`) : undefined;
}

function read(place, identity) {
  try {
    const all = readFileSync(place);
    return all.subarray(0, identity.length).equals(identity) ? all.subarray(identity.length) : undefined;
  } catch {
    return undefined;
  }
}

/** Put in place in one step: another run may be reading it. */
function write(place, identity, code) {
  const unfinished = `${place}.${process.pid}`;
  try {
    writeFileSync(unfinished, Buffer.concat([identity, code]), { mode: 0o600, flag: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL });
    renameSync(unfinished, place);
  } catch {
    rmSync(unfinished, { force: true });
  }
}
