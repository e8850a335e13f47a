import assert from 'node:assert/strict';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { makeRelease } from '../support/release.ts';
import { requireTool } from '../support/requires.ts';

const TAB = { id: 'hello', type: 'tab', label: 'Hello', disabled: false, info: '', env: [] };

/** Asks for our sidebar; true once its list is to be seen. */
const SHOW_SIDEBAR = `(() => {
  const state = document.querySelector('.solthrive-flows-state');
  if (state?.textContent === 'edited here' && state.checkVisibility()) return true;
  RED.sidebar.show('solthrive-flows');
  return false;
})()`;

describe("the editor's sidebar of shipped flows", function () {
  this.timeout(60_000);
  let appliance: Appliance;

  before(async function () {
    requireTool.call(this, 'chromium');
    appliance = await startAppliance({ release: makeRelease({ 'hello.json': [TAB] }) });
    await appliance.prints(/Ready after/);
    const answer = await fetch(`${appliance.url}/editor/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify([{ ...TAB, label: 'Mine now' }]),
    });
    assert.equal(answer.status, 204);
  });

  after(() => appliance?.stop());

  it('shows what was edited and brings the shipped one back', async () => {
    const { page, close, problems } = await openPage(`${appliance.url}/editor/`, { width: 1400 });
    try {
      const row = page.locator('.solthrive-flows li');
      await row.waitFor({ state: 'attached' });
      // While it loads the editor brings its own sidebars to the front.
      await page.waitForLoadState('networkidle');
      await page.waitForFunction(SHOW_SIDEBAR, undefined, { polling: 500 });
      assert.match(String(await row.textContent()), /Mine now/);
      await row
        .getByRole('button', { name: 'Restore', includeHidden: true })
        .dispatchEvent('click');
      await page.locator('.red-ui-notification').getByRole('button', { name: 'Restore' }).click();
      await page.locator('.solthrive-flows li[data-state=shipped]').waitFor({ state: 'attached' });
      assert.deepEqual(problems, []);
    } finally {
      await close();
    }
    const flows = (await (await fetch(`${appliance.url}/editor/flows`)).json()) as {
      label: string;
    }[];
    assert.deepEqual(
      flows.map(({ label }) => label),
      ['Hello'],
    );
  });
});
