/** What a program writes and flushes below a folder, as `strace` sees its system calls. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const WRITES = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2'];
const FLUSHES = ['fsync', 'fdatasync'];

export interface DiskCalls {
  bytes: number;
  flushes: number;
}

export interface Traced {
  /** What the program printed. */
  stdout: string;
  calls: DiskCalls;
}

/**
 * Runs a Node.js program and counts between its first write to the file `mark` and its last.
 * @param log  a file for the system calls
 */
export async function traced(
  program: readonly string[],
  { folder, mark, log }: Record<'folder' | 'mark' | 'log', string>,
): Promise<Traced> {
  const { stdout } = await promisify(execFile)('strace', [
    ...['-f', '-y', '-qq', '-s', '0', '-e', 'signal=none'],
    ...['-e', `trace=${[...WRITES, ...FLUSHES].join(',')}`, '-o', log],
    ...[process.execPath, ...program],
  ]);
  return { stdout, calls: count(readFileSync(log, 'utf8').split('\n'), folder, mark) };
}

interface Call {
  name: string;
  file: string;
  result: number;
}

function count(lines: readonly string[], folder: string, mark: string): DiskCalls {
  const calls = callsIn(lines);
  const first = calls.findIndex(({ file }) => file === mark);
  const last = calls.findLastIndex(({ file }) => file === mark);
  const ours = calls
    .slice(first, last)
    .filter(({ file }) => file === folder || file.startsWith(`${folder}/`));
  return {
    bytes: ours
      .filter(({ name }) => WRITES.includes(name))
      .reduce((sum, { result }) => sum + Math.max(0, result), 0),
    flushes: ours.filter(({ name }) => FLUSHES.includes(name)).length,
  };
}

/** In the order in which they came back; one that another thread interrupted is on two lines. */
function callsIn(lines: readonly string[]): Call[] {
  const begun = new Map<string, { name: string; file: string }>();
  return lines.flatMap((line) => {
    const [, thread = '', name = '', file = ''] = /^(\d+) +(\w+)\(\d+<(.*?)>/.exec(line) ?? [];
    if (name !== '') begun.set(thread, { name, file });
    const resumed = /^(\d+) +<\.\.\. \w+ resumed>/.exec(line)?.[1];
    const call = begun.get(resumed ?? thread);
    const result = / = (-?\d+)[^=]*$/.exec(line)?.[1];
    return call && result !== undefined ? [{ ...call, result: Number(result) }] : [];
  });
}
