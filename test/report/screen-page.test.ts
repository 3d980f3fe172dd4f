/** A page of Markdown on a terminal. */
import { expect, test } from 'vitest';
import { onScreen } from '../../src/report/screen.ts';

const page = `# podman.x

It is so.

## Fix

- write /etc/x:

  \`\`\`
  [engine]
  a = \`b\`
  \`\`\`

- \`\` a \` b \`\` and [a page](https://example.org/x)

## Why

One two three four five six seven eight nine ten.

## Expects

- file \`/etc/x\`
  - \`content\`: set

## Reads

\`pretrip plan\` prints it.
`;

test('titles stand out, lines fit and marks are gone', () => {
  expect(onScreen(page, { width: 40, colour: false })).toBe(`podman.x

It is so.

Fix
  - write /etc/x:

    [engine]
    a = \`b\`

  - a \` b and a page:
    https://example.org/x

Why
  One two three four five six seven
  eight nine ten.

Expects
  - file /etc/x
    - content: set

Reads
  pretrip plan prints it.
`);
});

test('with colour only titles are bold', () => {
  const coloured = onScreen(page, { width: 40, colour: true });
  expect(coloured).toContain('\u001b[1mFix\u001b[22m');
});
