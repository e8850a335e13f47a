import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogLine, logFile, logFiles } from '../../nodes/site/site-log.ts';
import { LogFile } from '../../runtime/log-file.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const NOON = '2026-06-21T12:00:00.000Z';

function line(message: string, level: LogLine['level'] = 'info'): LogLine {
  return { ts: NOON, level, area: 'launcher', message };
}

describe('the log’s files', () => {
  let folder: string;
  let clock: VirtualClock;
  const opened: LogFile[] = [];
  const open = (sizeBytes = 1_000_000, keep = 2) => {
    const file = new LogFile({
      folder,
      sizeBytes,
      keep,
      clock,
      missed: (count) => line(`missed ${count}`, 'warn'),
    });
    opened.push(file);
    return file;
  };
  const messages = (file: string) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => (JSON.parse(text) as LogLine).message);
  const text = () => (existsSync(logFile(folder)) ? readFileSync(logFile(folder), 'utf8') : '');
  /** Until a write that was begun has ended; its timer is virtual, the disk is not. */
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'solthrive-log-')), 'log');
    clock = new VirtualClock(NOON);
  });
  afterEach(async () => {
    for (const file of opened.splice(0)) await file.close();
    assert.equal(clock.waiting, 0);
    rmSync(join(folder, '..'), { recursive: true });
  });

  it('are written together, a second after the first line', async () => {
    const file = open();
    file.write(line('one'));
    file.write(line('two'));
    assert.deepEqual(logFiles(folder), []);
    await clock.advance(1_000);
    await until(() => text() !== '');
    assert.deepEqual(messages(logFile(folder)), ['one', 'two']);
    assert.equal(statSync(logFile(folder)).mode & 0o777, 0o600);
  });

  it('are put away when full, and the oldest is dropped', async () => {
    for (const round of ['a', 'b', 'c', 'd']) {
      const file = open(150);
      // The size of what is there is known from the first write on.
      for (const part of [1, 2, 3]) {
        file.write(line(`${round}${part}`));
        await clock.advance(1_000);
        await until(() => text().includes(`${round}${part}`));
      }
      await file.close();
    }
    const files = logFiles(folder);
    assert.deepEqual(files, [logFile(folder, 2), logFile(folder, 1), logFile(folder)]);
    const left = files.flatMap(messages);
    const all = ['a', 'b', 'c', 'd'].flatMap((round) => [1, 2, 3].map((part) => round + part));
    assert.deepEqual(left, all.slice(-left.length), 'in order, without a hole');
  });

  it('tell how many lines a disk has not taken, once it takes them again', async () => {
    writeFileSync(join(folder, '..', 'log'), 'no folder');
    const file = open();
    file.write(line('lost'));
    file.write(line('lost too'));
    await clock.advance(1_000);
    await until(() => clock.waiting === 1);
    rmSync(folder);
    await clock.advance(30_000);
    await until(() => text() !== '');
    file.write(line('well'));
    await file.close();
    assert.deepEqual(messages(logFile(folder)), ['missed 2', 'well']);
  });

  it('lose no line to what a power cut left of the one before', async () => {
    await mkdir(folder);
    writeFileSync(logFile(folder), `${JSON.stringify(line('whole'))}\n{"ts":"2026`);
    const file = open();
    file.write(line('next'));
    await file.close();
    const [first, torn, next] = readFileSync(logFile(folder), 'utf8').split('\n');
    assert.deepEqual([first?.includes('whole'), torn], [true, '{"ts":"2026']);
    assert.ok(next?.includes('next'));
  });

  it('take no more than memory has room for while the disk hangs', async () => {
    const file = open();
    for (let n = 0; n < 1_500; n++) file.write(line('many'));
    await file.close();
    assert.equal(messages(logFile(folder)).length, 1_001);
    assert.equal(messages(logFile(folder))[0], 'missed 500');
  });

  it('get the last lines of a program that ends at once', async () => {
    await mkdir(folder);
    const file = open();
    file.write(line('last words', 'fatal'));
    file.spill();
    assert.deepEqual(messages(logFile(folder)), ['last words']);
    await file.close();
    assert.deepEqual(messages(logFile(folder)), ['last words']);
    await assert.rejects(rmdir(folder));
  });
});
