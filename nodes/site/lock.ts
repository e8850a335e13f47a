/** One writer a data folder: a file that names the process, taken over when that process is gone. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SolthriveError } from './errors.ts';

export interface Lock {
  release(): void;
}

/** How a disk says that it takes nothing more. */
const REFUSALS = ['EROFS', 'ENOSPC', 'EDQUOT', 'EIO'];

/**
 * A disk that is full or read-only is no reason not to measure: then there is nothing to lock, and
 * the journal says what is wrong.
 * @param folder  the data folder, which exists
 * @throws SolthriveError `already_running` while another process holds it
 */
export function takeLock(folder: string): Lock {
  try {
    return take(folder);
  } catch (thrown) {
    if (!REFUSALS.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    if (isLocked(folder)) throw new SolthriveError('already_running', { folder });
    return { release() {} };
  }
}

function take(folder: string): Lock {
  const file = join(folder, 'lock');
  const mark = processMark(process.pid);
  if (!write(file, mark)) {
    const holder = read(file);
    // Our own mark can only be from before a reboot that gave us the old number again.
    if (holder !== mark && isAlive(holder)) throw new SolthriveError('already_running', { folder });
    // Only the file that was judged dead goes: another start may have replaced it meanwhile.
    if (read(file) === holder) rmSync(file, { force: true });
    if (!write(file, mark)) throw new SolthriveError('already_running', { folder });
  }
  return {
    release() {
      if (read(file) === mark) rmSync(file, { force: true });
    },
  };
}

/** True while the process that holds the data folder lives. */
export function isLocked(folder: string): boolean {
  return isAlive(read(join(folder, 'lock')));
}

/** False when the file is there already. Linking makes it appear with its content in it. */
function write(file: string, mark: string): boolean {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, mark);
    linkSync(draft, file);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(mark: string): boolean {
  const pid = Number.parseInt(mark, 10);
  return Number.isInteger(pid) && pid > 0 && processMark(pid) === mark;
}

/**
 * A process by its number and the moment it started: after a power cut some other program may well
 * have the old number. Empty when there is none.
 */
function processMark(pid: number): string {
  try {
    // proc(5): the name may hold spaces and brackets; the start time is the 20th field after it
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${pid} ${started}\n`;
  } catch {
    return signalMark(pid);
  }
}

/** Where there is no /proc, the number has to do. */
function signalMark(pid: number): string {
  try {
    process.kill(pid, 0);
    return `${pid}\n`;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM' ? `${pid}\n` : '';
  }
}
