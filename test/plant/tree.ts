/** A root file system that is changed, and brought back: what stood there before comes back as the inode that it was. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Mode and owner of what is made; default: 0644 (a directory: 0755) and root's. */
export interface Owned {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Paths are absolute, in the tree's own terms; directories that are missing above them are made. */
export class Tree {
  readonly #root: string;
  readonly #aside: string;
  readonly #undo: (() => void)[] = [];

  /** `root` is the directory of the tree. Beside it a directory is made for what is replaced: on the same file system. */
  constructor(root: string) {
    this.#root = realpathSync(root);
    this.#aside = mkdtempSync(`${this.#root}.aside-`);
  }

  /** A file with this text, in the place of what is there. */
  write(path: string, text: string, { mode = 0o644, uid = 0, gid = 0 }: Owned = {}): this {
    const at = this.#replaced(path);
    writeFileSync(at, text);
    return this.#owned(at, { mode, uid, gid });
  }

  directory(path: string, { mode = 0o755, uid = 0, gid = 0 }: Owned = {}): this {
    const at = this.#replaced(path);
    mkdirSync(at);
    return this.#owned(at, { mode, uid, gid });
  }

  link(path: string, to: string): this {
    symlinkSync(to, this.#replaced(path));
    return this;
  }

  /** The file's text, changed; its mode and owner stay. Throws when nothing changes: the fault would be none. */
  edit(path: string, change: (text: string) => string): this {
    const at = this.#at(path);
    if (lstatSync(at).isSymbolicLink()) throw new Error(`${path} is a link: what it leads to is to be changed`);
    const before = readFileSync(at, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${path} stays as it is: what is to be changed is not there`);
    const { mode, uid, gid } = lstatSync(at);
    return this.write(path, after, { mode: mode & 0o7777, uid, gid });
  }

  /** A line more at the end of a file. */
  append(path: string, line: string): this {
    return this.edit(path, (text) => `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`);
  }

  remove(path: string): this {
    if (!this.#stat(this.#at(path))) throw new Error(`${path} is not there to be removed`);
    this.#replaced(path);
    return this;
  }

  /** Mode, owner, or both of what is there. */
  own(path: string, owned: Owned): this {
    const at = this.#at(path);
    const { mode, uid, gid } = lstatSync(at);
    this.#undo.push(() => this.#owned(at, { mode: mode & 0o7777, uid, gid }));
    return this.#owned(at, { mode: mode & 0o7777, uid, gid, ...owned });
  }

  /** Brings back all that was changed, the last change first. */
  restore(): void {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) undo();
  }

  /** Takes away what was kept to be brought back: the changes stay. */
  [Symbol.dispose](): void {
    rmSync(this.#aside, { recursive: true, force: true });
  }

  /** Where the path is on the disk. A link that leads out of the tree is refused: this machine's own files are not meant. */
  #at(path: string): string {
    const parent = dirname(join(this.#root, path));
    this.#makeDirectory(parent);
    const real = realpathSync(parent);
    if (real !== this.#root && !real.startsWith(this.#root + sep)) throw new Error(`${path} leads out of the tree, to ${real}`);
    return join(real, basename(path));
  }

  #makeDirectory(at: string): void {
    if (this.#stat(at)) return;
    this.#makeDirectory(dirname(at));
    mkdirSync(at);
    this.#undo.push(() => rmdirSync(at));
    this.#owned(at, { mode: 0o755, uid: 0, gid: 0 });
  }

  /** The place, free: what is there is put aside until `restore`. */
  #replaced(path: string): string {
    const at = this.#at(path);
    if (this.#stat(at)) {
      const kept = join(this.#aside, String(this.#undo.length));
      renameSync(at, kept);
      this.#undo.push(() => renameSync(kept, at));
    }
    this.#undo.push(() => rmSync(at, { recursive: true, force: true }));
    return at;
  }

  #stat(at: string): Stats | undefined {
    return lstatSync(at, { throwIfNoEntry: false });
  }

  /** Set-id bits go with a change of owner: the mode comes last. */
  #owned(at: string, { mode, uid, gid }: Required<Owned>): this {
    const is = lstatSync(at);
    if (is.uid !== uid || is.gid !== gid) chownSync(at, uid, gid);
    chmodSync(at, mode);
    return this;
  }
}
