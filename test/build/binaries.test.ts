/** Binary files are found whether git knows them yet or not; text in any language is left alone. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { binariesIn, isText } from '../../src/build/binaries.ts';
import { fc } from '../property.ts';

function directory(): string {
  const root = mkdtempSync(join(tmpdir(), 'pretrip-binaries-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

test('any text is text until a NUL or a broken character stands in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const bytes = Buffer.from(text.replaceAll('\0', ''));
      expect(isText(bytes)).toBe(true);
      expect(isText(Buffer.concat([bytes, Buffer.from([0])]))).toBe(false);
      expect(isText(Buffer.concat([bytes, Buffer.from([0xc3, 0x28])]))).toBe(false);
    }),
  );
});

test('what git keeps and what it would keep is looked at; what it ignores is not', () => {
  const root = directory();
  const git = (...words: string[]): unknown => execFileSync('git', ['-C', root, ...words]);
  git('init', '-q');
  writeFileSync(join(root, '.gitignore'), 'dist\n');
  for (const name of ['kept', 'new\nname', 'dist', 'gone']) writeFileSync(join(root, name), '\x7fELF\x02\x01\x01\0');
  writeFileSync(join(root, 'words'), 'Größe\n');
  symlinkSync('/nowhere', join(root, 'link'));
  git('add', 'kept', 'gone');
  rmSync(join(root, 'gone'));
  expect(binariesIn(root)?.sort()).toEqual(['kept', 'new\nname']);
});

test('outside a checkout it cannot tell', () => {
  expect(binariesIn(directory())).toBe(undefined);
});
