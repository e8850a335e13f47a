/**
 * Brings the files of records above the minute to what they should say, and writes nothing when they
 * say it already. The bytes of a file depend on its lines alone, not on how it came to them.
 */
import { access, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { realDisk, removeUnchanged, replaceWhole } from '../../site/jsonl.ts';

/** What the rollup asks of a disk; a test hands in one that fails. */
export interface RecordDisk {
  /** Null where there is no such file. */
  read(file: string): Promise<Buffer | null>;
  /** Adds whole lines; they are on the disk when this resolves. */
  append(file: string, text: string): Promise<void>;
  /** After a power cut there is the old file or the new one. */
  replace(file: string, bytes: Buffer): Promise<void>;
  remove(file: string): Promise<void>;
  /**
   * Removes a file that says just `text`; what somebody adds to it meanwhile is not lost.
   * @returns whether it is gone
   */
  removeUnchanged(file: string, text: string): Promise<boolean>;
  /** The names in a folder; none where there is no such folder. */
  list(folder: string): Promise<string[]>;
}

export const recordDisk: RecordDisk = {
  async read(file) {
    try {
      return await readFile(file);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw thrown;
    }
  },
  async append(file, text) {
    const open = await realDisk.open(file);
    try {
      await open.append(text);
    } finally {
      await open.close();
    }
  },
  async replace(file, bytes) {
    await mkdir(dirname(file), { recursive: true });
    await replaceWhole(file, bytes);
  },
  async remove(file) {
    // Each removal is a flush of its folder.
    if (await isThere(file)) await realDisk.remove(file);
  },
  removeUnchanged,
  async list(folder) {
    try {
      return await readdir(folder);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw thrown;
    }
  },
};

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** So many damaged states of one file are kept: a card that dies slowly must not fill itself. */
const MOST_DAMAGED = 9;

/** What the lines of a file are. */
export interface LineKind<T> {
  parse(value: unknown): T | null;
  /** What tells one line from another, and their order in the file. */
  key(record: T): string;
  /** The journal adds to the open file at any time: it is only ever removed, as `removeUnchanged` does. */
  shared?: true;
}

/** What a file says: its records with their text, by key, in order. */
export interface Lines<T> {
  known: Map<string, { record: T; text: string }>;
  /** Whole lines, or ends of archives, that could not be understood. */
  bad: number;
  /** The closed file is damaged: it may have said more. */
  broken: boolean;
}

/** One file of lines, open (`x.jsonl`) or closed (`x.jsonl.gz`); where there is a closed one it leads. */
export class LineFile<T> {
  readonly #disk: RecordDisk;
  readonly #kind: LineKind<T>;
  readonly #open: string;
  readonly #closed: string;

  /** @param file  path of the open form */
  constructor(disk: RecordDisk, file: string, kind: LineKind<T>) {
    this.#disk = disk;
    this.#kind = kind;
    this.#open = file;
    this.#closed = `${file}.gz`;
  }

  /** @throws the system's error: a file that cannot be read must not be taken for an empty one */
  async read(): Promise<Lines<T>> {
    const [closed, open] = await this.#texts();
    const found = new Map<string, { record: T; text: string }>();
    const broken = closed?.broken ?? false;
    let bad = broken ? 1 : 0;
    // Both are there when the power went while the file was closed: a line counts once.
    const lines = [...linesOf(closed?.text ?? ''), ...linesOf(open)];
    for (const text of lines) {
      const record = this.#parse(text);
      if (record === null) bad += 1;
      else found.set(this.#kind.key(record), { record, text });
    }
    const known = new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { known, bad, broken };
  }

  /**
   * Makes it say just these lines: appended where they go on from what is there, else as a whole;
   * beside a shared open file packed. What could not be understood is kept beside it, as
   * `x.jsonl.damaged`, `x.jsonl.2.damaged` and so on.
   * @returns whether anything had to be written
   * @throws the system's error
   */
  async write(lines: readonly string[]): Promise<boolean> {
    const wanted = lines.map((line) => `${line}\n`).join('');
    const [closed, open] = await this.#texts();
    const isClosed = closed !== null;
    if (isClosed ? closed.text === wanted && open === '' : open === wanted) return false;
    const { shared = false } = this.#kind;
    if (!shared && !isClosed && !isTorn(open) && wanted.startsWith(open)) {
      await this.#disk.append(this.#open, wanted.slice(open.length));
      return true;
    }
    if ((await this.read()).bad > 0) await this.#keepDamaged();
    // A line that was added since the caller has read the file stays until it is read again.
    const isKnown = !shared || this.#areAmong(lines, open);
    if (isClosed || shared) await this.#pack(wanted, isKnown ? open : '');
    else await this.#writeOpen(wanted);
    return true;
  }

  /**
   * Adds a record that comes after all others.
   * @returns false where it does not, or where that cannot be told: then nothing was written
   * @throws the system's error
   */
  async append(record: T): Promise<boolean> {
    const [closed, open] = await this.#texts();
    if (closed !== null || isTorn(open)) return false;
    const last = this.#parse(open.slice(open.lastIndexOf('\n', open.length - 2) + 1));
    const follows = last !== null && this.#kind.key(last) < this.#kind.key(record);
    if (open !== '' && !follows) return false;
    await this.#disk.append(this.#open, `${JSON.stringify(record)}\n`);
    return true;
  }

  /**
   * Packs the open file, and removes it once the packed one is read back equal and nobody has added
   * to it in between: then it is done the next time. A damaged one stays as it is: packed anew it
   * would pass for whole.
   * @throws the system's error
   */
  async close(): Promise<void> {
    // Most files have long been packed, and to unpack them all would take as long as to read them.
    const open = (await this.#disk.read(this.#open))?.toString('utf8') ?? '';
    if (open === '') return;
    const { known, bad } = await this.read();
    if (bad > 0) return;
    await this.#pack([...known.values()].map(({ text }) => `${text}\n`).join(''), open);
  }

  async remove(): Promise<void> {
    await this.#disk.remove(this.#open);
    await this.#disk.remove(this.#closed);
  }

  async #writeOpen(text: string): Promise<void> {
    if (text === '') await this.#disk.remove(this.#open);
    else await this.#disk.replace(this.#open, Buffer.from(text));
  }

  /** @param inIt  what of the open file is in the text */
  async #pack(text: string, inIt: string): Promise<void> {
    await this.#disk.replace(this.#closed, await promisify(gzip)(text));
    const [packed] = await this.#texts();
    if (inIt !== '' && packed?.text === text) await this.#disk.removeUnchanged(this.#open, inIt);
  }

  #areAmong(lines: readonly string[], text: string): boolean {
    const all = new Set(lines);
    return linesOf(text).every((line) => all.has(line) || this.#parse(line) === null);
  }

  async #keepDamaged(): Promise<void> {
    for (const file of [this.#closed, this.#open]) {
      const bytes = await this.#disk.read(file);
      if (bytes !== null) await this.#keepBeside(file, bytes);
    }
  }

  /** Under the first name that is free, unless just that is kept already. */
  async #keepBeside(file: string, bytes: Buffer): Promise<void> {
    for (let count = 1; count <= MOST_DAMAGED; count += 1) {
      const name = `${file}.${count === 1 ? '' : `${count}.`}damaged`;
      const kept = await this.#disk.read(name);
      if (kept?.equals(bytes)) return;
      if (kept === null) return this.#disk.replace(name, bytes);
    }
  }

  #parse(line: string): T | null {
    try {
      return this.#kind.parse(JSON.parse(line));
    } catch {
      return null;
    }
  }

  async #texts(): Promise<[closed: { text: string; broken: boolean } | null, open: string]> {
    const packed = await this.#disk.read(this.#closed);
    const open = await this.#disk.read(this.#open);
    return [packed && (await unpack(packed)), open?.toString('utf8') ?? ''];
  }
}

/** Whole lines only: what follows the last newline is what a crash left unfinished. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function isTorn(text: string): boolean {
  return text !== '' && !text.endsWith('\n');
}

/** As much as a damaged archive gives back. */
async function unpack(packed: Buffer): Promise<{ text: string; broken: boolean }> {
  const parts: Buffer[] = [];
  const unpacking = createGunzip();
  unpacking.end(packed);
  try {
    for await (const part of unpacking) parts.push(part as Buffer);
    return { text: Buffer.concat(parts).toString('utf8'), broken: false };
  } catch {
    return { text: Buffer.concat(parts).toString('utf8'), broken: true };
  }
}
