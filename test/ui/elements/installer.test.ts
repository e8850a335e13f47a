import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { LANGUAGES } from '../../../ui/strings/strings.ts';
import { type OpenPage, openPage, type View } from '../../support/browser.ts';
import { requireTool } from '../../support/requires.ts';
import { noon } from '../reader.ts';
import { type ServedPage, servePage, set } from './page.ts';

const now = () => new Date().toISOString();
const swapped = {
  id: 'ct_phase_mismatch',
  source: 'main/mains',
  cause: 'swap_120',
  verdict: 'suspected',
  phases: ['l1', 'l2'],
  evidence: {},
  arguments: [
    {
      key: 'angle_turned',
      supports: true,
      params: { phase: 1, power_factor: -0.52, percent: 97, phi_deg: 120, levels: 3 },
    },
    {
      key: 'angle_right',
      supports: false,
      params: { phase: 2, power_factor: 0.98, percent: 99 },
    },
  ],
};
const well = { ...swapped, id: 'ct_unplugged', cause: undefined, verdict: 'quiet', arguments: [] };
const report = () => ({ ts: now(), daylight: 'night', hypotheses: [well, swapped] });
const kinds = { crc: 3, timeouts: 9, bad_replies: 1, exceptions: 1, silent: 1, unreachable: 1 };
const SYSTEM = {
  version: '2.0.0',
  uptime_s: 93_784,
  host: {
    uptime_s: 900_000,
    cpu: { percent: 12, load: [], cores: 4 },
    memory: { host_free_mb: 512, host_total_mb: 1_900 },
    disk: { free_mb: 12_400, total_mb: 29_000 },
    temperature_c: 81,
    undervoltage: { now: false, since_boot: true },
  },
  runs: {
    last_end: { how: 'power_loss', at: now() },
    reboots: 12,
    crashes_24h: 1,
    crashes_7d: 3,
  },
  disk_full: { of: 'space', days_left: 20 },
  event_loop_delay_ms: { p50: 0.4, p99: 12, max: 412 },
  poll_drift_ms: { main: { p50: 3.2, p99: 40, max: 120 } },
  request_errors: { main: { bus: 'rs485', requests: 1_200, failures: 16, percent: 1.3, kinds } },
  clock: { now: now(), trusted: false },
};
const fault = (id: string, change = {}) => ({
  id,
  source: 'main/mains',
  severity: 'warning',
  state: 'confirmed',
  since: now(),
  evidence: {},
  message: id,
  advice: 'advice',
  ...change,
});

describe('the installer’s page in a browser', function () {
  this.timeout(60_000);
  let served: ServedPage;
  let opened: OpenPage;

  before(async function () {
    requireTool.call(this, 'chromium');
    served = await servePage(['connection', 'faults', 'doctor', 'system']);
  });
  after(() => served?.close());
  afterEach(() => opened?.close());

  const open = async (view: View = {}): Promise<Page> => {
    opened = await openPage(served.url, view);
    await opened.page.waitForFunction('customElements.get("solthrive-system")');
    return opened.page;
  };

  it('says of each hypothesis what it is, how sure, and why, by name and role', async () => {
    const page = await open({ width: 360 });
    await page.getByRole('heading', { name: 'The doctor has not reported yet' }).waitFor();
    await set(page, 'doctor', 'report', report());
    const card = page.getByRole('region', { name: 'The CT doctor' });
    const headline = card.getByRole('heading', { level: 2 });
    assert.equal(await headline.textContent(), '1 thing may be wrong with the wiring');
    await card.getByRole('heading', { level: 3, name: 'main/mains' }).waitFor();
    await card
      .getByRole('heading', { level: 4, name: /each other’s|each other's phase/ })
      .waitFor();
    await card.getByText('L1: power factor -0.52; 97 % of samples').waitFor();
    await card.getByText('L2: power factor 0.98; 99 % of samples').waitFor();
    const unplugged = card.getByText('A CT is unplugged, open, or off its wire');
    assert.equal(await unplugged.isVisible(), false);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await unplugged.waitFor();
    assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 360);
    assert.deepEqual(opened.problems, []);
  });

  it('fits a phone in every language it speaks', async () => {
    for (const locale of Object.keys(LANGUAGES)) {
      const page = await open({ width: 360, locale });
      await set(page, 'doctor', 'report', report());
      await set(page, 'system', 'system', SYSTEM);
      await set(page, 'faults', 'faults', [fault('ct_reversed', { state: 'suspected' })]);
      await page.locator('solthrive-faults li').waitFor();
      await page.locator('solthrive-system dd').first().waitFor();
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      assert.ok(width <= 360, `${locale}: ${width}`);
      assert.equal(await page.locator('solthrive-doctor section').getAttribute('lang'), locale);
      assert.deepEqual(opened.problems, []);
      await opened.close();
    }
  });

  it('has what was found well on paper, too', async () => {
    const page = await open();
    await set(page, 'doctor', 'report', report());
    const unplugged = page.getByText('A CT is unplugged, open, or off its wire');
    await unplugged.waitFor({ state: 'attached' });
    await page.emulateMedia({ media: 'print' });
    await unplugged.waitFor({ state: 'visible' });
  });

  it('leads from the faults to the doctor and back, where each is on a page of its own', async () => {
    const page = await open({ width: 360, height: 400 });
    await set(page, 'faults', 'faults', []);
    await set(page, 'connection', 'snapshot', noon());
    assert.equal(await page.getByRole('link').count(), 0);
    await set(page, 'faults', 'more', '#!/Installer');
    const more = page.getByRole('link', { name: 'For the installer' });
    assert.equal(await more.getAttribute('href'), '#!/Installer');
    await set(page, 'doctor', 'report', report());
    await page.evaluate('scrollTo(0, 900)');
    await set(page, 'doctor', 'back', '#!/Home');
    await page.waitForFunction('scrollY < 20');
    const back = page.getByRole('link', { name: 'Back to the home' });
    assert.equal(await back.getAttribute('href'), '#!/Home');
    const focused = await page.evaluate(
      `document.querySelector('solthrive-doctor').shadowRoot.activeElement?.localName`,
    );
    assert.equal(focused, 'h2');
  });

  it('tells a suspicion and what has been seen from the rest, and says what is over', async () => {
    const page = await open();
    await set(page, 'faults', 'faults', [
      fault('bus_errors'),
      fault('ct_reversed', { state: 'suspected' }),
      fault('data_stale', { acknowledged: { by: 'Ada', until: now() } }),
    ]);
    await page.getByText('3 things need attention').waitFor();
    const edge = (name: string) =>
      page
        .locator('solthrive-faults li')
        .filter({ hasText: name })
        .evaluate((item) => getComputedStyle(item).backgroundImage);
    assert.match(await edge('ct_reversed'), /gradient/);
    assert.equal(await edge('bus_errors'), 'none');
    await page.getByText('Warning, suspected').waitFor();
    await page.getByText(/seen by Ada, until/).waitFor();
    await set(page, 'faults', 'faults', [fault('bus_errors')]);
    await page.getByText('1 thing needs attention').waitFor();
    const over = page.locator('solthrive-faults .over li');
    assert.equal(await over.count(), 2);
    assert.match((await over.first().textContent()) ?? '', /^\s*Over since .*: \w/);
  });
});
