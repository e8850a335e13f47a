import assert from 'node:assert/strict';
import { FaultBook } from '../../../nodes/health/faults.ts';
import { Host, machine } from '../../../nodes/health/host.ts';
import { SiteWatch } from '../../../nodes/health/site-watch.ts';
import type { Site } from '../../../nodes/site/config.ts';
import {
  failedReading,
  sampleMeter,
  sampleReading,
  sampleSite,
  sampleSnapshot,
  sampleStatus,
} from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the watch over a site', () => {
  let clock: VirtualClock;
  let book: FaultBook;
  let watch: SiteWatch;
  const begin = (site: Site, nodes = 0) => {
    clock = new VirtualClock('2030-06-21T12:00:00.000Z');
    book = new FaultBook({ clock, say: (key) => key, announce: () => {} });
    const host = new Host(machine, clock, site.paths.records);
    watch = new SiteWatch({ clock, site, book, host, setAside: { nodes, files: nodes } });
  };
  const second = async (...failing: string[]) => {
    await clock.advance(1_000);
    for (const meter of ['main', 'barn']) {
      const nowMs = clock.mono();
      watch.reading(
        failing.includes(meter)
          ? failedReading(nowMs, meter)
          : sampleReading(nowMs, 120 + nowMs / 1e5, meter),
      );
    }
    watch.tick();
  };
  const two = sampleSite({ meters: [sampleMeter('main'), sampleMeter('barn', 'load', 2)] });

  it('reports exactly the keys of the contract', () => {
    begin(sampleSite({}, { simulated: { port: 1502 } }));
    const report = watch.report();
    assert.deepEqual(Object.keys(report).sort(), [
      'errors',
      'faults',
      'measured_mono_ms',
      'modbus_status',
      'simulated',
      'status',
      'storage',
      'system',
      'version',
    ]);
    assert.equal(report.measured_mono_ms, null);
    begin(sampleSite());
    assert.ok(!('simulated' in watch.report()));
  });

  it('says how Modbus is: down, ok, degraded, down again, or none', async () => {
    begin(two);
    assert.equal(watch.report().modbus_status, 'down');
    await second();
    assert.equal(watch.report().modbus_status, 'ok');
    for (let count = 0; count < 4; count++) await second('barn');
    assert.equal(watch.report().modbus_status, 'degraded');
    for (let count = 0; count < 4; count++) await second('main', 'barn');
    assert.equal(watch.report().modbus_status, 'down');
    begin(sampleSite({ meters: [] }));
    assert.equal(watch.report().modbus_status, 'none');
  });

  it('takes the worst fault for its status', async () => {
    begin(two);
    await second();
    assert.equal(watch.report().status, 'ok');
    begin(two, 2);
    await second();
    assert.equal(watch.report().status, 'degraded');
    assert.deepEqual(watch.report().errors, ['flow_quarantined']);
    watch.storage(false, 'journal');
    assert.equal(watch.report().status, 'fault');
  });

  it('raises what is wrong with the configuration', () => {
    const place = { file: 'meter.yaml', line: 3, column: 5, path: 'meters[0].unit' };
    begin(sampleSite({}, { problems: [{ ...place, found: '300', expected: '0 to 255' }] }));
    assert.deepEqual(book.active()[0]?.evidence, { problems: 1 });
  });

  it('says that no meter is configured, unless a mistake is why', () => {
    begin(sampleSite({ meters: [] }));
    const causes = () => book.active().map(({ id, cause }) => `${id} ${cause}`);
    assert.deepEqual(causes(), ['config_invalid no_meter']);
    assert.equal(watch.report().status, 'degraded');
    const problem = { file: 'meter.yaml', line: 1, column: 1, path: '', found: '', expected: '' };
    begin(sampleSite({ meters: [] }, { problems: [problem as never] }));
    assert.deepEqual(causes(), ['config_invalid undefined']);
  });

  it('tells a meter that is configured wrongly from one that does not answer', async () => {
    begin(two);
    const error = { code: 'profile_unknown', message: 'No such profile.', hint: 'Choose: a.' };
    const { line: _none, stats: _no, ...rest } = sampleStatus();
    watch.meterStatus({ ...rest, state: 'misconfigured', error });
    for (let count = 0; count < 15; count++) {
      await clock.advance(1_000);
      watch.tick();
    }
    const found = watch.report().faults.filter(({ source }) => source === 'main');
    assert.deepEqual(
      found.map(({ id, cause, message, advice }) => [id, cause, message, advice]),
      [
        ['config_invalid', 'profile_unknown', 'No such profile.', 'Choose: a.'],
        ['data_stale', undefined, 'data_stale.message', 'data_stale.advice'],
      ],
    );
    assert.equal(watch.report().modbus_status, 'down');
    assert.deepEqual(watch.report().system.buses, {});
    assert.equal(watch.report().system.meters.main?.error?.code, 'profile_unknown');
    watch.meterStatus(sampleStatus());
    assert.ok(!book.has('config_invalid', 'main'));
    watch.tick();
    assert.ok(book.has('meter_not_responding', 'main'));
  });

  it('counts no losses of the time before the first reply', async () => {
    begin(two);
    const stats = (requests: number, failed: number) => ({
      ...sampleStatus(),
      stats: {
        unit: 1,
        requests,
        errors: { bus_unreachable: failed },
        latencyMs: 1,
        wireMs: 1,
        failures: 0,
      },
    });
    watch.meterStatus(stats(1, 0));
    await clock.advance(1_000);
    watch.tick();
    watch.meterStatus(stats(5, 4));
    for (let count = 1; count <= 150; count++) {
      await second();
      watch.meterStatus(stats(5 + count, 4));
      watch.tick();
    }
    assert.deepEqual(watch.report().errors, []);
    assert.equal(watch.report().system.request_errors.main?.failures, 0);
  });

  it('names an id once, however many sources have it', async () => {
    begin(two);
    await second();
    for (let count = 0; count < 4; count++) await second('main', 'barn');
    assert.deepEqual(watch.report().errors, ['meter_not_responding']);
    assert.equal(watch.report().faults.length, 2);
  });

  it('takes the newest values of required sources only', async () => {
    begin(two);
    await second('main');
    assert.equal(watch.report().measured_mono_ms, null);
    await second();
    assert.equal(watch.report().measured_mono_ms, clock.mono());
  });

  it('judges nobody after it was away itself', async () => {
    begin(two);
    await second();
    await clock.advance(20_000);
    watch.tick();
    await second();
    assert.deepEqual(watch.report().errors, ['api_stall']);
    assert.equal(watch.report().system.event_loop_delay_ms?.max, 19_000);
  });

  it('judges with each message, unless it was away', async () => {
    begin(two);
    await second();
    await clock.advance(1_000);
    watch.tick();
    await clock.advance(2_000);
    watch.snapshot(sampleSnapshot());
    assert.deepEqual(watch.report().errors, []);
    for (let count = 0; count < 5; count++) {
      watch.tick();
      await clock.advance(1_000);
    }
    watch.snapshot(sampleSnapshot());
    assert.deepEqual(watch.report().errors, ['meter_not_responding']);
    for (const milliseconds of [10, 10]) {
      await clock.advance(milliseconds);
      watch.reading(sampleReading(clock.mono()));
    }
    assert.deepEqual(
      watch.report().faults.map(({ source }) => source),
      ['barn'],
    );
  });

  it('keeps its second, however late it was called', async () => {
    begin(two);
    await clock.advance(1_030);
    assert.equal(watch.tick(), 970);
    await clock.advance(970);
    assert.equal(watch.tick(), 1_000);
  });

  it('reports drift and what meters say of their requests', async () => {
    begin(two);
    await second();
    await second();
    await clock.advance(40);
    await second();
    watch.meterStatus(sampleStatus());
    watch.meterStatus(sampleStatus('stranger'));
    const { poll_drift_ms, meters, buses, clock: time } = watch.report().system;
    assert.deepEqual(poll_drift_ms.main, { p50: 0, p99: 40, max: 40 });
    assert.deepEqual(meters, { main: sampleStatus() });
    assert.deepEqual(buses, { lan: { state: 'open', reconnects: 0 } });
    assert.equal(time.trusted, true);
    clock.wallJump(-Date.parse('2030-06-01'));
    assert.equal(watch.report().system.clock.trusted, false);
  });
});
