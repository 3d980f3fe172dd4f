/** Failures that are the user's to mend, with the exit status that the contract gives them. */
import type { Problem } from '../rules/rule.ts';

/** The target could not be reached or read, so nothing was judged: exit 4. */
export { TargetError } from '../collect/targets/target.ts';

/** Usage, configuration or rule files are wrong: exit 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Mistakes in files that people wrote, all of them: exit 2. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`${problems.length} mistake${problems.length === 1 ? '' : 's'}`);
    this.problems = problems;
  }
}

/** An output could not be written: exit 5, whatever the gate said. */
export class OutputError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A defect in pretrip: exit 70. */
export class DefectError extends Error {}

export const exitStatus = { passed: 0, failed: 1, usage: 2, incomplete: 3, target: 4, output: 5, defect: 70, interrupted: 130, terminated: 143 } as const;
