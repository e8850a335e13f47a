/**
 * Reads the log's files in order as one: oldest first, and on into what is written meanwhile where that
 * is asked for. It keeps its place when a file is put away under another name.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { LOG_LEVELS, type LogLine, logFile, logFiles } from '../nodes/site/site-log.ts';

const lineSchema = z.looseObject({
  ts: z.iso.datetime(),
  level: z.enum(LOG_LEVELS),
  area: z.string(),
  message: z.string(),
  code: z.string().optional(),
  source: z.string().optional(),
  state: z.string().optional(),
  repeated: z.number().optional(),
});

const CHUNK_BYTES = 64 * 1024;

export interface LogTally {
  /** Lines that could not be understood. */
  bad: number;
}

export interface LogReading {
  folder: string;
  tally: LogTally;
  /** Asked for when all has been read: false ends it, true goes on with what has come since. */
  more: () => Promise<boolean>;
}

/** @throws the system's error where a file may not be read */
export async function* readLog({ folder, tally, more }: LogReading): AsyncGenerator<LogLine> {
  let files = await openAll(logFiles(folder));
  try {
    do {
      if (files.length === 0) files = await openAll(logFiles(folder));
      // Those that begin after the last one was put away; it is read to its end first.
      if (files.length === 1) files.push(...(await successors(folder, files[0])));
      for (const file of files) yield* linesOf(file, tally);
      for (const done of files.splice(0, files.length - 1)) {
        yield* parsed(done.rest, tally);
        await done.handle.close();
      }
    } while (await more());
    yield* parsed(files[0]?.rest ?? '', tally);
  } finally {
    await closeAll(files);
  }
}

interface OpenFile {
  handle: FileHandle;
  ino: number;
  /** What follows the last newline. */
  rest: string;
  decoder: TextDecoder;
}

async function openAll(names: readonly string[]): Promise<OpenFile[]> {
  const files: OpenFile[] = [];
  for (const name of names) {
    const handle = await open(name).catch(unlessMissing);
    if (!handle) continue;
    const { ino } = await handle.stat();
    files.push({ handle, ino, rest: '', decoder: new TextDecoder() });
  }
  return files;
}

/** The files that are newer than one; all of them where that has been deleted. */
async function successors(folder: string, last: OpenFile | undefined): Promise<OpenFile[]> {
  const [current] = await openAll([logFile(folder)]);
  if (!current) return [];
  await closeAll([current]);
  if (current.ino === last?.ino) return [];
  const all = await openAll(logFiles(folder));
  const from = all.findIndex(({ ino }) => ino === last?.ino) + 1;
  await closeAll(all.splice(0, from));
  return all;
}

async function* linesOf(file: OpenFile, tally: LogTally): AsyncGenerator<LogLine> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.handle.read(chunk, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    const text = file.decoder.decode(chunk.subarray(0, bytesRead), { stream: true });
    const lines = `${file.rest}${text}`.split('\n');
    file.rest = lines.pop() ?? '';
    for (const line of lines) yield* parsed(line, tally);
  }
}

function* parsed(text: string, tally: LogTally): Generator<LogLine> {
  if (text.trim() === '') return;
  try {
    const { ts, level, area, message, ...rest } = lineSchema.parse(JSON.parse(text));
    yield { ts, level, area, message, ...rest };
  } catch {
    tally.bad += 1;
  }
}

async function closeAll(files: readonly OpenFile[]): Promise<void> {
  for (const { handle } of files) await handle.close();
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
