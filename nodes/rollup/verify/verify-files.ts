/** Looks at every file below a records folder: what is in it, and whether it belongs there. */
import { join } from 'node:path';
import type { MinuteRecord } from '../../journal/minute.ts';
import { asMinute, dayOf } from '../../journal/minutes.ts';
import { holdingFiles, readHeld } from '../../journal/undated.ts';
import { asError } from '../../site/errors.ts';
import { readRecordedConfig } from '../../site/last-good.ts';
import { readCorrections } from '../correct/corrections.ts';
import { asDay, asMonth, asQuarter, type RecordFolders } from '../files/files.ts';
import { recordDisk } from '../files/store.ts';
import { quarterKey } from '../reconcile/derive.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../records.ts';
import { readPriceBook } from '../tariff/price-book.ts';
import { type FileKind, type Finding, finding, type Scan, scanFile } from './verify-file.ts';

export const LEVELS = ['minute', 'quarter', 'day', 'month'] as const;
export type Level = (typeof LEVELS)[number];

export interface FilesReport {
  findings: Finding[];
  files: number;
  /** How many records were read. */
  records: Record<Level, number>;
}

interface RawFile {
  /** Below the records folder. */
  name: string;
  stem: string;
  bytes: Buffer;
}

interface LevelFiles {
  level: Level;
  /** Below the records folder; '' where the file lies in it. */
  folder: string;
  name: RegExp;
  scan(file: RawFile): Promise<Scan<object>>;
}

const MINUTE: FileKind<MinuteRecord> = { parse: asMinute, stem: ({ ts }) => dayOf(ts) };
const QUARTER: FileKind<QuarterRecord> = {
  parse: asQuarter,
  stem: ({ ts }) => ts.slice(0, 7),
  key: quarterKey,
};
const DAY: FileKind<DayRecord> = {
  parse: asDay,
  stem: ({ date }) => date.slice(0, 4),
  key: ({ date }) => date,
};
const MONTH: FileKind<MonthRecord> = {
  parse: asMonth,
  stem: () => 'month',
  key: ({ month }) => month,
};

const FILES: readonly LevelFiles[] = [
  {
    level: 'minute',
    folder: 'minute',
    name: /^(\d{4}-\d\d-\d\d)\.jsonl(\.gz)?$/,
    scan: (file) => scanFile(MINUTE, file),
  },
  {
    level: 'quarter',
    folder: 'quarter',
    name: /^(\d{4}-\d\d)\.jsonl(\.gz)?$/,
    scan: (file) => scanFile(QUARTER, file),
  },
  {
    level: 'day',
    folder: 'day',
    name: /^(\d{4})\.jsonl$/,
    scan: (file) => scanFile(DAY, file),
  },
  {
    level: 'month',
    folder: '',
    name: /^(month)\.jsonl$/,
    scan: (file) => scanFile(MONTH, file),
  },
];

/** @param onFile  called after each file */
export async function verifyFiles(
  folders: RecordFolders,
  onFile: (done: number, of: number) => void = () => {},
): Promise<FilesReport> {
  const report: FilesReport = {
    findings: [...overlays(folders.records), ...(await undated(folders.records))],
    files: 0,
    records: { minute: 0, quarter: 0, day: 0, month: 0 },
  };
  const configs = new Map<string, string>();
  const wanted: { level: LevelFiles; name: string; stem: string }[] = [];
  for (const level of FILES) {
    for (const name of (await recordDisk.list(join(folders.records, level.folder))).sort()) {
      const stem = level.name.exec(name)?.[1];
      if (stem !== undefined) wanted.push({ level, name, stem });
      else if (level.folder !== '') report.findings.push(stranger(join(level.folder, name)));
    }
  }
  for (const [index, { level, name, stem }] of wanted.entries()) {
    const file = join(level.folder, name);
    const bytes = await readBytes(join(folders.records, file));
    if (bytes instanceof Error) {
      report.findings.push(finding('unreadable', file, { what: bytes.message }));
      continue;
    }
    const { records, findings } = await level.scan({ name: file, stem, bytes });
    report.files += 1;
    report.records[level.level] += records.length;
    report.findings.push(...findings);
    for (const record of records) {
      if ('config' in record) configs.set(String(record.config), file);
    }
    onFile(index + 1, wanted.length);
  }
  for (const [config, file] of configs) {
    if (readRecordedConfig(folders.data, config) !== null) continue;
    report.findings.push(finding('config_unknown', file, { what: config }));
  }
  return report;
}

function stranger(file: string): Finding {
  if (file.endsWith('.tmp')) return finding('left_over', file);
  if (file.endsWith('.damaged')) return finding('kept_damaged', file);
  return finding('unknown_file', file);
}

async function readBytes(file: string): Promise<Buffer | Error> {
  try {
    return (await recordDisk.read(file)) ?? Buffer.alloc(0);
  } catch (thrown) {
    return asError(thrown);
  }
}

/** The files that say how the records are to be seen. */
function overlays(records: string): Finding[] {
  const findings: Finding[] = [];
  const check = (read: (records: string) => unknown, found: (what: string) => Finding) => {
    try {
      read(records);
    } catch (thrown) {
      findings.push(found(asError(thrown).message));
    }
  };
  check(readCorrections, (what) => finding('corrections_damaged', 'corrections.json', { what }));
  check(readPriceBook, (what) => finding('prices_damaged', 'price-book.json', { what }));
  return findings;
}

/** Minutes that were measured while nobody knew what time it was. */
async function undated(records: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of await holdingFiles(records)) {
    let minutes = 0;
    for await (const _ of readHeld(file)) minutes += 1;
    const name = file.slice(records.length + 1);
    if (minutes > 0) findings.push(finding('undated', name, { what: String(minutes) }));
  }
  return findings;
}
