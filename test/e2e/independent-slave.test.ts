/**
 * A WattNode by another hand (pymodbus), over TCP and over a serial line: the page in a real browser,
 * the WebSocket and the API must all show what its registers hold.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { oneMeterOn } from '../support/one-meter.ts';
import { openPtyPair, type PtyPair } from '../support/pty-pair.ts';
import { type PymodbusSlave, type Registers, startPymodbus } from '../support/pymodbus.ts';
import { float32 } from '../support/registers.ts';
import { requireTool } from '../support/requires.ts';

/** Leg 1 draws 900 W, leg 2 gives back 3300 W, solar makes 4400 W: the home uses 2000 W. */
const HOME: Record<number, number> = {
  1006: 20_000.5,
  1008: 2000,
  1010: 900,
  1012: -3300,
  1014: 4400,
  1016: 120,
  1018: 121.5,
  1020: 119.25,
  1022: 121.5,
  1032: 59.98,
  1106: 500.25,
  1108: 600.5,
  1110: 7000.75,
  1112: 90,
  1114: 90,
  1116: 40.5,
  1118: 50.25,
  1120: 1.5,
  1138: 0.9,
  1140: 0.97,
  1142: -0.98,
  1144: 1,
  1146: 10,
  1148: 120,
  1150: -30,
  1152: 8,
  1162: 7.6,
  1164: 28.2,
  1166: 36.2,
};

function wattnode(): Registers {
  const zeros = Object.fromEntries(
    [...range(1000, 1034), ...range(1100, 1182)].map((address) => [address, 0]),
  );
  const floats = Object.entries(HOME).map(([address, value]) =>
    float32(Number(address), value, 'low word first'),
  );
  return { 1: { 3: Object.assign({ ...zeros, 0: 0, 1: 0, 1706: 201 }, ...floats) } };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

const LINES = {
  'Modbus TCP': {
    kind: 'tcp',
    bus: (where: string) => `{ id: line, type: tcp, host: 127.0.0.1, port: ${where} }`,
  },
  'RTU over TCP': {
    kind: 'rtu-over-tcp',
    bus: (where: string) =>
      `{ id: line, type: rtu-over-tcp, host: 127.0.0.1, port: ${where}, baud: 19200 }`,
  },
  'RTU on a serial line': {
    kind: 'rtu',
    bus: (where: string) => `{ id: line, type: serial, port: ${where}, baud: 19200 }`,
  },
} as const;

for (const [name, line] of Object.entries(LINES)) {
  describe(`a meter by another hand: ${name}`, function () {
    this.timeout(90_000);
    let pty: PtyPair | undefined;
    let slave: PymodbusSlave | undefined;
    let appliance: Appliance | undefined;

    before(async function () {
      requireTool.call(this, 'pymodbus');
      if (line.kind === 'rtu') {
        requireTool.call(this, 'socat');
        pty = await openPtyPair();
      }
      slave = await startPymodbus({
        kind: line.kind,
        where: pty?.b ?? 0,
        registers: wattnode(),
        baud: 19_200,
      });
      appliance = await startAppliance({
        etc: { 'meter.yaml': oneMeterOn(line.bus(pty?.a ?? String(slave.port))) },
      });
      await appliance.waitFor('/api/latest', (body) => (body as Snapshot).quality === 'good');
    });

    after(async () => {
      await appliance?.stop();
      await slave?.stop();
      await pty?.stop();
    });

    it("gives the registers' numbers on /api/latest", async () => {
      const latest = (await (await fetch(`${appliance!.url}/api/latest`)).json()) as Snapshot;
      assert.equal(latest.grid_w, -2400);
      assert.equal(latest.export_w, 2400);
      assert.equal(latest.import_w, 0);
      assert.equal(latest.solar_w, 4400);
      assert.equal(latest.home_w, 2000);
      assert.equal(latest.simulated, undefined);
      const legs = latest.channels['main/mains']!.phases!;
      assert.equal(legs.l1!.power_w, 900);
      assert.equal(legs.l2!.voltage_v, 119.25);
      assert.equal(legs.l2!.power_factor, -0.98);
      assert.deepEqual(latest.flows, {
        solar_home_w: 2000,
        solar_grid_w: 2400,
        grid_home_w: 0,
      });
    });

    it('and the same on /ws', async () => {
      const socket = new WebSocket(`${appliance!.url.replace('http', 'ws')}/ws`);
      const [first] = (await once(socket, 'message')) as [Buffer];
      socket.close();
      const hello = JSON.parse(first.toString());
      assert.equal(hello.type, 'hello');
      assert.equal(hello.data.snapshot.grid_w, -2400);
      assert.equal(hello.data.snapshot.home_w, 2000);
    });

    it('and the same on the page', async function () {
      requireTool.call(this, 'chromium');
      const { page, close, outside } = await openPage(`${appliance!.url}/dashboard`);
      try {
        await page.getByText('4.40').first().waitFor({ timeout: 20_000 });
        const text = await page
          .locator('solthrive-gauges')
          .evaluate((gauges) => gauges.shadowRoot?.textContent ?? '');
        assert.match(text, /4\.40\s*kW/);
        assert.match(text, /2\.00\s*kW/);
        assert.match(text, /2\.40\s*kW/);
        assert.match(text, /sent to the grid/i);
        assert.deepEqual(outside, []);
      } finally {
        await close();
      }
    });
  });
}
