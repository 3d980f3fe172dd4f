/** The command table. Generated from the directory `commands` by `npm run generate`. */
import rulesCheck from './commands/rules/check.ts';
import rulesTest from './commands/rules/test.ts';

export const COMMANDS = {
  'rules:check': rulesCheck,
  'rules:test': rulesTest,
};
