/**
 * A meter that misbehaves while the appliance runs: it is live again within 3 seconds of the end, and
 * no number that was ever published was not true. Over RTU over TCP, where a late reply looks just
 * like the next answer.
 */
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import type { Update } from '../../nodes/simulator/register-meter.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { oneMeterOn } from '../support/one-meter.ts';
import { type RunningMeter, startSimulatedMeter } from '../support/simulated-meter.ts';

const LIVE_AGAIN_WITHIN_MS = 3000;
/** Values older than this are published as null. */
const OLDEST_MS = 5000;

const FAULTS: { fault: string; seconds: number; [detail: string]: unknown }[] = [
  { fault: 'silence', seconds: 4 },
  { fault: 'late_reply', ms: 1700, seconds: 6 },
  { fault: 'late_reply', ms: 400, seconds: 6 },
  { fault: 'exception', code: 4, seconds: 3 },
  { fault: 'crc_error', seconds: 3 },
  { fault: 'wrong_unit', seconds: 3 },
  { fault: 'truncated_frame', seconds: 4 },
  { fault: 'noise_byte', seconds: 3 },
  { fault: 'nan', seconds: 3 },
  { fault: 'silence', seconds: 30 },
];

describe('a meter that misbehaves', function () {
  this.timeout(120_000);
  const updates: Update[] = [];
  const snapshots: Snapshot[] = [];
  let meter: RunningMeter;
  let appliance: Appliance;
  let socket: WebSocket;
  let onSnapshot: (snapshot: Snapshot) => void = () => {};

  before(async () => {
    meter = await startSimulatedMeter({
      transport: 'rtu-over-tcp',
      onUpdate: (update) => updates.push(update),
    });
    const { port } = meter;
    const bus = `{ id: line, type: rtu-over-tcp, host: 127.0.0.1, port: ${port}, baud: 115200 }`;
    appliance = await startAppliance({ etc: { 'meter.yaml': oneMeterOn(bus) } });
    await appliance.waitFor('/api/latest', (body) => (body as Snapshot).quality === 'good');
    socket = new WebSocket(`${appliance.url.replace('http', 'ws')}/ws`);
    socket.on('message', (frame: Buffer) => {
      const { type, data } = JSON.parse(frame.toString());
      if (type !== 'snapshot') return;
      snapshots.push(data);
      onSnapshot(data);
    });
  });

  after(async () => {
    socket?.close();
    await appliance?.stop();
    await meter?.stop();
  });

  for (const fault of FAULTS) {
    const { fault: name, seconds, ...details } = fault;
    it(`${name} ${Object.values(details).join(' ')} for ${seconds} s`, async () => {
      const first = snapshots.length;
      meter.fault(fault);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      meter.clear();
      const clearedMs = performance.now();
      await nextGood();
      const took = performance.now() - clearedMs;
      assert.ok(took <= LIVE_AGAIN_WITHIN_MS, `live again after ${Math.round(took)} ms`);
      for (const snapshot of snapshots.slice(first)) assertTrue(snapshot);
    });
  }

  it('and the energy totals never jumped', () => {
    for (const [index, { energy }] of snapshots.entries()) {
      const before = snapshots[index - 1]?.energy ?? energy;
      for (const name of ['import_kwh', 'export_kwh', 'solar_kwh'] as const) {
        const step = Number(energy[name]) - Number(before[name]);
        assert.ok(step >= 0 && step < 0.1, `${name} stepped by ${step} kWh`);
      }
    }
  });

  function nextGood(): Promise<void> {
    return new Promise((resolve) => {
      onSnapshot = ({ quality }) => quality === 'good' && resolve();
    });
  }

  /** Each number is one that was true a moment ago, or is not given at all. */
  function assertTrue({ ts, grid_w, solar_w, quality }: Snapshot): void {
    const atMs = Date.parse(ts);
    const recent = updates.filter(({ ms }) => ms <= atMs + 50 && ms >= atMs - OLDEST_MS - 1100);
    const isTrue = (published: number, of: (update: Update) => number) =>
      recent.some((update) => Math.abs(of(update) - published) < 1);
    if (grid_w !== null) {
      assert.ok(
        isTrue(grid_w, ({ truth }) => truth.gridW),
        `${ts}: grid ${grid_w} W (${quality})`,
      );
    }
    if (solar_w !== null) {
      const generated = ({ truth }: Update) => Math.max(0, truth.solarW);
      assert.ok(isTrue(solar_w, generated), `${ts}: solar ${solar_w} W (${quality})`);
    }
  }
});
