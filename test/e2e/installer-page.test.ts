/** From the homeowner's page to the installer's and back, on the real dashboard: a fault, and the reasons for it. */
import assert from 'node:assert/strict';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { type OpenPage, openPage } from '../support/browser.ts';
import { requireTool } from '../support/requires.ts';

describe('the installer’s page', function () {
  this.timeout(120_000);
  let appliance: Appliance;
  let opened: OpenPage | undefined;

  before(async function () {
    requireTool.call(this, 'chromium');
    appliance = await startAppliance();
    await appliance.waitFor('/api/latest', () => true);
  });
  after(async () => {
    await opened?.close();
    await appliance?.stop();
  });

  it('is one link from a fault, says why it is one, and leads back', async () => {
    opened = await openPage('about:blank', { width: 390, height: 844 });
    const { page } = opened;
    await page.goto(`${appliance.url}/dashboard/`);
    const health = page.getByRole('region', { name: 'Health' });
    await health.getByText('All is well').waitFor({ timeout: 60_000 });
    const pressed = await fetch(`${appliance.url}/editor/inject/practice-voltage`, {
      method: 'POST',
    });
    assert.equal(pressed.status, 200);
    await health.getByText('One line of the house is not being measured').waitFor();

    await page.getByRole('link', { name: 'For the installer' }).click();
    const doctor = page.getByRole('region', { name: 'The CT doctor' });
    await doctor.getByRole('heading', { name: 'A voltage input is not connected' }).waitFor();
    await doctor.getByText(/^Input L2 shows .* V of 120 V/).waitFor();
    const system = page.getByRole('region', { name: 'System' });
    await system.getByText('Running for').waitFor();
    await page.getByRole('status').filter({ hasText: 'Live since' }).waitFor();
    const width = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(Number(width) <= 390);

    await page.getByRole('link', { name: 'Back to the home' }).click();
    await health.waitFor();
    assert.equal(await page.getByRole('region', { name: 'The CT doctor' }).count(), 0);
    assert.deepEqual(opened.problems, []);
  });
});
