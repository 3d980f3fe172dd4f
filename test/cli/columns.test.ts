import { expect, test } from 'vitest';
import { inColumns } from '../../src/cli/columns.ts';

const rows = [
  ['podman.api.service-timeout', 'medium', "Podman's API service never stops for being idle, whatever the account"],
  ['a.b', 'critical', 'Short'],
];

test('the last cell is broken between words, under its head', () => {
  expect(inColumns(['RULE', 'SEVERITY', 'TITLE'], rows, 70)).toBe(
    [
      'RULE                        SEVERITY  TITLE',
      "podman.api.service-timeout  medium    Podman's API service never stops",
      '                                      for being idle, whatever the',
      '                                      account',
      'a.b                         critical  Short',
      '',
    ].join('\n'),
  );
});

test('where the others leave too little room, it stands below them', () => {
  const text = inColumns(['RULE', 'SEVERITY', 'TITLE'], rows, 50);
  expect(text).toContain("podman.api.service-timeout  medium\n    Podman's API service never stops for being\n    idle, whatever the account\n");
});

test('in a pipe nothing is broken', () => {
  expect(inColumns(undefined, rows, Number.POSITIVE_INFINITY).split('\n')).toHaveLength(3);
});
