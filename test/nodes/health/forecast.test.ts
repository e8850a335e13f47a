import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskDiary } from '../../../nodes/health/disk-diary.ts';
import { type DiskSample, forecast } from '../../../nodes/health/forecast.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const QUARTER_MS = 6 * 3_600_000;
const START = Date.parse('2030-06-01T00:00:00Z');

/** Four samples a day, by how many days have passed. */
function samples(days: number, free: (day: number) => number, files: number | null = null) {
  return Array.from({ length: 4 * days + 1 }, (_, index): DiskSample => {
    const at = new Date(START + index * QUARTER_MS).toISOString();
    return { at, free_mb: free(index / 4), free_files: files };
  });
}

describe('the forecast of a full disk', () => {
  it('goes on as it went', () => {
    const filling = samples(7, (day) => 2_000 - 100 * day);
    assert.deepEqual(forecast(filling), { of: 'space', days_left: 13 });
  });

  it('does not take for a habit what happened once', () => {
    assert.equal(forecast(samples(7, (day) => (day < 4 ? 2_000 : 900))), null);
    const upgraded = samples(7, (day) => (day < 4 ? 2_000 : 1_200) - 10 * day);
    const left = forecast(upgraded)?.days_left ?? 0;
    assert.ok(left > 60 && left <= 113, `${left}`);
  });

  it('knows nothing before three days, nor where nothing goes down', () => {
    assert.equal(forecast([]), null);
    assert.equal(forecast(samples(2, (day) => 2_000 - 900 * day)), null);
    assert.equal(forecast(samples(7, () => 2_000)), null);
    assert.equal(forecast(samples(7, (day) => 2_000 - day / 10)), null);
  });

  it('tells files that run out before space does', () => {
    const both = samples(7, (day) => 2_000 - 10 * day).map((sample, index) => ({
      ...sample,
      free_files: 100_000 - 2_500 * index,
    }));
    assert.deepEqual(forecast(both), { of: 'files', days_left: 3 });
  });
});

describe('the diary of the disk', () => {
  let records: string;
  let clock: VirtualClock;
  const room = (freeBytes: number) => ({ freeBytes, totalBytes: 32e9, freeFiles: null });
  const written = () =>
    JSON.parse(readFileSync(join(records, 'disk.json'), 'utf8')) as DiskSample[];

  beforeEach(() => {
    records = mkdtempSync(join(tmpdir(), 'solthrive-diary-'));
    clock = new VirtualClock('2030-06-01T00:00:00.000Z');
  });
  afterEach(() => rmSync(records, { recursive: true, force: true }));

  const live = async (diary: DiskDiary, hours: number, perHour = -1e7) => {
    for (let hour = 0; hour < hours; hour++) {
      await clock.advance(3_600_000);
      await diary.note(room(3e9 + (perHour * (clock.now() - START)) / 3_600_000));
    }
  };

  it('is written four times a day and kept for two weeks', async () => {
    const diary = new DiskDiary(records, clock);
    await live(diary, 24);
    assert.equal(written().length, 4);
    await live(diary, 30 * 24, 0);
    assert.equal(written().length, 56);
  });

  it('goes on after a restart', async () => {
    await live(new DiskDiary(records, clock), 72);
    const diary = new DiskDiary(records, clock);
    await live(diary, 6);
    assert.deepEqual(diary.full, { of: 'space', days_left: 9 });
    const next = new DiskDiary(records, clock);
    await next.note(room(2e9));
    assert.deepEqual(next.full, diary.full);
  });

  it('leaves out times to come, and begins anew where it is damaged', async () => {
    await live(new DiskDiary(records, clock), 24);
    clock.wallJump(-400 * 86_400_000);
    const diary = new DiskDiary(records, clock);
    await diary.note(room(2e9));
    assert.equal(written().length, 1);
    writeFileSync(join(records, 'disk.json'), '[{"at":');
    await new DiskDiary(records, clock).note(room(2e9));
    assert.equal(written().length, 1);
  });

  it('survives a disk that takes nothing', async () => {
    const diary = new DiskDiary(join(records, 'gone'), clock);
    await live(diary, 100);
    assert.equal(diary.full?.of, 'space');
  });
});
