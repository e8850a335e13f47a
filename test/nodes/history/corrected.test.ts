import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReaderSite } from '../../../nodes/history/question.ts';
import { acquireReader, type Reader } from '../../../nodes/history/reader.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { addCorrection, removeCorrection } from '../../../nodes/rollup/correct/corrections.ts';
import { systemClock } from '../../../nodes/site/clock.ts';
import { hashOf, recordedConfig } from '../../../nodes/site/hash.ts';
import { keepConfig } from '../../../nodes/site/last-good.ts';
import { sampleSite } from '../../support/samples.ts';
import { chicago, configOf, meter } from '../rollup/correct/twin-homes.ts';
import { rollUp, siteWith } from './samples.ts';

const RIGHT = configOf({ mains: { role: 'grid' }, pv: { role: 'solar' } });
const WRONG = configOf({ mains: { role: 'grid', invert: true }, pv: { role: 'solar' } });
const FROM = '2026-06-12T12:00:00.000Z';
const MENDED = { from: '2026-06-12T12:15:00.000Z', to: '2026-06-12T12:45:00.000Z' };
/** Of the second quarter hour some minutes have not come yet. */
const MINUTES = 70;
const NOW = Date.parse('2026-06-12T13:10:10Z');
const ENERGIES = ['solar_kwh', 'home_kwh', 'import_kwh', 'export_kwh'] as const;

type Told = { ts: string; grid_w: number } & Record<(typeof ENERGIES)[number], number>;

const truth = chicago();
const span = { from: FROM, minutes: MINUTES };
const [rightly = [], wrongly = []] = meter({ truth, right: RIGHT, under: [RIGHT, WRONG], ...span });

function siteOf(minutes: readonly MinuteRecord[], config: typeof RIGHT): ReaderSite {
  const hash = hashOf(config);
  const site = siteWith(minutes.map((minute) => ({ ...minute, config: hash })));
  for (const one of [RIGHT, WRONG]) keepConfig(site.data, hashOf(one), recordedConfig(one));
  return site;
}

function readerOf({ records, config }: ReaderSite): Reader {
  const paths = { ...sampleSite().paths, records, data: records };
  return acquireReader(sampleSite({}, { config, paths }), { clock: systemClock });
}

async function told(reader: Reader, resolution: '1m' | '15m'): Promise<Told[]> {
  const stretch = { fromMs: Date.parse(FROM), toMs: NOW, nowMs: NOW };
  const fields = ['grid_w', ...ENERGIES];
  const { text } = await reader.ask({
    kind: 'history',
    ...stretch,
    resolution,
    fields,
    format: 'json',
  });
  const parts: Uint8Array[] = [];
  for await (const part of text) parts.push(Buffer.from(part));
  return JSON.parse(Buffer.concat(parts).toString()).records;
}

const isMended = ({ ts }: Told) =>
  Date.parse(ts) >= Date.parse(MENDED.from) && Date.parse(ts) < Date.parse(MENDED.to);

/** Rounded one after the other, two numbers may differ in their last digit, and so may their sums. */
function assertNear(found: readonly Told[], wanted: readonly Told[], digits: number): void {
  assert.deepEqual(
    found.map(({ ts }) => ts),
    wanted.map(({ ts }) => ts),
  );
  for (const [index, record] of found.entries()) {
    for (const key of ENERGIES) {
      const off = Math.abs(record[key] - (wanted[index]?.[key] ?? Number.NaN));
      assert.ok(off <= digits * 1.01e-7, `${key} at ${record.ts} is off by ${off}`);
    }
    assert.ok(Math.abs(record.grid_w - (wanted[index]?.grid_w ?? Number.NaN)) <= 1, record.ts);
  }
}

describe('a past that was corrected, through the reader', () => {
  const wrong = siteOf(wrongly, WRONG);
  const right = siteOf(rightly, RIGHT);
  const readers = [wrong, right].map(readerOf) as [Reader, Reader];
  after(async () => {
    for (const reader of readers) await reader.release();
    for (const { records } of [wrong, right]) rmSync(records, { recursive: true });
  });
  const seenNow = (resolution: '1m' | '15m') => told(readers[0], resolution);

  const assertCorrected = async (resolution: '1m' | '15m', measured: readonly Told[]) => {
    const seen = await seenNow(resolution);
    const ideal = await told(readers[1], resolution);
    const count = { '1m': [70, 30], '15m': [5, 2] }[resolution];
    assert.deepEqual([seen.length, seen.filter(isMended).length], count);
    const digits = resolution === '1m' ? 2 : 30;
    assertNear(seen.filter(isMended), ideal.filter(isMended), digits);
    const isMeasured = (record: Told) => !isMended(record);
    assert.deepEqual(seen.filter(isMeasured), measured.filter(isMeasured));
  };

  it('is seen so at 1m and at 15m, from the minutes alone and once they are rolled up', async () => {
    const measured = { '1m': await seenNow('1m'), '15m': await seenNow('15m') };
    assert.ok(measured['1m'].filter(isMended).every(({ grid_w }) => grid_w !== 0));
    const { id } = addCorrection(wrong.records, {
      made_at: '2026-06-12T13:10:00.000Z',
      ...MENDED,
      config: hashOf(RIGHT),
    });
    for (const resolution of ['1m', '15m'] as const) {
      await assertCorrected(resolution, measured[resolution]);
    }
    await rollUp(wrong, NOW);
    for (const resolution of ['1m', '15m'] as const) {
      await assertCorrected(resolution, measured[resolution]);
    }
    const sums = (records: readonly Told[], key: (typeof ENERGIES)[number]) =>
      records.reduce((sum, record) => sum + Math.round(record[key] * 1e7), 0);
    const [minutes, quarters] = [await seenNow('1m'), await seenNow('15m')];
    for (const key of ENERGIES) assert.equal(sums(minutes, key), sums(quarters, key), key);

    // The lines made from corrected minutes outlive the minutes.
    rmSync(join(wrong.records, 'minute'), { recursive: true });
    const kept = (await seenNow('15m')).filter(isMended);
    assert.deepEqual(kept, quarters.filter(isMended));

    removeCorrection(wrong.records, id);
    assert.deepEqual((await seenNow('15m')).filter(isMended), measured['15m'].filter(isMended));
  });
});
