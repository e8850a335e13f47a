import assert from 'node:assert/strict';
import { device } from '../../../nodes/api/device.ts';
import { answer } from '../../../nodes/api/routes.ts';
import { ApiState } from '../../../nodes/api/state.ts';
import type { HealthReport } from '../../../nodes/health/report.ts';
import { sampleMeter, sampleSite, sampleSnapshot, sampleStatus } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { noReader, requestFor } from './samples.ts';

const report = {
  status: 'ok',
  modbus_status: 'ok',
  storage: '12GB_free',
  measured_mono_ms: 0,
  errors: [],
  faults: [],
  version: '2.0.0',
  system: { uptime_s: 7 },
} as unknown as HealthReport;

describe('the API', () => {
  let clock: VirtualClock;
  let state: ApiState;
  const begin = (simulated = false) => {
    clock = new VirtualClock();
    const site = sampleSite({}, { simulated: simulated ? { port: 1 } : null });
    state = new ApiState({ clock, site, reader: noReader });
  };
  const ask = async (path: string, method = 'GET', from: ApiState | null = state) => {
    const { status, headers, body } = await answer(requestFor(path, { method }), from);
    return { status, headers, body: JSON.parse(String(body)) };
  };

  beforeEach(() => begin());

  describe('/api/latest', () => {
    it('has no data before the first snapshot, nor without a node', async () => {
      for (const from of [state, null]) {
        const { status, body } = await ask('/latest', 'GET', from);
        assert.equal(status, 503);
        assert.deepEqual(Object.keys(body.error), ['code', 'message', 'hint']);
        assert.equal(body.error.code, 'no_data');
      }
    });

    it('is the last snapshot', async () => {
      state.noteSnapshot(sampleSnapshot(1));
      state.noteSnapshot(sampleSnapshot(2));
      assert.deepEqual((await ask('/latest')).body, sampleSnapshot(2));
    });

    it('has no data any more once the last snapshot is old', async () => {
      state.noteSnapshot(sampleSnapshot(1));
      await clock.advance(5_000);
      assert.equal((await ask('/latest')).status, 200);
      await clock.advance(1);
      const { status, body } = await ask('/latest');
      assert.deepEqual([status, body.error.code], [503, 'no_data']);
      state.noteSnapshot(sampleSnapshot(2));
      assert.equal((await ask('/latest')).body.seq, 2);
    });

    it('is made JSON once for all who ask', async () => {
      let made = 0;
      const snapshot = {
        ...sampleSnapshot(),
        toJSON: () => {
          made++;
          return {};
        },
      };
      state.noteSnapshot(snapshot);
      for (let count = 0; count < 1_000; count++) await answer(requestFor('/latest'), state);
      assert.equal(made, 1);
    });
  });

  describe('/api/health', () => {
    const keys = [
      'api_status',
      'errors',
      'faults',
      'last_snapshot_age_sec',
      'modbus_status',
      'status',
      'storage',
      'version',
    ];

    it('has exactly the keys of the contract', async () => {
      assert.deepEqual(Object.keys((await ask('/health')).body).sort(), keys);
      begin(true);
      assert.deepEqual(
        Object.keys((await ask('/health')).body).sort(),
        [...keys, 'simulated'].sort(),
      );
    });

    it('is 200 also where there is nothing to tell', async () => {
      const { status, body } = await ask('/health', 'GET', null);
      assert.equal(status, 200);
      assert.deepEqual([body.status, body.api_status], ['degraded', 'stalled']);
      assert.equal(body.last_snapshot_age_sec, null);
    });

    it('counts the age from when the values were measured', async () => {
      state.noteSnapshot(sampleSnapshot(1, 250));
      await clock.advance(700);
      assert.equal((await ask('/health')).body.last_snapshot_age_sec, 0.95);
      state.noteSnapshot(sampleSnapshot(2, 9_000));
      assert.equal((await ask('/health')).body.last_snapshot_age_sec, 9);
      state.noteSnapshot(sampleSnapshot(3, null));
      assert.equal((await ask('/health')).body.last_snapshot_age_sec, null);
    });

    it('says when snapshots stop coming, and is not well then', async () => {
      state.noteHealth(report);
      state.noteSnapshot(sampleSnapshot());
      await clock.advance(5_000);
      assert.deepEqual(
        [(await ask('/health')).body.status, (await ask('/health')).body.api_status],
        ['ok', 'ok'],
      );
      await clock.advance(1);
      const { status, api_status } = (await ask('/health')).body;
      assert.deepEqual([status, api_status], ['degraded', 'stalled']);
    });
  });

  it('answers /api/system from the last report', async () => {
    assert.equal((await ask('/system')).status, 503);
    state.noteHealth(report);
    assert.deepEqual((await ask('/system')).body, { uptime_s: 7 });
  });

  it('knows no other path', async () => {
    for (const path of ['', '/', '/latest/', '/LATEST', '/nothing', '/__proto__', '/constructor']) {
      const { status, body } = await ask(path);
      assert.equal(status, 404, path);
      assert.equal(body.error.code, 'not_found');
    }
  });

  it('knows no other method, and names those it knows', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, headers, body } = await ask('/latest', method);
      assert.equal(status, 405);
      assert.equal(headers.Allow, 'GET, HEAD');
      assert.equal(body.error.code, 'method_not_allowed');
    }
  });

  it('is not to be stored, guessed at, or read by pages of others', async () => {
    for (const path of ['/latest', '/health', '/nothing']) {
      assert.deepEqual(Object.keys((await ask(path)).headers).sort(), [
        'Cache-Control',
        'Content-Type',
        'X-Content-Type-Options',
      ]);
      assert.equal((await ask(path)).headers['Cache-Control'], 'no-store');
    }
  });

  it("tells the meters' serial numbers at /api/device, null until they are known", async () => {
    const meters = [sampleMeter('main'), sampleMeter('garage', 'load', 2)];
    const site = sampleSite({ buses: [{ id: 'lan', type: 'tcp', host: '127.0.0.1' }], meters });
    state = new ApiState({ clock, site, reader: noReader });
    const known = { main: { ...sampleStatus('main'), serial: '65537' } };
    const system = { ...report.system, meters: known };
    state.noteHealth({ ...report, system } as HealthReport);
    const { body } = await device(requestFor('/device'), state);
    const told = JSON.parse(String(body)).meters.map(({ id, serial }: Record<string, unknown>) => [
      id,
      serial,
    ]);
    assert.deepEqual(told, [
      ['main', '65537'],
      ['garage', null],
    ]);
  });
});
