#!/usr/bin/env node
// Starts pretrip. Plain syntax, so that an old Node can read as far as the sentence that says what is needed.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  process.stderr.write(
    'pretrip needs Node 22.18 or newer; this is Node ' + process.versions.node + ' (in a checkout, "npx pretrip" uses the Node that npm installed)\n',
  );
  process.exitCode = 2;
} else {
  require('./start.js');
}
