/**
 * Lines of JSON on disk that survive a power cut: whole lines are appended and flushed, a torn tail
 * is cut off before the first append, and a reader loses no more than the line that is bad.
 */
import { createReadStream } from 'node:fs';
import {
  appendFile,
  type FileHandle,
  mkdir,
  open,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

const NEWLINE = 0x0a;
const SEARCH_BYTES = 64 * 1024;
/** Characters: no record of any site comes near. */
const LONGEST_LINE = 1024 * 1024;

/** What is asked of a disk; a test hands in one that fails. */
export interface Disk {
  open(file: string): Promise<AppendFile>;
  /** Takes a file away for good; well if there is none. */
  remove(file: string): Promise<void>;
}

export interface AppendFile {
  /** Adds whole lines; they are on the disk when this resolves. */
  append(text: string): Promise<void>;
  /** False when its folder was taken away: what is appended then is lost without an error. */
  isThere(): Promise<boolean>;
  close(): Promise<void>;
}

export const realDisk: Disk = {
  async open(file) {
    await makeFolder(dirname(file));
    const handle = await open(file, 'a+');
    try {
      await cutTornTail(handle);
      // The name of a new file is as volatile as its bytes; with bytes in it, it was kept before them.
      if ((await handle.stat()).size === 0) await syncFolder(dirname(file));
    } catch (failed) {
      await handle.close();
      throw failed;
    }
    return {
      async append(text) {
        await handle.appendFile(text);
        await handle.datasync();
      },
      async isThere() {
        const [own, found] = await Promise.all([handle.stat(), stat(file).catch(() => null)]);
        return found?.ino === own.ino && found.dev === own.dev;
      },
      close: () => handle.close(),
    };
  },
  async remove(file) {
    try {
      await unlink(file);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw thrown;
    }
    await syncFolder(dirname(file));
  },
};

/** Cuts off what follows the last newline: the line that a crash left unfinished. */
async function cutTornTail(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - SEARCH_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    const newline = buffer.lastIndexOf(NEWLINE);
    if (newline >= 0) {
      end = start + newline + 1;
      break;
    }
    end = start;
  }
  if (end === size) return;
  await handle.truncate(end);
  await handle.datasync();
}

/** Node's own way to make several folders calls a read-only disk a missing folder. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw thrown;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file as a whole: after a power cut there is the old one or the new one. */
export async function replaceWhole(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (failed) {
    await rm(temporary, { force: true });
    throw failed;
  }
  await syncFolder(dirname(file));
}

/**
 * Takes a file away that says just `text`, though somebody may be adding lines to it: those that
 * came before it was gone are put back. Who adds after that finds by `isThere` that it is gone.
 * @returns whether it was taken away and nothing had to be put back
 * @throws the system's error
 */
export async function removeUnchanged(file: string, text: string): Promise<boolean> {
  const folder = dirname(file);
  const handle = await open(file, 'r');
  try {
    if ((await handle.readFile('utf8')) !== text) return false;
    await unlink(file);
    // That it is gone is flushed only with what is put back: until then a power cut undoes it.
    const more = await handle.readFile('utf8');
    const late = more.slice(0, more.lastIndexOf('\n') + 1);
    if (late !== '') await appendFile(file, late, { flush: true });
    await syncFolder(folder);
    return late === '';
  } finally {
    await handle.close();
  }
}

/** How many lines a reader had to leave out. */
export interface ReadTally {
  bad: number;
}

/**
 * The values of a file of JSON lines, `.gz` or not, as they are read. Bad lines are counted and left
 * out, and so is what a damaged archive does not give back; a file that is not there has no lines.
 */
export async function* readJsonLines(file: string, tally: ReadTally): AsyncGenerator<unknown> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  text.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of text) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield* parseLine(line, tally);
      // What a power cut leaves may be as long as a file: its beginning is enough to know it as bad.
      if (rest.length > LONGEST_LINE) rest = rest.slice(0, 1);
    }
    yield* parseLine(rest, tally);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') tally.bad += 1;
  } finally {
    bytes.destroy();
  }
}

function* parseLine(line: string, tally: ReadTally): Generator<unknown> {
  const text = clean(line);
  if (text === '') return;
  try {
    yield JSON.parse(text);
  } catch {
    tally.bad += 1;
  }
}

/** Without the mark an editor may put in front, and the zeros a power cut may leave. */
function clean(line: string): string {
  return line.replace(/^[\uFEFF\0]+|\0+$/g, '').trim();
}
