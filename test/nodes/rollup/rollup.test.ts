import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { RollupStorage } from '../../../nodes/rollup/live.ts';
import { type OfficeOptions, officeOf, openOffice } from '../../../nodes/rollup/office.ts';
import rollupNode from '../../../nodes/rollup/rollup.ts';
import type { DaySummary } from '../../../nodes/rollup/sums/summary.ts';
import { systemClock } from '../../../nodes/site/clock.ts';
import { badgeOf, sampleSite, siteNode } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { goodMinute, MINUTE_MS, minutesFrom } from './minutes-of.ts';
import { daysIn, emptyRecords, quartersIn, writeMinutes } from './records-home.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const FLOW = [
  { id: 'tab', type: 'tab' },
  { id: 'site', type: 'solthrive-site' },
  {
    id: 'rollup',
    type: 'solthrive-rollup',
    site: 'site',
    z: 'tab',
    wires: [['summary'], ['storage']],
  },
  { id: 'summary', type: 'helper', z: 'tab' },
  { id: 'storage', type: 'helper', z: 'tab' },
];

/** The whole minute before this one. */
const lastMinute = () => Math.floor(Date.now() / MINUTE_MS - 1) * MINUTE_MS;
const siteIn = (records: string) =>
  sampleSite({}, { paths: { ...sampleSite().paths, records, data: records, run: records } });

describe('the rollup node', () => {
  let records: string;
  const load = async (flow = FLOW) => {
    await helper.load(
      [siteNode(siteIn(records)), (RED: NodeAPI) => rollupNode(RED)],
      flow as never,
    );
  };
  const receive = (msg: object) => helper.getNode('rollup').receive(msg as never);
  const next = async <T>(id: string): Promise<{ topic: string; payload: T }> =>
    (await once(helper.getNode(id), 'input'))[0];
  const nextToday = async (until: (day: DaySummary) => boolean): Promise<DaySummary> => {
    for (;;) {
      const { topic, payload } = await next<DaySummary>('summary');
      if (topic === 'summary/day' && until(payload)) return payload;
    }
  };

  beforeEach(() => {
    records = emptyRecords();
  });
  afterEach(() => helper.unload());

  it('brings the records in order at the start, and tells how the day goes with each minute', async () => {
    const ms = lastMinute();
    writeMinutes(records, minutesFrom(ms - 48 * 60 * MINUTE_MS, 24 * 60));
    await load();
    const storage = await next<RollupStorage>('storage');
    assert.deepEqual([storage.payload.source, storage.payload.ok], ['rollup', true]);
    assert.equal(badgeOf(helper.getNode('rollup')), 'solthrive-rollup.status.live');
    assert.ok(quartersIn(records).length >= 96 && daysIn(records).length >= 2);
    const minute = goodMinute(ms, { covered_s: 7 });
    writeMinutes(records, [minute]);
    const before = nextToday(({ solar_kwh }) => solar_kwh === 0.05);
    receive({ topic: 'minute', payload: minute });
    assert.equal((await before).partial, true);
    const late = goodMinute(ms - MINUTE_MS);
    writeMinutes(records, [late]);
    const both = nextToday(({ solar_kwh }) => solar_kwh === 0.1);
    receive({ topic: 'minute/past', payload: [late] });
    assert.equal((await both).home_kwh, 0.033);
  });

  it('refuses what is no minute, and goes on', async () => {
    await load();
    await next('storage');
    const refusal = once(helper.getNode('rollup'), 'call:error');
    receive({ topic: 'minute', payload: { ts: 'now' } });
    const [{ args }] = (await refusal) as [{ args: [Error] }];
    assert.match(args[0].message, /not a minute record/);
    receive({ topic: 'snapshot', payload: null });
    const minute = goodMinute(lastMinute());
    writeMinutes(records, [minute]);
    const day = nextToday(({ solar_kwh }) => solar_kwh === 0.05);
    receive({ topic: 'minute', payload: minute });
    await day;
  });

  it('closes with its work done, and a deploy goes on from there', async () => {
    writeMinutes(records, minutesFrom(lastMinute() - 48 * 60 * MINUTE_MS, 24 * 60));
    await load();
    const first = officeOf(records);
    const startedMs = performance.now();
    await helper.unload();
    assert.ok(performance.now() - startedMs < 5_000);
    assert.equal(officeOf(records), undefined);
    await load();
    assert.equal((await next<RollupStorage>('storage')).payload.ok, true);
    assert.notEqual(officeOf(records), first);
    await helper.setFlows(FLOW as never);
    assert.equal((await next<RollupStorage>('storage')).payload.ok, true);
  });

  it('says when its site is missing', async () => {
    await load(FLOW.filter(({ id }) => id !== 'site'));
    assert.equal(badgeOf(helper.getNode('rollup')), 'solthrive-rollup.status.faulty');
  });
});

describe('the office of the rollup', () => {
  const states: RollupStorage[] = [];
  const errors: Error[] = [];
  const quiet = (more: Partial<OfficeOptions> = {}): OfficeOptions => ({
    clock: systemClock,
    onNews: () => undefined,
    onStorage: (state) => states.push(state),
    onFailed: (error) => errors.push(error),
    ...more,
  });
  beforeEach(() => {
    states.length = 0;
    errors.length = 0;
  });

  it('runs jobs in the worker, one writer at a time, and tells how far they are', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(lastMinute() - 72 * 60 * MINUTE_MS, 48 * 60));
    const office = openOffice(siteIn(records), quiet());
    const steps: number[] = [];
    const rebuilt = await office.run('rebuild', {}, (done) => steps.push(done));
    assert.deepEqual(rebuilt, { quarters: 0, days: [], months: [] });
    assert.ok(steps.length >= 2);
    assert.equal(officeOf(records), office);
    await assert.rejects(office.run('recompute', { nonsense: 1 }), { code: 'body_invalid' });
    await assert.rejects(office.run('nothing', {}), /no job nothing/);
    await office.close();
    await assert.rejects(office.run('rebuild', {}), { code: 'rollup_failed' });
    assert.deepEqual(errors, []);
  });

  it('starts a worker again that fell, with longer and longer pauses, and says so', async () => {
    const records = emptyRecords();
    const worker = join(records, 'falls.mjs');
    writeFileSync(
      worker,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ do: what }) => {
         if (what === 'close') parentPort.close();
         else throw new Error('fell');
       });`,
    );
    const clock = new VirtualClock();
    let failed: (error: Error) => void = () => undefined;
    const onFailed = (error: Error) => failed(error);
    const office = openOffice(
      siteIn(records),
      quiet({ clock, onFailed, worker: pathToFileURL(worker) }),
    );
    for (const pauseMs of [1_000, 4_000, 16_000]) {
      const fell = new Promise<Error>((resolve) => {
        failed = resolve;
      });
      const running = office.run('rebuild', {});
      await assert.rejects(running, { code: 'rollup_failed' });
      assert.match((await fell).message, /fell/);
      assert.deepEqual([states.at(-1)?.ok, states.at(-1)?.error?.code], [false, 'rollup_failed']);
      office.take([]);
      await clock.advance(pauseMs - 1);
      await assert.rejects(office.run('rebuild', {}), /not running/);
      await clock.advance(1);
    }
    await office.close();
    assert.equal(clock.waiting, 0);
  });

  it('lets go of a worker that hangs, after five seconds', async () => {
    const records = emptyRecords();
    const worker = join(records, 'hangs.mjs');
    writeFileSync(
      worker,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', () => undefined);`,
    );
    const clock = new VirtualClock();
    const office = openOffice(siteIn(records), quiet({ clock, worker: pathToFileURL(worker) }));
    const closing = office.close();
    await clock.advance(5_000);
    await closing;
    assert.deepEqual(errors, []);
  });
});
