/**
 * Looks at one file of records, line by line, for what a reader would leave out without a word. It
 * knows nothing of other files and changes nothing.
 */
import { createGunzip } from 'node:zlib';

/** What can be wrong; told in words of `locales/<language>/verify.json`. */
export type FindingCode =
  | 'bad_line'
  | 'torn_tail'
  | 'order'
  | 'duplicate'
  | 'wrong_file'
  | 'packed_damaged'
  | 'unreadable'
  | 'unknown_file'
  | 'left_over'
  | 'kept_damaged'
  | 'corrections_damaged'
  | 'prices_damaged'
  | 'config_unknown'
  | 'undated'
  | 'missing'
  | 'differs'
  | 'surplus'
  | 'kept';

/** These are worth knowing, but nothing is wrong with the numbers. */
const NOTES: ReadonlySet<FindingCode> = new Set([
  'torn_tail',
  'left_over',
  'kept_damaged',
  'config_unknown',
  'undated',
]);

export interface Finding {
  code: FindingCode;
  level: 'fault' | 'note';
  /** Below the records folder. */
  file: string;
  /** 1-based. */
  line?: number;
  /** Which record, or what of it. */
  what?: string;
}

export function finding(
  code: FindingCode,
  file: string,
  more: Pick<Finding, 'line' | 'what'> = {},
): Finding {
  return { code, level: NOTES.has(code) ? 'note' : 'fault', file, ...more };
}

/** What the lines of a file must be. */
export interface FileKind<T> {
  parse(value: unknown): T | null;
  /** The stem of the file a record belongs to. */
  stem(record: T): string;
  /** In what order they come, each once; left out where they may come late and again, as minutes. */
  key?(record: T): string;
}

interface FileToScan {
  /** Below the records folder. */
  name: string;
  stem: string;
  bytes: Buffer;
}

export interface Scan<T> {
  records: T[];
  findings: Finding[];
}

export async function scanFile<T>(
  kind: FileKind<T>,
  { name, stem, bytes }: FileToScan,
): Promise<Scan<T>> {
  const packed = name.endsWith('.gz') ? await unpack(bytes) : { text: bytes.toString('utf8') };
  const findings: Finding[] = [];
  const records: T[] = [];
  if ('broken' in packed) findings.push(finding('packed_damaged', name, { what: packed.broken }));
  const lines = packed.text.split('\n');
  const tail = lines.pop() ?? '';
  if (tail !== '' && !('broken' in packed)) {
    findings.push(finding('torn_tail', name, { line: lines.length + 1 }));
  }
  let last: string | null = null;
  for (const [index, text] of lines.entries()) {
    const record = parsed(text, kind);
    const line = index + 1;
    if (record === null) {
      findings.push(finding('bad_line', name, { line }));
      continue;
    }
    records.push(record);
    if (kind.stem(record) !== stem) {
      findings.push(finding('wrong_file', name, { line, what: kind.stem(record) }));
    }
    const key = kind.key?.(record) ?? null;
    if (key !== null && last !== null && key <= last) {
      findings.push(finding(key === last ? 'duplicate' : 'order', name, { line, what: key }));
    }
    last = key;
  }
  return { records, findings };
}

function parsed<T>(text: string, { parse }: FileKind<T>): T | null {
  try {
    return parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function unpack(bytes: Buffer): Promise<{ text: string; broken?: string }> {
  const parts: Buffer[] = [];
  const unpacking = createGunzip();
  unpacking.end(bytes);
  const text = () => Buffer.concat(parts).toString('utf8');
  try {
    for await (const part of unpacking) parts.push(part as Buffer);
    return { text: text() };
  } catch (thrown) {
    return { text: text(), broken: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
