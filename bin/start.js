// Answers --version at once, then hands over to the built code, or to the sources where nothing was built.
// CommonJS: Node's loader for modules takes longer to start than all of this.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');

const argv = process.argv.slice(2);
const built = join(__dirname, '..', 'dist', 'cli.cjs');
const sources = join(__dirname, '..', 'src', 'cli');

/**
 * V8 makes fast code of what ran often: at ten times its usual counts, and without the quick draft before it, since a run
 * is over before that code has paid for itself (test/bench/judge.ts; even the 2,100 cases of "rules test" take no more
 * processor time so). For the same reason other threads do not begin to mark what lives, which a run never gets to see the
 * end of, nor help to move it; and an expression that is tried twice is not compiled to machine code yet.
 * Another V8 may not know these flags, and would say so.
 */
const flags = [
  '--no-sparkplug',
  '--no-incremental-marking',
  '--no-parallel-scavenge',
  '--regexp-tier-up-ticks=3',
  '--invocation-count-for-maglev=4000',
  '--invocation-count-for-maglev-osr=4000',
  '--invocation-count-for-turbofan=40000',
  '--invocation-count-for-osr=4000',
];

/**
 * What loading leaves lives on: a heap for young things that grows at once to ten times, and then no more, copies it
 * less often, and keeps a long report from making it grow again and again.
 */
const [roomToLoad, roomToRun] = ['--semi-space-growth-factor=10', '--semi-space-growth-factor=1'];

function flag(text) {
  if (process.versions.node.startsWith('24.')) setFlagsFromString(text);
}

/** Node calls it an experiment that a program of one file imports modules at run time (bin/load.js); nobody who scans a host is helped by that. */
const { emitWarning } = process;
process.emitWarning = (warning, ...more) => {
  if (!String(warning).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) emitWarning.call(process, warning, ...more);
};

async function start() {
  if (existsSync(built)) {
    const command = /^[a-z]/.test(argv[0] ?? '') ? argv[0] : 'help';
    const { exports: program, keep } = require('./load.js').load(built, command);
    flag(roomToRun);
    await program.main(argv, built);
    // Code is kept for the flags of whoever loads it.
    flag(roomToLoad);
    if (['help', ...Object.keys(program.COMMANDS)].some((id) => id.split(':')[0] === command)) keep();
  } else await import(join(sources, 'main.ts')).then(({ main }) => main(argv, join(sources, 'commands.ts')));
  // All is written by now. Waiting for the event loop to empty would only wait for a last collection of garbage.
  process.exit();
}

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) process.stdout.write(`pretrip ${require('../package.json').version}\n`);
else {
  // Node's own modules come with their code compiled, for V8's usual flags: what each run needs of them is loaded before those change.
  void [require('node:crypto'), require('node:os'), process.stdout, process.stderr];
  for (const each of [...flags, roomToLoad]) flag(each);
  start();
}
