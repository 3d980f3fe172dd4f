/** Mistakes in composed hosts, each with its place and a hint. */
import { describe, expect, it } from 'vitest';
import { loadCases } from '../../src/rules/text/cases.ts';
import { readHost } from '../../src/rules/text/read-host.ts';

const mistakes = (text: string): string[] => readHost('h.yaml', text).problems.map((p) => `${p.line}:${p.column} ${p.message}${p.hint ? ` (${p.hint})` : ''}`);

describe('composed hosts', () => {
  it.each<[string, string]>([
    ['file:\n  /a: x\nfiles: {}\n', '1:1 unknown key "file" in a composed host (did you mean "files"?)'],
    ['describe: x\n', '1:1 a composed host needs "files"'],
    ['files:\n  etc/a: x\n', '2:3 the path "etc/a" must be absolute (did you mean "/etc/a"?)'],
    ['files:\n  /etc//a/: x\n', '2:3 the path "/etc//a/" must be plain (did you mean "/etc/a"?)'],
    ['files:\n  /proc/x: 1\n', '2:12 the content of /proc/x must be text (put it in quotes)'],
    ['files:\n  /a: { contents: x }\n', '2:9 unknown key "contents" in a file (did you mean "content"?)'],
    ['files:\n  /a: { mode: 0644 }\n', '2:15 mode must be text like "0644"'],
    ['files:\n  /a: { owner: driver }\n', '2:16 owner must be text like "1000:1000"'],
    [
      'files:\n  /a: { type: dir }\n',
      '2:15 type must be one of: file, directory, link, socket, fifo, char, block (one of: block, char, directory, fifo, file, link, socket)',
    ],
    ['files:\n  /a: { type: directory, content: x }\n', '2:35 a directory has no content'],
    ['files:\n  /a: { type: link }\n', '2:7 a link needs "link": where it leads'],
    ['files:\n  /a: { blocked: deny }\n', '2:18 blocked must be one of'],
    ['files:\n  /a: x\n  /a/b: y\n', '3:3 "/a/b" lies below /a, which is a file'],
    ['files: {}\ncommands:\n  "podman  info": { stdout: x }\n', '3:3 the words of "podman  info" must be joined by one space'],
    ['files: {}\ncommands:\n  a: { output: x }\n', '3:8 unknown key "output" in a command'],
    ['files: {}\ncommands:\n  a: { exit: "1" }\n', '3:14 exit must be a whole number'],
    ['files: {}\nsockets:\n  /run/x/_ping: { body: OK }\n', '3:3 "/run/x/_ping" must be the path of a socket'],
    ['files: {}\nsockets:\n  /run/x /_ping: { headers: { Server: a } }\n', '3:31 the header "Server" must be lower case (did you mean "server"?)'],
    ['files: {}\npackages: { apk: [] }\n', '2:13 unknown key "apk" in packages'],
    ['files: {}\npackages: { rpm: [bash] }\n', '2:19 "bash" must be a name, a space and a version ("bash 5.2.15-2.x86_64"'],
    ['files: {}\nenv: { A: 1 }\n', '2:11 the variable A must be text'],
    ['files: {}\nuser: { name: a, uid: 1, gid: 1 }\n', '2:7 user needs "home"'],
    ['files: {}\nkind: picture\n', '2:7 kind must be one of: live, image'],
  ])('%j', (text, wanted) => expect(mistakes(text).join('\n')).toContain(wanted));

  it('takes what is right, and aliases', () => {
    const { host, problems } = readHost(
      'h.yaml',
      'files:\n  /a: &a { content: x, mode: "0600", owner: "1:1" }\n  /b: *a\n  /c: null\n  /d: { link: /a }\nenv: { A: null }\n',
    );
    expect(problems).toEqual([]);
    expect(host?.files?.['/b']).toEqual({ content: 'x', mode: '0600', owner: '1:1' });
  });

  it('finds mistakes in cases, too', () => {
    const { problems } = loadCases('x.test.yaml', 'cases:\n  - it: x\n    gives: pass\n    files: { etc/a: x }\n');
    expect(problems.map((p) => p.message)).toEqual(['the path "etc/a" must be absolute']);
  });
});
