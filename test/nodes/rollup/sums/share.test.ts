import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecoveredBlock } from '../../../../nodes/journal/minute.ts';
import { dateAt } from '../../../../nodes/rollup/calendar.ts';
import { sumEnergies } from '../../../../nodes/rollup/sums/exact.ts';
import { shareBlock } from '../../../../nodes/rollup/sums/share.ts';
import { kwhUnits } from '../../../../nodes/rollup/tariff/money.ts';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;

const block = (from: string, to: string, import_kwh: number): RecoveredBlock => ({
  from,
  to,
  energy: { import_kwh },
  channels: { 'main/mains': { import_kwh, export_kwh: 0 } },
});

describe('sharing recovered energy', () => {
  it('C8: 6 kWh from 22:00 to 02:00 are 3 kWh for each day', () => {
    const shares = shareBlock(
      block('2026-07-02T03:00:00.000Z', '2026-07-02T07:00:00.000Z', 6),
      QUARTER_MS,
    );
    const of = (date: string) =>
      shares.filter(({ startMs }) => dateAt(startMs, 'America/Chicago') === date);
    assert.equal(shares.length, 16);
    for (const date of ['2026-07-01', '2026-07-02']) {
      assert.equal(sumEnergies(of(date).map(({ energy }) => energy)).import_kwh, 3);
      assert.equal(
        of(date).reduce((sum, { seconds }) => sum + seconds, 0),
        7200,
      );
    }
  });

  it('gives the periods at the ends what passed in them', () => {
    const shares = shareBlock(
      block('2026-07-02T03:10:00.000Z', '2026-07-02T03:30:00.000Z', 0.2),
      QUARTER_MS,
    );
    assert.deepEqual(
      shares.map(({ seconds, energy }) => [seconds, energy.import_kwh]),
      [
        [300, 0.05],
        [900, 0.15],
      ],
    );
    assert.equal(new Date(shares[0]?.startMs ?? 0).toISOString(), '2026-07-02T03:00:00.000Z');
  });

  it('keeps what passed in no time, and shares fewer seconds than it spans', () => {
    const at = '2026-07-02T03:10:00.000Z';
    const [only, ...more] = shareBlock(block(at, at, 0.5), QUARTER_MS);
    assert.deepEqual([only?.energy.import_kwh, only?.seconds, more.length], [0.5, 0, 0]);
    const part = shareBlock(block(at, '2026-07-02T03:20:00.000Z', 1), QUARTER_MS, { seconds: 500 });
    assert.deepEqual(
      part.map(({ seconds }) => seconds),
      [250, 250],
    );
  });

  it('gives of a part what the whole would give, without going through the rest', () => {
    const whole = block('2025-07-02T03:10:00.000Z', '2026-07-02T03:30:00.000Z', 1234.5678901);
    const fromMs = Date.parse('2026-03-01T00:00:00Z');
    const within = { fromMs, toMs: fromMs + 4 * QUARTER_MS };
    assert.deepEqual(
      shareBlock(whole, QUARTER_MS, { seconds: 1_000_000, within }),
      shareBlock(whole, QUARTER_MS, { seconds: 1_000_000 }).filter(
        ({ startMs }) => startMs >= within.fromMs && startMs < within.toMs,
      ),
    );
    const many = shareBlock(whole, 1, { within: { fromMs, toMs: fromMs + 3 } });
    assert.equal(many.length, 3);
  });

  it('adds up to the block to the last digit, whatever the step', () => {
    const ms = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 3) });
    const kwh = fc.integer({ min: -(10 ** 10), max: 10 ** 10 }).map((units) => units / 1e7);
    const step = fc.constantFrom(MINUTE_MS, QUARTER_MS, 60 * MINUTE_MS);
    fc.assert(
      fc.property(ms, ms, kwh, step, (a, b, home_kwh, stepMs) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)].map((t) => new Date(t).toISOString());
        const energy = { home_kwh, import_kwh: Math.abs(home_kwh) };
        const channels = { 'a/b': { import_kwh: 1 / 3, export_kwh: Math.abs(home_kwh) } };
        const shares = shareBlock({ from: from ?? '', to: to ?? '', energy, channels }, stepMs);
        const sum = (of: (share: (typeof shares)[number]) => number | undefined) =>
          shares.reduce((total, share) => total + kwhUnits(of(share) ?? 0), 0);
        assert.equal(
          sum((share) => share.energy.home_kwh),
          kwhUnits(home_kwh),
        );
        assert.equal(
          sum((share) => share.energy.import_kwh),
          kwhUnits(Math.abs(home_kwh)),
        );
        assert.equal(
          sum((share) => share.channels['a/b']?.import_kwh),
          kwhUnits(1 / 3),
        );
        assert.equal(
          sum((share) => share.channels['a/b']?.export_kwh),
          kwhUnits(Math.abs(home_kwh)),
        );
        const seconds = shares.reduce((total, share) => total + share.seconds, 0);
        assert.equal(seconds, Math.round(Math.abs(b - a) / 1000));
        for (const { startMs } of shares) assert.equal(startMs % stepMs, 0);
        for (const share of shares) assert.ok((share.energy.import_kwh ?? 0) >= 0);
      }),
    );
  });
});
