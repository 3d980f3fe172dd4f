/** Where the project and its pages stand, for readers of reports who have no checkout. */

/** What `homepage` in package.json says. */
export const home = 'https://www.npmjs.com/package/pretrip';

/** A rule's page as the release that judged has it. */
export const pageOf = (rule: string, version: string): string =>
  `https://unpkg.com/pretrip@${encodeURIComponent(version)}/docs/rules/${encodeURIComponent(rule)}.md`;
