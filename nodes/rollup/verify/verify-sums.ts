/**
 * Whether the levels agree: each is made anew from the one below, in memory, and compared with what is
 * on the disk. Equal to the last digit, or it is told where it differs and in what.
 */
import { relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { QUARTER_MS } from '../files/files.ts';
import type { RecordDisk } from '../files/store.ts';
import type { TrialDisk } from '../files/trial-disk.ts';
import { type Finding, finding } from './verify-file.ts';

export interface Compared {
  records: string;
  /** The files as they are. */
  real: RecordDisk;
  /** The files as they should be. */
  wanted: TrialDisk;
  /** What ended after this may still be on its way to the disk. */
  endedMs: number;
}

/** What a rebuild would mend. */
export async function compareDisks({
  records,
  real,
  wanted,
  endedMs,
}: Compared): Promise<Finding[]> {
  const findings: Finding[] = [];
  // A packed file and an open one are one file: lines that only moved between them say the same.
  const stems = new Set(wanted.touched.map((file) => file.replace(/\.gz$/, '')));
  for (const stem of [...stems].filter((file) => file.endsWith('.jsonl'))) {
    const [before, after] = [await linesOf(real, stem), await linesOf(wanted, stem)];
    const file = relative(records, stem);
    for (const [key, text] of after) {
      const known = before.get(key);
      if (known === undefined) {
        if (endOf(text) <= endedMs) findings.push(finding('missing', file, { what: key }));
      } else if (known !== text) {
        const what = `${key} ${firstDifference(JSON.parse(known), JSON.parse(text))}`;
        findings.push(finding('differs', file, { what }));
      }
    }
    for (const key of before.keys()) {
      if (!after.has(key)) findings.push(finding('surplus', file, { what: key }));
    }
  }
  return findings;
}

/** Lines by what they are about; what cannot be read has been told elsewhere. */
async function linesOf(disk: RecordDisk, file: string): Promise<Map<string, string>> {
  const lines = new Map<string, string>();
  const text = `${await packedText(disk, `${file}.gz`)}${(await disk.read(file)) ?? ''}`;
  for (const line of text.split('\n')) {
    const key = keyOf(line);
    if (key !== null) lines.set(key, line);
  }
  return lines;
}

async function packedText(disk: RecordDisk, file: string): Promise<string> {
  const bytes = await disk.read(file);
  try {
    return bytes === null ? '' : gunzipSync(bytes).toString('utf8');
  } catch {
    return '';
  }
}

function keyOf(line: string): string | null {
  try {
    const { ts, config, as, date, month } = JSON.parse(line) as Record<string, unknown>;
    const about = ts === undefined ? [date ?? month] : [ts, config, as];
    return about.filter((part) => typeof part === 'string').join(' ');
  } catch {
    return null;
  }
}

/** When the time ends that a line is about, ms. */
function endOf(line: string): number {
  const { ts, end } = JSON.parse(line) as Record<string, string | undefined>;
  return ts === undefined ? Date.parse(end ?? '') : Date.parse(ts) + QUARTER_MS;
}

/** `energy.import_kwh 1.25 -> 1.5`: what is there, and what should be. */
function firstDifference(found: unknown, wanted: unknown, path = ''): string {
  if (!isObject(found) || !isObject(wanted)) {
    return `${path} ${JSON.stringify(found)} -> ${JSON.stringify(wanted)}`;
  }
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])];
  const key = keys.find((one) => JSON.stringify(found[one]) !== JSON.stringify(wanted[one]));
  // The same values in another order.
  if (key === undefined) return path;
  return firstDifference(found[key], wanted[key], path === '' ? key : `${path}.${key}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
