/** The one list of targets: a line a target. */
export { composedTarget } from './composed.ts';
export { localTarget } from './local.ts';
export { rootDirectoryTarget } from './root-directory.ts';
export { scriptTarget } from './script.ts';
export { snapshotTarget } from './snapshot.ts';
export { sshTarget } from './ssh.ts';
export { viaTarget } from './via.ts';
