/**
 * What befalls an appliance: each thing is told as a fault by /api/health, and told to be over when it
 * is. One home on a serial line, its records on a small disk, its clock in our hands.
 */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthReport, SystemReport } from '../../nodes/health/report.ts';
import { type Appliance, startAppliance, temporaryFolder } from '../support/appliance.ts';
import { oneMeterOn } from '../support/one-meter.ts';
import { LoopDisk, requireDisk } from '../support/power-cut.ts';
import { openPtyPair, type PtyPair } from '../support/pty-pair.ts';
import { requireTool } from '../support/requires.ts';
import { type RunningMeter, startSimulatedMeter } from '../support/simulated-meter.ts';

const BAUD = 19_200;
const DAY_S = 86_400;
const MINUTE_MS = 60_000;

/** Somebody's own flow, which holds the program's one thread for six seconds. */
const HOLD = 'const end = Date.now() + 6000; while (Date.now() < end); return msg;';
const OWN = [
  { id: 'own', type: 'tab', label: 'Own', disabled: false, info: '', env: [] },
  { id: 'own-in', type: 'http in', z: 'own', url: '/hold', method: 'get', wires: [['own-hold']] },
  { id: 'own-hold', type: 'function', z: 'own', func: HOLD, outputs: 1, wires: [['own-out']] },
  { id: 'own-out', type: 'http response', z: 'own', wires: [] },
];

describe('told, and told to be over', function () {
  this.timeout(420_000);
  const folder = temporaryFolder();
  const clockFile = join(folder, 'clock');
  let disk: LoopDisk | undefined;
  let cable: PtyPair | undefined;
  let meter: RunningMeter | undefined;
  let appliance: Appliance;

  /** Moves the wall clock so far from the real time. */
  const setClock = (seconds: number) =>
    writeFileSync(clockFile, `${seconds < 0 ? '' : '+'}${seconds}`);
  const plugIn = async () => {
    meter = await startSimulatedMeter({ transport: 'serial', path: cable?.b ?? '', baud: BAUD });
  };
  const start = async () => {
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    assert.ok(library && disk && cable);
    const bus = `{ id: line, type: serial, port: ${cable.a}, baud: ${BAUD} }`;
    appliance = await startAppliance({
      folder,
      etc: { 'meter.yaml': oneMeterOn(bus) },
      env: {
        SOLTHRIVE_DATA: disk.folder,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clockFile,
        FAKETIME_NO_CACHE: '1',
        // Durations stay true, and so do the ages of files.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        NO_FAKE_STAT: '1',
      },
    });
    await appliance.waitFor(
      '/api/latest',
      (body) => (body as { quality: string }).quality === 'good',
    );
  };
  const health = async () =>
    (await (await fetch(`${appliance.url}/api/health`)).json()) as HealthReport;
  const faults = async () => (await health()).faults.map(({ id, cause }) => `${id} ${cause ?? ''}`);
  const told = (id: string, withinMs: number, cause?: string) =>
    appliance.waitFor(
      '/api/health',
      (body) =>
        (body as HealthReport).faults.some(
          (fault) => fault.id === id && (cause === undefined || fault.cause === cause),
        ),
      withinMs,
    );
  const over = (id: string, withinMs: number) =>
    appliance.waitFor(
      '/api/health',
      (body) => !(body as HealthReport).faults.some((fault) => fault.id === id),
      withinMs,
    );

  before(async function () {
    for (const tool of ['socat', 'faketime'] as const) requireTool.call(this, tool);
    requireDisk.call(this);
    // Small blocks: not many lines fit into the last of a file when there is no other.
    disk = new LoopDisk({ megabytes: 320, make: ['-b', '1024'] });
    cable = await openPtyPair();
    setClock(0);
    writeSite(disk.folder);
    await plugIn();
    await start();
  });

  after(async () => {
    await appliance?.stop();
    await meter?.stop();
    await cable?.stop();
    disk?.remove();
  });

  it('begins without a fault', async () => {
    assert.deepEqual(await faults(), []);
  });

  it('an event loop that stands still', async () => {
    // Flows that start have much to do: a stall of their first seconds is none.
    await appliance.waitFor('/api/system', (body) => (body as SystemReport).uptime_s >= 15);
    await fetch(`${appliance.url}/hold`);
    await told('api_stall', 5_000, 'blocked');
    const [fault] = (await health()).faults;
    assert.ok((fault?.evidence.stalled_s ?? 0) >= 4, JSON.stringify(fault));
    await over('api_stall', 75_000);
    assert.deepEqual(await faults(), []);
  });

  it('a serial port that is pulled out', async () => {
    await meter?.stop();
    await cable?.unplug();
    await told('meter_not_responding', 8_000);
    await cable?.replug();
    await plugIn();
    await over('meter_not_responding', 30_000);
  });

  it('a clock that is moved', async () => {
    setClock(2 * DAY_S);
    await told('clock_untrusted', 5_000, 'jumped');
    setClock(0);
    await over('clock_untrusted', 5_000);
  });

  it('a disk that fills', async () => {
    const [half, rest] = ['half', 'rest'].map((name) => join(disk?.folder ?? '', name));
    assert.ok(disk && half && rest);
    writeFileSync(half, Buffer.alloc(130e6));
    await told('low_storage', 40_000);
    disk.fill(rest);
    await told('storage_failed', 4 * MINUTE_MS);
    for (const file of [half, rest]) rmSync(file);
    await over('low_storage', 40_000);
    await over('storage_failed', 2 * MINUTE_MS);
  });

  it('a program that is killed', async () => {
    await appliance.kill9();
    await start();
    await told('service_crash', 5_000, 'crash');
    const system = (await (await fetch(`${appliance.url}/api/system`)).json()) as SystemReport;
    assert.deepEqual([system.runs?.last_end?.how, system.runs?.crashes_24h], ['crash', 1]);
    await appliance.stop();
    // A day later.
    setClock(DAY_S + 3_600);
    await start();
    await over('service_crash', 5_000);
    assert.deepEqual(await faults(), []);
  });
});

function writeSite(data: string): void {
  mkdirSync(join(data, 'node-red'));
  writeFileSync(join(data, 'node-red', 'flows.json'), JSON.stringify(OWN));
}
