/** Small files in one `.tar.gz`, written and read one after the other. What is in them is not known here. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Header, Parser, type ReadEntry } from 'tar';
import { sayWhat } from '../../site/errors.ts';

export interface Entry {
  path: string;
  bytes: Buffer;
}

const BLOCK = 512;
/** No file of ours comes near it: a day of minutes is 1 MB. */
const LARGEST_ENTRY = 64 * 1024 * 1024;
const MOST_ENTRIES = 20_000;
/** Ten years of minutes. */
const MOST_BYTES = 8 * 1024 ** 3;

/**
 * Writes an archive as a whole: until it is complete nothing has its name.
 * @throws the system's error, and whatever `entries` throws
 */
export async function writeTarball(
  file: string,
  entries: AsyncIterable<Entry>,
  mtimeMs: number,
): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    const written = createWriteStream(temporary, { mode: 0o640, flush: true });
    await pipeline(blocksOf(entries, new Date(mtimeMs)), createGzip(), written);
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Hands on each file of an archive, in its order; the next is read when `take` is done.
 * @param limits  of all that is in it, unpacked
 * @throws the system's error; an Error that says what is wrong with the archive; what `take` throws
 */
export async function readTarball(
  file: string,
  take: (entry: Entry) => Promise<void> | void,
  { mostBytes = MOST_BYTES }: { mostBytes?: number } = {},
): Promise<void> {
  const whole: Entry[] = [];
  let count = 0;
  let failure: unknown;
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      count += 1;
      if (count > MOST_ENTRIES)
        failure ??= new Error(sayWhat('archive.files', { most: MOST_ENTRIES }));
      collect(entry).then(
        (bytes) => whole.push({ path: entry.path, bytes }),
        (thrown) => {
          failure ??= thrown;
        },
      );
    },
  });
  parser.on('error', (error: unknown) => {
    failure ??= error;
  });
  const takeWhole = async () => {
    // The streams of the parser tell that they ended a turn later.
    await new Promise(setImmediate);
    for (const entry of whole.splice(0)) {
      if (failure !== undefined) break;
      await take(entry);
    }
    if (failure !== undefined) throw failure;
  };
  // Not the parser's own: that one does not mind an archive without its end.
  await pipeline(createReadStream(file), createGunzip(), async (chunks) => {
    let size = 0;
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Counted here: what the format keeps for itself is no entry.
      if (size > mostBytes) throw new Error(sayWhat('archive.bytes', { most: mostBytes }));
      parser.write(chunk);
      await takeWhole();
    }
  });
  const ended = new Promise<void>((resolve) => {
    parser.on('end', () => resolve());
    parser.on('error', () => resolve());
  });
  parser.end();
  await ended;
  await takeWhole();
}

async function* blocksOf(entries: AsyncIterable<Entry>, mtime: Date): AsyncGenerator<Buffer> {
  for await (const { path, bytes } of entries) {
    const header = new Header({ path, size: bytes.length, mtime, mode: 0o640, type: 'File' });
    const block = Buffer.alloc(BLOCK);
    if (header.encode(block)) throw new RangeError(`${path} does not fit into a tar header`);
    yield block;
    yield bytes;
    yield Buffer.alloc(-bytes.length & (BLOCK - 1));
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function collect(entry: ReadEntry): Promise<Buffer> {
  const isPlain = entry.type === 'File' || entry.type === 'OldFile';
  if (!isPlain || entry.size > LARGEST_ENTRY) {
    entry.resume();
    const { path: name, size: bytes, type } = entry;
    const key = isPlain ? 'archive.entry_bytes' : 'archive.entry_type';
    throw new Error(sayWhat(key, { name, bytes, type }));
  }
  return entry.concat();
}
