/** A fresh desk: one start, a simulated home, live on the page; Ctrl-C; and again. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import WebSocket from 'ws';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import type { Fault } from '../../nodes/health/faults.ts';
import type { MinuteRecord } from '../../nodes/journal/minute.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { requireTool } from '../support/requires.ts';

const faultsIn = (body: unknown) => (body as { faults: Fault[] }).faults;
const isWell = (body: unknown) => faultsIn(body).length === 0;
const has = (id: string, cause: string) => (body: unknown) =>
  faultsIn(body).some((fault) => fault.id === id && fault.cause === cause);
const isLive = (body: unknown) => (body as Snapshot).quality === 'good';

describe('a living home', function () {
  this.timeout(90_000);
  let appliance: Appliance;

  before(async () => {
    appliance = await startAppliance({});
    await appliance.waitFor('/api/latest', isLive);
  });

  after(() => appliance.stop());

  it('says everywhere that it is simulated', async () => {
    const latest = await answer<Snapshot>('/api/latest');
    assert.equal(latest.simulated, true);
    const health = await answer<{ simulated: boolean; status: string }>('/api/health');
    assert.equal(health.simulated, true);
    assert.match(appliance.output(), /simulated/i);
  });

  it('sends one snapshot a second, in order, on the second', async () => {
    const snapshots = await listen(4);
    for (const [index, { seq, ts }] of snapshots.entries()) {
      assert.equal(seq, snapshots[0]!.seq + index);
      const intoSecondMs = Date.parse(ts) % 1000;
      assert.ok(Math.min(intoSecondMs, 1000 - intoSecondMs) < 50, `${ts} is on the second`);
    }
  });

  it('closes: what comes in equals what is used', async () => {
    for (const { solar_w, home_w, grid_w, solar_standby_w, quality } of await listen(3)) {
      assert.equal(quality, 'good');
      assert.ok(Math.abs(Number(solar_w) + Number(grid_w) - Number(home_w)) < 0.02);
      assert.ok(Number(home_w) > 0);
      assert.ok(Number(solar_standby_w) >= 0);
    }
  });

  it('starts with a believable past, each minute marked as simulated', async () => {
    await appliance.waitFor('/api/health', () => minutes().length >= 24 * 60);
    const past = minutes();
    assert.ok(past.every(({ simulated }) => simulated));
    assert.ok(
      past.some(({ power }) => Number(power.solar?.[0]) > 500),
      'the sun shone',
    );
    assert.ok(past.every(({ power }) => Number(power.home?.[1]) >= 0));
    const starts = past.map(({ ts }) => ts);
    assert.equal(new Set(starts).size, starts.length, 'no minute twice');
  });

  for (const view of [
    { width: 360, dark: false },
    { width: 1400, dark: true },
  ]) {
    it(`is on the page at ${view.width} px, ${view.dark ? 'dark' : 'light'}`, async function () {
      requireTool.call(this, 'chromium');
      const opened = await openPage(`${appliance.url}/`, view);
      try {
        await shows(opened.page, 'solthrive-connection', /live/i);
        await shows(opened.page, 'solthrive-connection', /simulated/i);
        await shows(opened.page, 'solthrive-gauges', /\d\s*k?W/);
        const wide = Number(await opened.page.evaluate('document.documentElement.scrollWidth'));
        assert.ok(wide <= view.width, `no sideways scrolling: ${wide} px`);
        assert.deepEqual(opened.outside, [], 'nothing is loaded from outside');
      } finally {
        await opened.close();
      }
    });
  }

  it('the page says that the appliance is gone, and finds it again by itself', async function () {
    requireTool.call(this, 'chromium');
    const opened = await openPage(`${appliance.url}/dashboard`);
    try {
      await shows(opened.page, 'solthrive-connection', /live/i);
      assert.equal(await appliance.stop(), 0, 'a clean stop');
      await shows(opened.page, 'solthrive-connection', /lost/i);
      const last = minutes().at(-1);
      assert.ok(Number(last?.covered_s) > 0, 'the open minute was written');

      appliance = await startAppliance({ folder: appliance.folder, port: appliance.port });
      await appliance.waitFor('/api/latest', isLive);
      await shows(opened.page, 'solthrive-connection', /live/i);
    } finally {
      await opened.close();
    }
  });

  it('each practice button shows a fault, and the last one ends it', async () => {
    await press('practice-silent');
    await appliance.waitFor('/api/health', has('meter_not_responding', 'bus_timeout'));
    await press('practice-clear');
    await appliance.waitFor('/api/health', isWell);
    await press('practice-frozen');
    await appliance.waitFor('/api/health', has('data_stale', 'frozen'), 45_000);
    await press('practice-clear');
    await appliance.waitFor('/api/health', isWell);
  });

  async function press(button: string): Promise<void> {
    const pressed = await fetch(`${appliance.url}/editor/inject/${button}`, { method: 'POST' });
    assert.ok(pressed.ok, `${button}: ${pressed.status}`);
  }

  async function answer<T>(path: string): Promise<T> {
    return (await (await fetch(appliance.url + path)).json()) as T;
  }

  function listen(count: number): Promise<Snapshot[]> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${appliance.url.replace('http', 'ws')}/ws`);
      const seen: Snapshot[] = [];
      socket.on('error', reject);
      socket.on('message', (frame: Buffer) => {
        const { type, data } = JSON.parse(frame.toString());
        if (type === 'snapshot') seen.push(data);
        if (seen.length < count) return;
        socket.close();
        resolve(seen);
      });
    });
  }

  function minutes(): MinuteRecord[] {
    const folder = join(appliance.folder, 'data', 'simulated', 'minute');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
      .map((line) => JSON.parse(line) as MinuteRecord);
  }
});

/** Waits until an element's own text matches. */
async function shows(page: Page, element: string, text: RegExp): Promise<void> {
  await page.locator(element).getByText(text).first().waitFor({ timeout: 20_000 });
}
