/** The command table. Generated from the directory `commands` by `npm run generate`. */
import capture from './commands/capture.ts';
import diff from './commands/diff.ts';
import fix from './commands/fix.ts';
import plan from './commands/plan.ts';
import report from './commands/report.ts';
import rulesCheck from './commands/rules/check.ts';
import rulesList from './commands/rules/list.ts';
import rulesNew from './commands/rules/new.ts';
import rulesShow from './commands/rules/show.ts';
import rulesTest from './commands/rules/test.ts';
import scan from './commands/scan.ts';
import showK3sArgs from './commands/show/k3s-args.ts';
import verify from './commands/verify.ts';

export const COMMANDS = {
  capture,
  diff,
  fix,
  plan,
  report,
  'rules:check': rulesCheck,
  'rules:list': rulesList,
  'rules:new': rulesNew,
  'rules:show': rulesShow,
  'rules:test': rulesTest,
  scan,
  'show:k3s-args': showK3sArgs,
  verify,
};
