/** What the bundle exports: the command table for oclif, and the entry point. */
export { COMMANDS } from '../cli/commands.ts';
export { main } from '../cli/main.ts';
