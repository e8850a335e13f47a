/** The tinkerer's first steps, as docs/tinkerer.md tells them. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { requireTool } from '../support/requires.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');

describe("a source of one's own", function () {
  this.timeout(90_000);
  let appliance: Appliance;

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'solthrive-wallbox-'));
    const own = join(folder, 'data', 'nodes', 'wallbox');
    mkdirSync(dirname(own), { recursive: true });
    cpSync(join(EXAMPLES, 'wallbox'), own, { recursive: true });
    appliance = await startAppliance({
      folder,
      etc: {
        'meter.yaml':
          'meters:\n  - { id: wallbox, source: external, channels: [{ id: car, role: ev }] }\n',
      },
    });
    await appliance.waitFor('/api/health', () => true);
    await deploy(readFileSync(join(EXAMPLES, 'wallbox', 'wallbox.json'), 'utf8'));
  });

  after(() => appliance.stop());

  it('shows up in the snapshot, beside the simulated home', async () => {
    await appliance.waitFor('/api/latest', (body) => Number((body as Snapshot).ev_w) > 6000);
    const latest = (await (await fetch(`${appliance.url}/api/latest`)).json()) as Snapshot;
    assert.equal(latest.channels['wallbox/car']?.role, 'ev');
    assert.equal(latest.sources.wallbox?.ok, true);
    assert.ok(latest.channels['main/mains'], 'the simulated home is still there');
  });

  it('and on the dashboard', async function () {
    requireTool.call(this, 'chromium');
    const { page, close } = await openPage(`${appliance.url}/dashboard`);
    try {
      await page
        .locator('solthrive-gauges')
        .getByText(/car|ev/i)
        .first()
        .waitFor();
    } finally {
      await close();
    }
  });

  /** Adds the example's tab, as Import and Deploy do in the editor. */
  async function deploy(example: string): Promise<void> {
    const flows = `${appliance.url}/editor/flows`;
    const headers = { 'Node-RED-API-Version': 'v2', 'Content-Type': 'application/json' };
    const current = (await (await fetch(flows, { headers })).json()) as { flows: object[] };
    const answer = await fetch(flows, {
      method: 'POST',
      headers,
      body: JSON.stringify({ flows: [...current.flows, ...JSON.parse(example)] }),
    });
    assert.ok(answer.ok, await answer.text());
  }
});
