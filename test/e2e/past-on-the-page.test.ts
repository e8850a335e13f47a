/** Today and the past on the real page: from the simulated home's records, asked for by two pages at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { type OpenPage, openPage } from '../support/browser.ts';
import { requireTool } from '../support/requires.ts';

const ETC = {
  'base.yaml': 'site: { name: Elm Street 4, timezone: Asia/Kathmandu }\n',
};
const ZONE = 'Asia/Kathmandu';

describe('the past on the page', function () {
  this.timeout(120_000);
  let appliance: Appliance;
  const open: OpenPage[] = [];

  before(async function () {
    requireTool.call(this, 'chromium');
    appliance = await startAppliance({ etc: ETC });
    await appliance.waitFor('/api/latest', () => true);
  });
  afterEach(() => Promise.all(open.splice(0).map(({ close }) => close())));
  after(() => appliance?.stop());

  /** A page of its own, and all that the appliance tells it. */
  const visit = async () => {
    const opened = await openPage('about:blank', { timeZone: 'America/Chicago' });
    open.push(opened);
    const { page } = opened;
    const told: string[] = [];
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => told.push(String(payload)));
    });
    page.on('response', (response) => {
      told.push(JSON.stringify(response.headers()));
      // what the page has left behind cannot be read any more
      response.text().then(
        (text) => told.push(text),
        () => {},
      );
    });
    await page.goto(`${appliance.url}/dashboard/`);
    await title(page).waitFor();
    const outside = opened.outside.filter((url) => !url.startsWith(appliance.url));
    return { page, problems: opened.problems, outside, told };
  };
  const title = (page: Page) => page.locator('solthrive-history h3[aria-live]:not(:empty)');
  const today = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: ZONE }).format(new Date());

  it('has today beside the live values, and the day of the home with its hours', async () => {
    const { page, problems, outside } = await visit();
    const card = page.getByRole('region', { name: 'Today', exact: true });
    await card.getByText('kWh').first().waitFor({ timeout: 90_000 });
    await card.getByText(/tariff set, costs and savings appear here/).waitFor();
    await page.getByRole('button', { name: 'Day', exact: true }).click();
    const day = today({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    await title(page).filter({ hasText: day }).waitFor();
    await page.getByText('Shown in Nepal Time').first().waitFor();
    await page.getByRole('slider', { name: 'Energy by hour, kWh' }).focus();
    await page.keyboard.press('Home');
    const said = page.getByRole('slider', { name: 'Energy by hour, kWh' });
    assert.match((await said.getAttribute('aria-valuetext')) ?? '', /^12:00\sAM: /);
    await page.getByRole('slider', { name: 'Time of the day' }).waitFor();
    assert.deepEqual(problems, []);
    assert.deepEqual(outside, []);
  });

  it('answers each page what that page asked, and a page that comes anew with this week', async () => {
    const [first, second] = [await visit(), await visit()];
    await first.page.getByRole('button', { name: 'Month', exact: true }).click();
    await second.page.getByRole('button', { name: 'Year', exact: true }).click();
    const month = today({ month: 'long', year: 'numeric' });
    const year = today({ year: 'numeric' });
    await title(first.page).filter({ hasText: month }).waitFor();
    // the week's name ends with the year as well
    await title(second.page)
      .filter({ hasText: new RegExp(`^${year}$`) })
      .waitFor();
    assert.equal(await title(second.page).textContent(), year);
    const spans = (told: string[]) => [
      ...new Set([...told.join('\n').matchAll(/"answer":\{"span":"(\w+)"/g)].map(([, x]) => x)),
    ];
    assert.deepEqual(spans(first.told), ['week', 'month']);
    assert.deepEqual(spans(second.told), ['week', 'year']);
    await first.page.reload();
    await title(first.page).filter({ hasText: '–' }).waitFor();
    assert.equal(await title(second.page).textContent(), year);
  });

  it('goes back a day where something is recorded, and says so where nothing is', async () => {
    const { page } = await visit();
    await page.getByRole('button', { name: 'Day', exact: true }).click();
    await page.getByLabel('Go to a date').fill('2015-06-21');
    await title(page).filter({ hasText: 'June 21, 2015' }).waitFor();
    await page.getByText('Nothing was recorded in this time.').waitFor();
    await page.getByRole('button', { name: 'Today' }).click();
    await page.getByRole('button', { name: 'Earlier' }).click();
    const yesterday = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: ZONE });
    const name = yesterday.format(Date.now() - 86_400_000);
    await title(page).filter({ hasText: name }).waitFor();
    await page.getByRole('slider', { name: 'Energy by hour, kWh' }).waitFor();
  });

  it('never tells a page the token of the API', async () => {
    const { page, told } = await visit();
    await page.getByRole('button', { name: 'Month', exact: true }).click();
    await page.getByRole('slider', { name: 'Energy by day, kWh' }).waitFor();
    const token = readFileSync(join(appliance.folder, 'etc', 'token'), 'utf8').trim();
    assert.ok(token.length >= 16);
    const all = told.join('\n');
    assert.ok(all.includes('"answer"') && all.includes('solthrive-history'), 'it was listened to');
    assert.equal(all.includes(token), false);
  });

  it('outlives what a page should not say', async () => {
    const url = `${appliance.url}/dashboard/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
    const say = (body: string) => fetch(`${url}&sid=${sid}`, { method: 'POST', body });
    await say('40');
    for (const body of [
      '42["update-value",null]',
      '42["update-value",{"id":"widget-history","hasOwnProperty":1}]',
      '42["update-value",{"id":"widget-history","msg":7}]',
      '42["update-value",{"id":"widget-history","msg":{"payload":{"span":"day","date":{}}}}]',
      '42["update-value",{"id":"widget-gauges","value":"{{7*7}}","msg":{"payload":1}}]',
      '42["ui-params",null]',
      '42["ui-collapse"]',
    ]) {
      assert.equal((await say(body)).status, 200, body);
    }
    const { page } = await visit();
    assert.ok(await title(page).textContent());
  });
});
