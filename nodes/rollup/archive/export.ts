/**
 * Puts records into an archive that any tool can read: plain lines of JSON with their schemas, the
 * configurations they were made with, corrections and prices. It only reads, so the service may run.
 */
import { join } from 'node:path';
import { isoTime } from '../../site/clock.ts';
import { SolthriveError } from '../../site/errors.ts';
import { readRecordedConfig } from '../../site/last-good.ts';
import { type Bounds, dayBounds } from '../calendar.ts';
import { readCorrections, readPrices } from '../correct/corrections.ts';
import type { RecordFolders } from '../files/files.ts';
import { LineFile, recordDisk } from '../files/store.ts';
import { type AnyRecord, LEVELS, type Level, type LevelName } from './levels.ts';
import { Contents } from './manifest.ts';
import { isRecord, recordSchemas } from './record-schemas.ts';
import { type Entry, writeTarball } from './tarball.ts';

export interface ExportTask extends RecordFolders {
  /** Where the archive goes; what is there is replaced. */
  file: string;
  timezone: string;
  simulated: boolean;
  /** Release that writes it. */
  product: string;
  nowMs: number;
  /** Local dates, both included; left out, without an end. */
  from?: string | undefined;
  to?: string | undefined;
  /** So many files of so many are read. */
  progress?: (done: number, of: number) => void;
}

export interface Exported {
  file: string;
  records: Record<LevelName, number>;
  /** Lines that could not be understood; they are not in the archive. */
  bad: number;
}

/**
 * @throws the system's error where something cannot be read or written
 * @throws SolthriveError `archive_empty` where nothing is recorded in that time; nothing is written;
 *   `corrections_damaged`, `config_unreadable`
 */
export async function exportRecords(task: ExportTask): Promise<Exported> {
  const exported: Exported = {
    file: task.file,
    records: { minute: 0, quarter: 0, day: 0, month: 0 },
    bad: 0,
  };
  await writeTarball(task.file, entries(task, exported), task.nowMs);
  return exported;
}

/** The manifest comes last: it is known then, and an archive that was cut off has none. */
async function* entries(task: ExportTask, exported: Exported): AsyncGenerator<Entry> {
  const contents = new Contents();
  for (const { level, schema } of recordSchemas()) {
    yield contents.listJson(`schema/${level}.json`, schema);
  }
  const corrections = readCorrections(task.records);
  const used = new Set(corrections.flatMap(({ config }) => config ?? []));
  const stems = await Promise.all(LEVELS.map((level) => level.stems(task.records)));
  const count = stems.flat().length;
  let done = 0;
  for (const [index, level] of LEVELS.entries()) {
    for (const stem of stems[index] ?? []) {
      const { lines, bad, first, last } = await readLines(task, { level, stem }, used);
      exported.bad += bad;
      exported.records[level.name] += lines.length;
      done += 1;
      task.progress?.(done, count);
      if (lines.length === 0) continue;
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const path = `records/${level.file(stem)}`;
      yield contents.list(
        { path, bytes },
        { records: lines.length, ...(first && last && { first, last }) },
      );
    }
  }
  if (Object.values(exported.records).every((lines) => lines === 0)) {
    throw new SolthriveError('archive_empty');
  }
  for (const hash of [...used].sort()) {
    const config = readRecordedConfig(task.data, hash);
    if (config !== null) yield contents.listJson(`configs/${hash}.json`, config);
  }
  // Prices that were corrected are in the book as it is seen.
  const plain = corrections
    .filter(({ config }) => config !== null)
    .map(({ fromMs: _, toMs: __, prices: ___, ...entry }) => entry);
  if (plain.length > 0) yield contents.listJson('corrections.json', plain);
  const book = readPrices(task.records);
  if (book.length > 0) yield contents.listJson('price-book.json', book);
  const { product, nowMs, timezone, simulated, from = null, to = null } = task;
  yield contents.manifest({ product, created: isoTime(nowMs), timezone, simulated, from, to });
}

interface LevelFile {
  level: Level<AnyRecord>;
  stem: string;
}

async function readLines(task: ExportTask, { level, stem }: LevelFile, used: Set<string>) {
  const { known, bad } = await readKnown(join(task.records, level.file(stem)), level);
  const { startMs, endMs } = stretchOf(task);
  const wanted = [...known.values()].filter(({ record }) => {
    const bounds = level.bounds(record);
    return bounds.startMs < endMs && bounds.endMs > startMs;
  });
  const kept = wanted.filter(({ record }) => isRecord(level.name, record));
  for (const { record } of kept) for (const hash of level.configs(record)) used.add(hash);
  const [first, last] = [kept.at(0), kept.at(-1)].map((line) => line && level.time(line.record));
  return {
    lines: kept.map(({ text }) => text),
    bad: bad + wanted.length - kept.length,
    first,
    last,
  };
}

/** A file that was just being packed may be missed in both forms; it is there when asked again. */
async function readKnown(path: string, level: Level<AnyRecord>) {
  const file = new LineFile(recordDisk, path, level);
  const lines = await file.read();
  return lines.known.size > 0 || lines.bad > 0 ? lines : file.read();
}

function stretchOf({ from, to, timezone }: ExportTask): Bounds {
  return {
    startMs: from === undefined ? Number.NEGATIVE_INFINITY : dayBounds(from, timezone).startMs,
    endMs: to === undefined ? Number.POSITIVE_INFINITY : dayBounds(to, timezone).endMs,
  };
}
