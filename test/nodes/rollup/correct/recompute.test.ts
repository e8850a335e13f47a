import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  addCorrection,
  readPrices,
  removeCorrection,
} from '../../../../nodes/rollup/correct/corrections.ts';
import {
  type Made,
  type Recomputed,
  recompute,
  type Undone,
} from '../../../../nodes/rollup/correct/recompute-job.ts';
import { readDays } from '../../../../nodes/rollup/files/read.ts';
import type { JobContext } from '../../../../nodes/rollup/jobs.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { type Verified, verify } from '../../../../nodes/rollup/verify/verify-job.ts';
import { SolthriveError } from '../../../../nodes/site/errors.ts';
import { hashOf } from '../../../../nodes/site/hash.ts';
import type { SiteConfig } from '../../../../nodes/site/schema.ts';
import { temporaryFolder } from '../../../support/appliance.ts';
import { bytesOf, contextAt, writeDays } from '../kept-home.ts';
import { configOf } from './twin-homes.ts';

const DAYS = ['2026-06-10', '2026-06-11', '2026-06-12', '2026-06-13'];
const NOW = '2026-06-14T09:07:00.000Z';
/** The sun gives 0.05 kWh a minute, of which 0.03 are sold; the mains CT is on backwards. */
const SHOWN = { mains: 0.03, pv: 0.05 };

const tariff = (rate: number) => ({
  id: 'utility',
  valid_from: '2026-01-01',
  currency: 'USD',
  periods: [{ id: 'all', rate }],
  export: { mode: 'rate', rate: 0.1 },
});
const site = { timezone: 'UTC' };
const WRONG = configOf(
  { mains: { role: 'grid' }, pv: { role: 'solar' } },
  { site, tariffs: [tariff(0.3)] },
);
const RIGHT = configOf(
  { mains: { role: 'grid', invert: true }, pv: { role: 'solar' } },
  { site, tariffs: [tariff(0.3)] },
);
const DEARER = configOf(
  { mains: { role: 'grid', invert: true }, pv: { role: 'solar' } },
  { site, tariffs: [tariff(0.4)] },
);
const DEAREST = configOf(
  { mains: { role: 'grid', invert: true }, pv: { role: 'solar' } },
  { site, tariffs: [tariff(0.5)] },
);

describe('recompute', () => {
  let folder: string;

  beforeEach(async () => {
    folder = temporaryFolder();
    writeDays(folder, { days: DAYS, config: WRONG, shown: SHOWN });
    await reconcile(contextAt(folder, WRONG, NOW));
  });

  const at = (config: SiteConfig) => contextAt(folder, config, NOW);
  async function run<T>(context: JobContext, params: unknown): Promise<T> {
    return (await recompute(context, params)) as T;
  }
  const ask = (more: object = {}) => ({
    from: '2026-06-12',
    channels: true,
    tariff: true,
    apply: false,
    ...more,
  });
  const day = async (date: string) =>
    (await readDays(folder, date, date)).days[0] ?? assert.fail(date);

  it('shows day by day what the past would be, and changes nothing', async () => {
    const before = bytesOf(folder);
    const seen = await run<Recomputed>(at(RIGHT), ask());
    assert.deepEqual(bytesOf(folder), before);
    assert.equal(seen.id, null);
    assert.deepEqual(
      seen.changes.map(({ date }) => date),
      ['2026-06-12', '2026-06-13'],
    );
    const [{ was, now } = assert.fail()] = seen.changes;
    assert.deepEqual(
      [was.home_kwh, was.import_kwh, was.export_kwh, was.cost],
      [115.2, 43.2, 0, 12.96],
    );
    // All that was used came from the sun, and 43.2 kWh were sold at 0.10.
    assert.deepEqual(
      [now.solar_kwh, now.home_kwh, now.import_kwh, now.export_kwh, now.cost, now.savings],
      [72, 28.8, 0, 43.2, -4.32, 12.96],
    );
    const [difference] = seen.differences;
    assert.equal(difference?.config, hashOf(WRONG));
    assert.deepEqual(difference?.applies, [
      { subject: 'main/mains', what: 'invert', was: 'false', now: 'true' },
    ]);
    assert.equal(seen.beyond, null);
  });

  it('applies it: the days are those of a home wired rightly', async () => {
    const { id, changes } = await run<Recomputed>(at(RIGHT), ask({ from: DAYS[0], apply: true }));
    assert.equal(id, '1');
    const other = temporaryFolder();
    writeDays(other, { days: DAYS, config: RIGHT, shown: SHOWN });
    await reconcile(contextAt(other, RIGHT, NOW));
    for (const date of DAYS) {
      const [right = assert.fail()] = (await readDays(other, date, date)).days;
      const found = await day(date);
      assert.deepEqual(found.energy, right.energy);
      assert.deepEqual(found.money, right.money);
      assert.equal(found.estimated, undefined);
      assert.equal(changes.find((change) => change.date === date)?.now.cost, right.money?.cost);
    }
    const checked = (await verify(at(RIGHT), null)) as Verified;
    assert.deepEqual(checked.findings, []);
  });

  it('leaves what was measured as it is', async () => {
    const before = bytesOf(folder);
    await run(at(RIGHT), ask({ apply: true }));
    const after = bytesOf(folder);
    for (const file of Object.keys(before).filter((name) => name.startsWith('minute/'))) {
      assert.equal(after[file], before[file]);
    }
    const lines = readFileSync(join(folder, 'quarter/2026-06.jsonl'), 'utf8').split('\n');
    assert.equal(lines.filter((line) => line.includes('"as"')).length, 2 * 96);
  });

  it('takes it back to the byte', async () => {
    const before = bytesOf(folder);
    const { id } = await run<Recomputed>(at(RIGHT), ask({ apply: true }));
    const { made } = await run<{ made: Made[] }>(at(RIGHT), { list: true });
    assert.deepEqual(made, [
      {
        id,
        made_at: NOW,
        from: '2026-06-12T00:00:00.000Z',
        to: '2026-06-14T09:15:00.000Z',
        config: hashOf(RIGHT),
        prices: false,
      },
    ]);
    const undone = await run<Undone>(at(RIGHT), { undo: id });
    assert.equal(undone.days, 2);
    const { [`configs/${hashOf(RIGHT)}.json`]: _, ...after } = bytesOf(folder);
    assert.deepEqual(after, before);
  });

  it('ends where it is told to', async () => {
    await run(at(RIGHT), ask({ from: '2026-06-11', to: '2026-06-12', apply: true }));
    const homes = await Promise.all(DAYS.map(async (date) => (await day(date)).energy.home_kwh));
    assert.deepEqual(homes, [115.2, 28.8, 28.8, 115.2]);
  });

  it('has nothing to do where nothing differs, and then writes nothing', async () => {
    const before = bytesOf(folder);
    const same = await run<Recomputed>(at(WRONG), ask({ apply: true }));
    assert.deepEqual([same.id, same.changes, same.differences], [null, [], []]);
    assert.deepEqual(bytesOf(folder), before);
  });

  it('has nothing to do a second time', async () => {
    await run(at(RIGHT), ask({ apply: true }));
    const before = bytesOf(folder);
    const again = await run<Recomputed>(at(RIGHT), ask({ apply: true }));
    assert.deepEqual([again.id, again.changes, again.differences], [null, [], []]);
    assert.deepEqual(bytesOf(folder), before);
  });

  it('can go back to what was measured under a correction, by the configuration of then', async () => {
    const before = await day('2026-06-12');
    await run(at(RIGHT), ask({ apply: true }));
    const { id, changes } = await run<Recomputed>(at(WRONG), ask({ apply: true }));
    assert.deepEqual([id, changes.length], ['2', 2]);
    assert.deepEqual((await day('2026-06-12')).energy, before.energy);
  });

  it('estimates where only 15-minute records are left, and says so', async () => {
    rmSync(join(folder, 'minute/2026-06-12.jsonl'));
    const { changes } = await run<Recomputed>(at(RIGHT), ask({ apply: true }));
    assert.deepEqual(
      changes.map(({ date, estimated, now }) => [date, estimated, now.home_kwh]),
      [
        ['2026-06-12', true, 28.8],
        ['2026-06-13', false, 28.8],
      ],
    );
    assert.equal((await day('2026-06-12')).estimated, true);
  });

  it('says which days are out of reach', async () => {
    for (const date of DAYS) rmSync(join(folder, `minute/${date}.jsonl`));
    rmSync(join(folder, 'quarter/2026-06.jsonl'));
    const before = bytesOf(folder);
    const { changes, beyond, id } = await run<Recomputed>(at(RIGHT), ask({ apply: true }));
    assert.deepEqual([changes, id], [[], null]);
    assert.deepEqual(beyond, { first: '2026-06-12', last: '2026-06-13', days: 2 });
    assert.deepEqual(bytesOf(folder), before);
  });

  it('has nothing to show where no day of that time has ended', async () => {
    const before = bytesOf(folder);
    const spans = [
      { from: '2026-06-14' },
      { from: '2026-09-01' },
      { from: '2020-01-01', to: '2020-01-31' },
    ];
    for (const span of spans) {
      const { changes, beyond, id } = await run<Recomputed>(
        at(RIGHT),
        ask({ ...span, apply: true }),
      );
      assert.deepEqual([changes, beyond, id], [[], null, null], span.from);
    }
    assert.deepEqual(bytesOf(folder), before);
  });

  it('corrects the quarter hours of today, of which there is no day yet', async () => {
    writeDays(folder, { days: ['2026-06-14'], config: WRONG, shown: SHOWN });
    await reconcile(at(WRONG));
    const before = bytesOf(folder);
    const { changes, beyond, id } = await run<Recomputed>(
      at(RIGHT),
      ask({ from: '2026-06-14', apply: true }),
    );
    assert.deepEqual([changes, beyond, id], [[], null, '1']);
    assert.notDeepEqual(bytesOf(folder), before);
    assert.deepEqual(((await verify(at(RIGHT), null)) as Verified).findings, []);
  });

  it('says of which records nobody knows how they were made', async () => {
    rmSync(join(folder, `configs/${hashOf(WRONG)}.json`));
    const { changes, differences } = await run<Recomputed>(at(RIGHT), ask());
    assert.deepEqual(changes, []);
    assert.deepEqual(
      differences.map(({ config, known }) => [config, known]),
      [[hashOf(WRONG), false]],
    );
  });

  it('heals at the next start what a power cut left half done', async () => {
    const whole = temporaryFolder();
    writeDays(whole, { days: DAYS, config: WRONG, shown: SHOWN });
    await reconcile(contextAt(whole, WRONG, NOW));
    await recompute(contextAt(whole, RIGHT, NOW), ask({ apply: true }));
    // The entry was written, and then there was darkness.
    await run(at(RIGHT), ask({ apply: true }));
    const { fromMs: _, toMs: __, ...entry } = removeCorrection(folder, '1');
    await reconcile(at(RIGHT));
    addCorrection(folder, entry);
    await reconcile(at(RIGHT));
    assert.deepEqual(bytesOf(folder), bytesOf(whole));
  });

  describe('of prices', () => {
    beforeEach(async () => {
      await run(at(RIGHT), ask({ from: DAYS[0], tariff: false, apply: true }));
      await reconcile(at(DEARER));
    });

    it('a change of the tariff changes no past day by itself', async () => {
      assert.equal((await day('2026-06-13')).money?.cost_without_solar, 8.64);
    });

    it('applies the tariff of now from a day on, and takes it back to the byte', async () => {
      const before = bytesOf(folder);
      const made = await run<Recomputed>(at(DEARER), ask({ channels: false, apply: true }));
      assert.deepEqual(
        made.changes.map(({ date, was, now }) => [date, was.savings, now.savings]),
        [
          ['2026-06-12', 12.96, 15.84],
          ['2026-06-13', 12.96, 15.84],
        ],
      );
      assert.equal((await day('2026-06-11')).money?.savings, 12.96);
      assert.equal((await day('2026-06-12')).money?.savings, 15.84);
      await run(at(DEARER), { undo: made.id });
      assert.deepEqual(bytesOf(folder), before);
    });

    it('takes back in any order, and prices that came into force since stay', async () => {
      const savings = () =>
        Promise.all(DAYS.map(async (date) => (await day(date)).money?.savings ?? null));
      const only = { channels: false, apply: true };
      const first = await run<Recomputed>(at(DEARER), ask(only));
      const asked = ask({ ...only, from: DAYS[0], to: '2026-06-12' });
      const second = await run<Recomputed>(at(DEAREST), asked);
      assert.deepEqual(await savings(), [18.72, 18.72, 18.72, 15.84]);
      await run(at(DEAREST), { undo: first.id });
      assert.deepEqual(await savings(), [18.72, 18.72, 18.72, 12.96]);
      await run(at(DEAREST), { undo: second.id });
      assert.deepEqual(await savings(), [12.96, 12.96, 12.96, 12.96]);
      const rates = readPrices(folder).map(({ from, tariff }) => [
        from,
        tariff?.periods?.[0]?.rate,
      ]);
      assert.deepEqual(rates, [
        ['2026-01-01', 0.3],
        ['2026-06-14', 0.5],
      ]);
    });

    it('heals at the next start what a power cut left half done', async () => {
      const before = bytesOf(folder);
      await run(at(DEARER), ask({ apply: true }));
      const whole = bytesOf(folder);
      const { fromMs: _, toMs: __, ...entry } = removeCorrection(folder, '2');
      await reconcile(at(DEARER));
      assert.deepEqual(bytesOf(folder), before);
      // The entry was written, and then there was darkness.
      addCorrection(folder, entry);
      await reconcile(at(DEARER));
      assert.deepEqual(bytesOf(folder), whole);
      assert.deepEqual(((await verify(at(DEARER), null)) as Verified).findings, []);
    });
  });

  it('refuses what it does not understand', async () => {
    for (const asked of [null, {}, ask({ from: 'yesterday' }), ask({ extra: 1 }), { undo: 1 }]) {
      await assert.rejects(run(at(RIGHT), asked), code('body_invalid'));
    }
    const backwards = ask({ from: '2026-06-12', to: '2026-06-11' });
    await assert.rejects(run(at(RIGHT), backwards), code('body_invalid'));
    await assert.rejects(run(at(RIGHT), { undo: '9' }), code('corrections_none'));
  });
});

function code(wanted: string) {
  return (thrown: unknown) => thrown instanceof SolthriveError && thrown.code === wanted;
}
