import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Checkpoint, readResume } from '../../../nodes/balance/checkpoint.ts';
import type { LedgerState } from '../../../nodes/balance/measured.ts';
import { temporaryFolder } from '../../support/appliance.ts';

const state = (n: number): LedgerState => ({
  n,
  marked_s: n,
  at: 1000 * n,
  totals: { import_kwh: n / 1000 },
  home: { raw: 1 },
  channels: { 'main/mains': { counter: { import: 5 }, age_s: 3, ahead: { import: 0.001 } } },
});

function folders() {
  const folder = temporaryFolder();
  const records = join(folder, 'data');
  mkdirSync(join(records, 'minute'), { recursive: true });
  return { run: join(folder, 'run'), records };
}

const line = (n: number) => `${JSON.stringify({ v: 1, ledger: state(n) })}\n`;

describe('where energy continues', () => {
  it('keeps the newest state in one file that does not grow', async () => {
    const paths = folders();
    const checkpoint = new Checkpoint(paths);
    for (let n = 1; n <= 50; n++) checkpoint.keep(state(n));
    assert.deepEqual((await readResume(paths))?.ledger, state(50));
    assert.deepEqual(readdirSync(paths.run), ['checkpoint']);
    const { size } = statSync(join(paths.run, 'checkpoint'));
    for (let n = 51; n <= 100; n++) checkpoint.keep(state(n));
    checkpoint.close();
    assert.deepEqual((await readResume(paths))?.ledger, state(100));
    assert.ok(statSync(join(paths.run, 'checkpoint')).size - size < 10);
  });

  it('goes back one state, never further, wherever the last write was cut short', async () => {
    const paths = folders();
    const file = join(paths.run, 'checkpoint');
    const checkpoint = new Checkpoint(paths);
    const write = (n: number) => {
      checkpoint.keep(state(n));
      return readFileSync(file);
    };
    write(96);
    write(97);
    const before = write(998);
    const after = write(1099);
    checkpoint.close();
    const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
    for (let cut = changed[0]!; cut <= changed.at(-1)!; cut++) {
      const torn = Buffer.concat([after.subarray(0, cut), before.subarray(cut)]);
      writeFileSync(file, torn);
      assert.equal((await readResume(paths))?.ledger.n, 998, `cut at byte ${cut}`);
    }
  });

  it('takes a shorter state although the rest of a longer one is still there', async () => {
    const paths = folders();
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep({ ...state(1), channels: { ...state(1).channels, 'main/pv': {} } });
    checkpoint.keep(state(3));
    checkpoint.close();
    assert.deepEqual((await readResume(paths))?.ledger, state(3));
  });

  it('goes on from the counters that a minute tells beside its ledger', async () => {
    const paths = folders();
    const { counter: _, ...rest } = state(7).channels['main/mains'] ?? {};
    const channels = { 'main/mains': { mean_w: 0, counter_import_kwh: 5 } };
    const record = { v: 1, channels, ledger: { ...state(7), channels: { 'main/mains': rest } } };
    const file = join(paths.records, 'minute', '2026-06-21.jsonl');
    writeFileSync(file, `${JSON.stringify(record)}\n`);
    assert.deepEqual((await readResume(paths))?.ledger, state(7));
  });

  it('is there again when the run folder is', async () => {
    const paths = folders();
    writeFileSync(paths.run, 'a file');
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(state(1));
    rmSync(paths.run);
    checkpoint.keep(state(2));
    checkpoint.close();
    assert.equal((await readResume(paths))?.ledger.n, 2);
  });

  it('does without a run folder that cannot be written', async () => {
    const paths = folders();
    writeFileSync(paths.run, 'a file');
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(state(1));
    checkpoint.close();
    assert.equal(await readResume(paths), null);
  });

  it('takes the last minute record where a power cut took the run folder', async () => {
    const paths = folders();
    const file = (name: string) => join(paths.records, 'minute', name);
    writeFileSync(file('2026-06-19.jsonl.gz'), gzipSync(line(100)));
    assert.equal((await readResume(paths))?.ledger.n, 100);
    writeFileSync(file('2026-06-20.jsonl'), line(159) + line(160) + line(220).slice(0, 40));
    assert.equal((await readResume(paths))?.ledger.n, 160);
    writeFileSync(file('2026-06-21.jsonl'), '{"v":1,"run":"past"}\n');
    assert.equal((await readResume(paths))?.ledger.n, 160);
  });

  it('takes the newer of the two, and never the energy of another home', async () => {
    const paths = folders();
    writeFileSync(join(paths.records, 'minute', '2026-06-20.jsonl'), line(60));
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(state(75));
    checkpoint.close();
    assert.equal((await readResume(paths))?.ledger.n, 75);
    assert.equal(await readResume({ ...paths, records: join(paths.records, 'simulated') }), null);
    writeFileSync(join(paths.records, 'minute', '2026-06-20.jsonl'), line(120));
    assert.equal((await readResume(paths))?.ledger.n, 120);
  });

  it('knows what a killed run had counted and not recorded', async () => {
    const paths = folders();
    writeFileSync(join(paths.records, 'minute', '2026-06-20.jsonl'), line(60));
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep({ ...state(90), home: { raw: 1.5 } });
    checkpoint.close();
    const { unrecorded } = (await readResume(paths))!;
    assert.equal(unrecorded?.seconds, 30);
    assert.ok(Math.abs((unrecorded?.recovered.energy.import_kwh ?? 0) - 0.03) < 1e-9);
    assert.equal(unrecorded?.recovered.energy.home_kwh, 0.5);
    writeFileSync(join(paths.records, 'minute', '2026-06-20.jsonl'), line(90));
    assert.equal((await readResume(paths))?.unrecorded, null);
  });

  it('knows it by channel, and who fed whom where no battery leaves that open', async () => {
    const paths = folders();
    const at = (n: number, kwh: number, pending = {}): LedgerState => ({
      ...state(n),
      totals: { import_kwh: 100 + kwh, solar_kwh: 50 + 3 * kwh, export_kwh: 20 + 2 * kwh },
      home: { raw: 10 + 2 * kwh, ...pending },
      channels: { 'main/mains': { sum: { import: kwh, export: 2 * kwh } } },
    });
    writeFileSync(
      join(paths.records, 'minute', '2026-06-20.jsonl'),
      `${JSON.stringify({ v: 1, ledger: at(60, 0) })}\n`,
    );
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(at(90, 1));
    const { recovered } = (await readResume(paths))!.unrecorded!;
    assert.deepEqual(recovered, {
      fromMs: 60_000,
      toMs: 90_000,
      energy: {
        import_kwh: 1,
        solar_kwh: 3,
        export_kwh: 2,
        home_kwh: 2,
        solar_home_kwh: 1,
        solar_grid_kwh: 2,
        grid_home_kwh: 1,
      },
      channels: { 'main/mains': { import_kwh: 1, export_kwh: 2 } },
    });
    // What the home has not claimed yet comes with its own block.
    checkpoint.keep(at(91, 1, { pending: { solar_kwh: 3, export_kwh: 2 } }));
    const waiting = (await readResume(paths))!.unrecorded!.recovered.energy;
    assert.deepEqual([waiting.solar_kwh, waiting.solar_home_kwh], [3, 0]);
    checkpoint.close();
  });

  it('knows by the start of the machine when that was', async () => {
    const paths = folders();
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(state(1));
    assert.equal((await readResume(paths))?.boot, null);
    checkpoint.keep(state(2), { id: 'boot-1', ms: 5 });
    checkpoint.close();
    assert.deepEqual((await readResume(paths))?.boot, { id: 'boot-1', ms: 5 });
  });

  it('takes minutes that wait for their date for recorded', async () => {
    const paths = folders();
    mkdirSync(join(paths.records, 'undated'));
    const held = JSON.stringify({ mono_ms: 1, record: { v: 1, ledger: state(80) } });
    const offset = JSON.stringify({ offset_ms: 5, recorded_ms: null });
    writeFileSync(join(paths.records, 'undated', 'boot.jsonl'), `${held}\n${offset}\n`);
    writeFileSync(join(paths.records, 'minute', '2026-06-20.jsonl'), line(60));
    const checkpoint = new Checkpoint(paths);
    checkpoint.keep(state(90));
    checkpoint.close();
    assert.equal((await readResume(paths))?.unrecorded?.seconds, 10);
  });
});
