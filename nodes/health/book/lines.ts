/**
 * The history of faults on disk: what a line of `faults.jsonl` is, and how it is read. Two files keep
 * it bounded: the newer one is begun with the faults that are active then.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadTally, readJsonLines } from '../../site/jsonl.ts';
import { type Change, FAULT_IDS, type Fault, type FaultId } from '../faults.ts';

const CHANGES: readonly string[] = ['raise', 'confirm', 'change', 'acknowledge', 'clear'];

export interface FaultLine {
  ts: string;
  change: Change;
  /** As it was from then on. */
  fault: Fault;
}

/** `carry` is no change: the fault was active when the file was begun. */
export type StoredLine = Omit<FaultLine, 'change'> & { change: Change | 'carry' };

export function faultFile(records: string): string {
  return join(records, 'faults.jsonl');
}

/** Where the file goes once it is full. */
export function olderFaultFile(records: string): string {
  return join(records, 'faults.1.jsonl');
}

/**
 * What became of faults, oldest first, as far back as it is kept. Bad lines are left out.
 * @param records  the site's records folder
 */
export async function readFaultLog(
  records: string,
  { since }: { since?: string } = {},
): Promise<FaultLine[]> {
  const fromMs = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  const tally: ReadTally = { bad: 0 };
  const lines = new Map<string, FaultLine>();
  for (const file of [olderFaultFile(records), faultFile(records)]) {
    for await (const value of readJsonLines(file, tally)) {
      const line = asLine(value);
      if (line === null || line.change === 'carry' || Date.parse(line.ts) < fromMs) continue;
      // A disk that refused at the last moment may have both: the line, and the line once more.
      lines.set(JSON.stringify(line), { ...line, change: line.change });
    }
  }
  return [...lines.values()];
}

/**
 * The faults that were active when the program last wrote. Read at once, before anything is judged:
 * a fault that goes on must not begin anew.
 */
export function lastActive(records: string): Fault[] {
  const active = new Map<string, Fault>();
  for (const file of [olderFaultFile(records), faultFile(records)]) {
    for (const text of textOf(file).split('\n')) {
      const line = lineOf(text);
      if (line === null) continue;
      const key = `${line.fault.id} ${line.fault.source}`;
      if (line.change === 'clear') active.delete(key);
      else active.set(key, line.fault);
    }
  }
  return [...active.values()];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function lineOf(text: string): StoredLine | null {
  try {
    return asLine(JSON.parse(text));
  } catch {
    return null;
  }
}

function asLine(value: unknown): StoredLine | null {
  if (!isObject(value) || !isObject(value.fault)) return null;
  const { ts, change, fault } = value;
  const known = change === 'carry' || CHANGES.includes(String(change));
  return typeof ts === 'string' && known && isFault(fault)
    ? (value as unknown as StoredLine)
    : null;
}

/** Whether it has all that a fault cannot be without: a line may be of another release. */
function isFault(fault: Record<string, unknown>): boolean {
  const texts = ['source', 'severity', 'state', 'since', 'message', 'advice'];
  return (
    FAULT_IDS.includes(fault.id as FaultId) &&
    texts.every((key) => typeof fault[key] === 'string') &&
    isObject(fault.evidence)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
