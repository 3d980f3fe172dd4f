/** The frame parser: whatever the contents and wherever the stream is cut, only what was sent is believed. */

import { describe, expect, test } from 'vitest';
import { contentOf } from '../../../src/collect/disk/limits.ts';
import { looksLikeRaw } from '../../../src/collect/script/frames.ts';
import { answerFrom, parseRaw, rawReader } from '../../../src/collect/script/raw.ts';
import { fc } from '../../property.ts';

const nonce = 'a1b2c3d4e5f6';
const frame = (words: string, body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${nonce} ${words} ${Buffer.byteLength(body)}\n`), Buffer.from(body), Buffer.from('\n')]);
const host = frame('host', 'user=root\nuid=0\ngid=0\nhome=/root\nname=edge01\ntime=1780000000\ntool=0.1.0');
const stream = (frames: readonly Buffer[], noise = ''): Buffer =>
  Buffer.concat([Buffer.from(`${noise}\npretrip-raw/1 ${nonce}\n`), host, ...frames, Buffer.from(`${nonce} end ${frames.length + 1} 0\n\n`)]);
const read = (path: string, content: Buffer): Buffer => frame('read', Buffer.concat([Buffer.from(`${path}\n`), content]));

/** Bytes that like to look like frames. */
const nasty = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b)),
  fc
    .constantFrom(`${nonce} end 2 0\n\n`, `\n${nonce} read 12\n/etc/shadow\nx\n`, `pretrip-raw/1 ${nonce}\n`, '\0\n\r\n', `${nonce} `)
    .map((t) => Buffer.from(t)),
);
const contents = fc.array(nasty, { maxLength: 6 }).map((parts) => Buffer.concat(parts));

describe('a whole stream', () => {
  test('gives back every content, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(contents, { maxLength: 8 }), fc.constantFrom('', 'Welcome!\n', 'no newline', '\u001b[2J'), (files, noise) => {
        const raw = parseRaw(
          stream(
            files.map((c, at) => read(`/f${at}`, c)),
            noise,
          ),
          nonce,
        );
        expect(raw.problem).toBeUndefined();
        expect(raw.complete).toBe(true);
        expect(raw.answers.size).toBe(files.length);
        for (const [at, content] of files.entries()) expect(raw.answers.get(`read /f${at}`)).toEqual({ is: 'got', value: contentOf(content) });
      }),
    );
  });

  test('may arrive in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(contents, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (files, size) => {
        const bytes = stream(files.map((c, at) => read(`/f${at}`, c)));
        const reader = rawReader(nonce);
        for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        expect(reader.result()).toEqual(parseRaw(bytes, nonce));
      }),
    );
  });
});

test('a stream cut at any byte is incomplete, and what is left of it is true', () => {
  const files = [Buffer.from('one\n'), Buffer.from(`\n${nonce} end 1 0\n\n`), Buffer.from([0, 255, 10])];
  const bytes = stream(files.map((c, at) => read(`/f${at}`, c)));
  // The last line break is not needed to know the end.
  for (let at = 0; at < bytes.length - 1; at++) {
    const raw = parseRaw(bytes.subarray(0, at), nonce);
    expect(raw.complete, `cut at ${at}`).toBe(false);
    expect(raw.problem).toBeDefined();
    for (const [key, answer] of raw.answers) expect(answer).toEqual({ is: 'got', value: contentOf(files[Number(key.slice(-1))] as Buffer) });
  }
});

test('frames of another mark are never believed', () => {
  fc.assert(
    fc.property(contents, fc.stringMatching(/^[a-z0-9]{8,16}$/), (content, other) => {
      fc.pre(other !== nonce);
      const forged = Buffer.from(
        stream([read('/etc/passwd', content)])
          .toString('latin1')
          .replaceAll(nonce, other),
        'latin1',
      );
      const raw = parseRaw(forged, nonce);
      expect(raw.complete).toBe(false);
      expect(raw.answers.size).toBe(0);
    }),
  );
});

test('a changed byte in a header, or a wrong count, ends the reading', () => {
  const bytes = stream([read('/a', Buffer.from('x'))]).toString('latin1');
  const broken = [
    bytes.replace(' read 4', ' read 5'),
    bytes.replace(' read 4', ' read 3'),
    bytes.replace(' read 4', ' read 99999999'),
    bytes.replace('end 2', 'end 3'),
    bytes.replace(/\n/g, '\r\n'),
  ];
  for (const text of broken) {
    const raw = parseRaw(Buffer.from(text, 'latin1'), nonce);
    expect(raw.complete).toBe(false);
    expect(raw.problem).toBeDefined();
    expect(raw.answers.get('read /a') ?? { is: 'none' }).not.toEqual({ is: 'got', value: { text: 'y' } });
  }
});

test('the first answer to an ask counts', () => {
  const raw = parseRaw(stream([frame('absent read', '/a\n'), read('/a', Buffer.from('x'))]), nonce);
  expect(raw.answers.get('read /a')).toEqual({ is: 'absent' });
});

// /dev/core leads to /proc/kcore, which is as large as the address space: 2^56 bytes with five levels of page tables.
test('a link to a file as large as the address space is one like any other', () => {
  const raw = parseRaw(stream([frame('link', '/dev/core\na1ff 0 0 11 1796042497\n/proc/kcore\n/proc/kcore\n8100 0 0 72057594021167104 1796042497\n')]), nonce);
  expect(raw.problem).toBeUndefined();
  expect(raw.answers.get('stat /dev/core')).toMatchObject({ is: 'got', value: { type: 'link', real: { is: 'got', value: { size: 72_057_594_021_167_104 } } } });
});

test('no bytes make the reader throw', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom(
            'stat',
            'link',
            'dangling absent',
            'ls',
            'list',
            'env',
            'run got 0 1 1',
            'run',
            'get got 0 5 0',
            'get',
            'absent stat',
            'denied x',
            'is-a',
            'host',
            '',
            'end',
          ),
          contents,
        ),
        { maxLength: 6 },
      ),
      (frames) => {
        parseRaw(stream(frames.map(([words, body]) => frame(words, body))), nonce);
      },
    ),
  );
});

test('endless noise is given up', () => {
  const reader = rawReader(nonce);
  let done = false;
  for (let at = 0; at < 200 && !done; at++) done = reader.push(Buffer.alloc(65_536, 'spam\n'));
  expect(done).toBe(true);
  expect(reader.result().problem).toMatch(/no capture script/);
});

test('its output is recognised, after noise too', () => {
  expect(looksLikeRaw(stream([]))).toBe(true);
  expect(looksLikeRaw(stream([], 'Last login: today\n'))).toBe(true);
  expect(looksLikeRaw(Buffer.from('pretrip-raw/2 x\n'))).toBe(false);
});

describe('what follows from a listing', () => {
  const answers = parseRaw(stream([frame('list', '/etc\na/b/'), frame('absent stat', '/opt\n'), frame('denied list', '/root\n')]), nonce).answers;
  test.each([
    ['/etc/c', 'absent'],
    ['/etc/c/d', 'absent'],
    ['/etc/a', undefined],
    ['/opt/x', 'absent'],
    ['/root/x', undefined],
    ['/other', undefined],
    ['/etc/../x', undefined],
  ])('%s: %s', (path, is) => {
    expect(answerFrom(answers, { do: 'stat', path })?.is).toBe(is);
  });
});
