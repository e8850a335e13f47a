import assert from 'node:assert/strict';
import { PollRecord } from '../../../nodes/meter/poll-record.ts';
import type { Reading } from '../../../nodes/meter/reading.ts';
import type { MeterSession } from '../../../nodes/meter/session.ts';
import { failedReading, sampleReading } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeLine } from './fake-line.ts';

const SESSION = {
  meter: { id: 'main', unit: 1 },
  identity: 'match',
  missing: [],
  plan: { fast: [], slow: [] },
} as unknown as MeterSession;

describe('the record of polls', () => {
  it('says times to a tenth of a ms, and how the line is', () => {
    const clock = new VirtualClock();
    const line = new FakeLine(clock);
    const device = { unit: 1, requests: 2, errors: {}, failures: 0 };
    line.reconnects = 2;
    line.devices = [{ ...device, latencyMs: 10.292367000000468, wireMs: 4_231.870093 }];
    const record = new PollRecord({ session: SESSION, line, clock, intervalMs: 1000 });
    record.note({ ...sampleReading(0), latency_ms: 42.18000000000029 });
    record.note({ ...sampleReading(1000.0710000000001), latency_ms: 40.40900000000056 });
    const status = record.report();
    assert.deepEqual(
      [status?.latency_ms, status?.cycle_ms, status?.stats?.latencyMs, status?.stats?.wireMs],
      [40.4, 1000.1, 10.3, 4232],
    );
    assert.deepEqual(status?.line, { state: 'open', reconnects: 2 });
  });

  it("tells the meter's serial number once it is known", () => {
    const clock = new VirtualClock();
    const session = { ...SESSION, serial: undefined as string | undefined };
    const line = new FakeLine(clock);
    const record = new PollRecord({
      session: session as unknown as MeterSession,
      line,
      clock,
      intervalMs: 1000,
    });
    assert.equal('serial' in (record.report() ?? {}), false);
    session.serial = '65537';
    record.note(sampleReading(0));
    assert.equal(record.report()?.serial, '65537');
  });

  it('gives a meter five seconds to begin, and five to go on', async () => {
    const clock = new VirtualClock();
    const line = new FakeLine(clock);
    const record = new PollRecord({ session: SESSION, line, clock, intervalMs: 1000 });
    const states: string[] = [];
    const second = async (reading: Reading) => {
      await clock.advance(1000);
      record.note(reading);
      states.push(record.report()?.state ?? '-');
    };
    for (let n = 0; n < 7; n++) await second(failedReading(clock.mono()));
    await second(sampleReading(clock.mono()));
    for (let n = 0; n < 7; n++) await second(failedReading(clock.mono()));
    const times = (count: number) => Array.from({ length: count }, () => '-');
    assert.deepEqual(states.slice(0, 7), ['connecting', ...times(4), 'failing', '-']);
    assert.deepEqual(states.slice(7), ['live', ...times(4), 'failing', ...times(2)]);
  });
});
