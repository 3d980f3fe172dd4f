/** What each addition may cost by hand: new files, tests of their own, and lines in lists. Generated files are apart. */
export interface Costs {
  readonly files: number;
  readonly tests: number;
  readonly lines: number;
}

/** By the words after "Add" in CONTRIBUTING.md. */
export const costs: Readonly<Record<string, Costs>> = {
  'a rule': { files: 2, tests: 0, lines: 0 },
  'a fact kind': { files: 1, tests: 1, lines: 0 },
  'a report format': { files: 1, tests: 0, lines: 1 },
  'a target': { files: 1, tests: 1, lines: 1 },
  'a command': { files: 1, tests: 1, lines: 0 },
};
