import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMinutes } from '../../nodes/journal/minutes.ts';
import { holdingFile } from '../../nodes/journal/undated.ts';
import { Life } from '../nodes/journal/life.ts';
import { minuteAt } from '../nodes/journal/samples.ts';
import { requireDisk, sweep, type Victim } from '../support/power-cut.ts';

const CHILD = join(import.meta.dirname, 'journal-child.ts');
/** What it lives: three minutes before the time was known, and four after. */
const HELD = ['23:55', '23:56', '23:57'].map((time) => `2026-06-21T${time}:00.000Z`);
const EARLIER = ['12:00', '12:01'].map((time) => `2026-06-21T${time}:00.000Z`);
const AGAIN = '2026-06-22T00:10';
const ALWAYS = { fromMs: 0, toMs: Date.parse('2100-01-01T00:00:00Z') };

function prepare(folder: string): void {
  mkdirSync(join(folder, 'minute'));
  const lines = EARLIER.map((ts) => `${JSON.stringify(minuteAt(ts))}\n`);
  const day = join(folder, 'minute', '2026-06-21.jsonl');
  writeFileSync(day, `${lines.join('')}{"v":1,"ts":"2026-06-2`, { flush: true });
}

/** What is wrong with the files as they are, for a program that had said this much. */
async function faultsOf(folder: string, said: string[]): Promise<string[]> {
  const { minutes } = await readMinutes(folder, ALWAYS);
  const found = new Map(minutes.map((minute) => [minute.ts, minute]));
  const heldNow = heldLines(folder).filter((line) => line.includes('mono_ms')).length;
  const counts = said
    .filter((line) => line.startsWith('held'))
    .map((line) => Number(line.slice(5)));
  const heldOnce = HELD.slice(0, Math.max(0, ...counts));
  const claimed = said.filter((line) => !line.startsWith('held')).map((line) => line.slice(0, 24));
  return [
    ...[...EARLIER, ...claimed].filter((ts) => !found.has(ts)).map((ts) => `${ts} is lost`),
    ...heldOnce
      .filter((ts, index) => !found.has(ts) && index >= heldNow)
      .map((ts) => `${ts} is held no more`),
    ...minutes
      .filter(({ covered_s, energy }) => covered_s !== 60 || energy.import_kwh !== 0.02)
      .map(({ ts, covered_s }) => `${ts} has ${covered_s} s`),
    ...badLines(folder),
  ];
}

function heldLines(folder: string): string[] {
  const file = holdingFile(folder, 'boot-1');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

/** Only the last line of a file may be torn. */
function badLines(folder: string): string[] {
  return readdirSync(join(folder, 'minute')).flatMap((name) =>
    readFileSync(join(folder, 'minute', name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .filter((line) => !isJson(line))
      .map((line) => `${name} has ${line.slice(0, 40)}`),
  );
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The machine starts again: what was moving arrives, what had no date stays. */
async function check(folder: string, said: string[]): Promise<string[]> {
  const cut = await faultsOf(folder, said);
  const wasDated = heldLines(folder).some((line) => line.includes('offset_ms'));
  const life = new Life(`${AGAIN}:00.000Z`, { records: folder, upMs: 1_000_000 });
  life.machine.bootId = 'boot-2';
  await life.start().seconds(60);
  await life.stop();
  const saidThen = [...said, ...life.written.map(({ ts }) => ts)];
  const left = heldLines(folder);
  const { minutes } = await readMinutes(folder, ALWAYS);
  const both = left.length > 0 && minutes.some(({ ts }) => HELD.includes(ts));
  return [
    ...cut,
    ...(await faultsOf(folder, saidThen)),
    ...(wasDated && left.length > 0 ? ['dated minutes are still held'] : []),
    ...(saidThen.some((line) => line.startsWith(AGAIN)) ? [] : ['does not start again']),
    ...(both ? ['minutes are held and filed'] : []),
  ];
}

const victim: Victim = { script: CHILD, args: ['boot-1'], prepare, check };

describe('the journal, cut off from power', function () {
  this.timeout(240_000);
  before(function () {
    requireDisk.call(this);
  });

  it('has every minute it said it had, once, whichever call was the last', async () => {
    const { cuts, violations } = await sweep(victim);
    assert.deepEqual(violations, []);
    for (const kind of ['write', 'fdatasync', 'fsync', 'ftruncate', 'unlink']) {
      assert.ok((cuts[kind] ?? 0) > 0, `${kind} was cut before`);
    }
    const points = Object.values(cuts).reduce((sum, count) => sum + count, 0);
    assert.ok(points >= 25, `${points} points`);
  });

  it('would be caught without its flushes', async () => {
    const careless = { ...victim, args: ['boot-1', 'careless'] };
    const { violations } = await sweep(careless, ['write']);
    assert.ok(violations.length > 0);
  });
});
