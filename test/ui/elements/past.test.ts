import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { type OpenPage, openPage, type View } from '../../support/browser.ts';
import { requireTool } from '../../support/requires.ts';
import { bar, day, hoursOf, month, total, view } from '../past.ts';
import { type ServedPage, servePage, set } from './page.ts';

const live = total({ partial: true });
const NONE = { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null };
const june = (n: number, change = {}) =>
  bar(`2026-06-${String(n).padStart(2, '0')}T00:00:00.000-05:00`, change);
const juneView = view(
  'month',
  Array.from({ length: 30 }, (_, at) => june(at + 1)),
  {
    previous: '2026-05-31',
    bill: month().bill,
  },
);
const powers = () => Array.from({ length: 288 }, (_, at) => (at < 12 ? null : 1_000));
const sunday = view('day', hoursOf('2026-06-21T05:00:00Z', 24), {
  powers: { step_s: 300, solar: powers(), home: powers(), grid: powers() },
});

describe('today and the past in a browser', function () {
  this.timeout(60_000);
  let served: ServedPage;
  let opened: OpenPage;

  before(async function () {
    requireTool.call(this, 'chromium');
    served = await servePage(['today', 'history']);
  });
  after(() => served?.close());
  afterEach(() => opened?.close());

  const open = async (how: View = {}): Promise<Page> => {
    opened = await openPage(served.url, how);
    await opened.page.waitForFunction('asked.length === 1');
    await opened.page.getByRole('button', { name: 'Day' }).click();
    return opened.page;
  };
  const asked = (page: Page) => page.evaluate('asked.at(-1)');
  const answer = (page: Page, value: unknown) => set(page, 'history', 'answer', value);
  const bars = (page: Page) => page.getByRole('slider', { name: /^Energy by/ });

  it('says what today came to, and waits quietly until it knows', async () => {
    const page = await open();
    const card = page.getByRole('region', { name: 'Today', exact: true });
    await card.getByText(/appear with the first minute/).waitFor();
    await set(page, 'today', 'day', day({ savings: null, currency: null, coverage: 0.97 }));
    await card.getByText('31.4 kWh').waitFor();
    await card.getByText('no tariff is set').waitFor();
    await card.getByText(/Your installer can add it/).waitFor();
    const detail = card.getByText(/nothing is invented/);
    assert.equal(await detail.isVisible(), false);
    await card.getByText('Measured 97% of today').click();
    assert.equal(await detail.isVisible(), true);
    await set(page, 'today', 'day', day());
    await set(page, 'today', 'month', month());
    await card.getByText('$34.20').waitFor();
    assert.equal(await card.getByText(/Your installer/).count(), 0);
    assert.deepEqual(opened.problems, []);
  });

  it('has as many tiles in a row as in the next when there are more than one row of them', async () => {
    const page = await open({ width: 1280 });
    const battery = { battery_charge_kwh: 4, battery_discharge_kwh: 3 };
    const most = (change: Parameters<typeof day>[0]) =>
      set(page, 'today', 'day', day(change)).then(() =>
        page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
          const rows = {};
          for (const tile of document.querySelector('solthrive-today').shadowRoot.querySelectorAll('.tile')) {
            const top = Math.round(tile.getBoundingClientRect().top);
            rows[top] = (rows[top] ?? 0) + 1;
          }
          done(Object.values(rows));
        }))`),
      );
    assert.deepEqual(await most({}), [7]);
    assert.deepEqual(await most({ ev_kwh: 12 }), [4, 4]);
    assert.deepEqual(await most(battery), [5, 4]);
    assert.deepEqual(await most({ ...battery, ev_kwh: 12 }), [5, 5]);
  });

  it('asks for this week first, and shows what comes of what it is asked', async () => {
    const page = await open();
    assert.deepEqual(await page.evaluate('asked'), [{ span: 'week' }, { span: 'day' }]);
    await page.getByText('Looking it up…').waitFor();
    await answer(page, { ...sunday, simulated: true });
    await page.getByRole('heading', { name: 'Sunday, June 21, 2026' }).waitFor();
    await page.getByText('Simulated home').waitFor();
    await page.getByRole('slider', { name: 'Time of the day' }).waitFor();
    await bars(page).waitFor();
    assert.deepEqual(opened.problems, []);
    assert.deepEqual(opened.outside, []);
  });

  it('goes back and on, to another span and to a date, by keyboard too', async () => {
    const page = await open();
    await answer(page, sunday);
    await page.getByRole('button', { name: 'Month' }).click();
    assert.deepEqual(await asked(page), { span: 'month', date: '2026-06-21' });
    await answer(page, sunday);
    await answer(page, juneView);
    await page.getByRole('heading', { name: 'June 2026' }).waitFor();
    assert.equal(await page.getByLabel('Go to a date').inputValue(), '2026-06-21');
    const later = page.getByRole('button', { name: 'Later' });
    assert.equal(await later.getAttribute('aria-disabled'), 'true');
    await later.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Earlier' }).focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await asked(page), { span: 'month', date: '2026-05-31' });
    await answer(page, juneView);
    await page.getByLabel('Go to a date').fill('2026-02-03');
    assert.deepEqual(await asked(page), { span: 'month', date: '2026-02-03' });
    await page.getByRole('button', { name: 'Today' }).click();
    assert.deepEqual(await asked(page), { span: 'month' });
    await answer(page, juneView);
    await page.waitForFunction(
      `document.querySelector('solthrive-history').shadowRoot.querySelector('input').value === '2026-06-01'`,
    );
  });

  it('reads the bars out by keyboard, by mouse and by finger, gaps as gaps', async () => {
    for (const width of [360, 1280]) {
      const page = await open({ width, touch: true, timeZone: 'Asia/Tokyo' });
      const hours = hoursOf('2026-11-01T05:00:00Z', 25);
      hours[3] = { ...bar(hours[3]?.ts ?? '', NONE), coverage: 0, quality: 'missing' };
      await answer(page, view('day', hours));
      const said = () => bars(page).getAttribute('aria-valuetext');
      await bars(page).focus();
      await page.keyboard.press('Home');
      assert.match((await said()) ?? '', /^12:00\sAM: Solar/);
      await page.keyboard.press('ArrowRight');
      assert.match((await said()) ?? '', /^1:00\sAM \(UTC-05:00\): Solar/);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      assert.match((await said()) ?? '', /^2:00\sAM: not measured$/);
      await page.keyboard.press('End');
      assert.match((await said()) ?? '', /^11:00\sPM/);
      const box = await bars(page).boundingBox();
      assert.ok(box);
      for (const share of [0.16, 0.6, 0.985]) {
        await page.touchscreen.tap(box.x + share * box.width, box.y + 60);
        const tip = await page.locator('solthrive-bars .tip').boundingBox();
        assert.ok(tip && tip.x >= 0 && tip.x + tip.width <= width, `${share} at ${width} px`);
      }
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 60);
      await page.locator('solthrive-bars .tip').filter({ hasText: 'Solar' }).waitFor();
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width);
      await opened.close();
    }
  });

  it('marks what was measured in part, and hatches what was recovered', async () => {
    const page = await open();
    const list = [
      june(1),
      june(2, { coverage: 0.7 }),
      june(3, { quality: 'recovered' }),
      june(4, NONE),
    ];
    await answer(page, view('day', []));
    await page.getByText('Nothing was recorded in this time.').first().waitFor();
    await page.getByRole('button', { name: 'Week' }).click();
    const label = { start: list[0]?.ts, coverage: 0.9, quality: 'recovered' as const };
    await answer(page, view('week', list, { total: total(label), to: '2026-06-30' }));
    await page.getByText('Measured 90% of the time · Partly recovered').waitFor();
    assert.equal(await page.locator('solthrive-bars path.mark').count(), 1);
    assert.equal(await page.locator('solthrive-bars rect.gap').count(), 1);
    assert.equal(await page.locator('solthrive-bars rect[fill^="url(#hatch-"]').count(), 4);
    for (const words of ['Measured in part', 'Recovered or estimated', 'not measured']) {
      await page.locator('.key').getByText(words).waitFor();
    }
  });

  it('says why there is no answer, in the words that came, and asks again', async () => {
    const page = await open();
    await answer(page, { error: { code: 'x', message: '<b>Unreadable</b>', hint: 'Look at it.' } });
    await page.getByText('<b>Unreadable</b>').waitFor();
    await page.getByText('Look at it.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    assert.equal(await page.evaluate('asked.length'), 3);
    await answer(page, sunday);
    await page.getByRole('heading', { name: 'Sunday, June 21, 2026' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
  });

  it('does not wait for ever, and asks again each minute while something changes', async () => {
    opened = await openPage('about:blank');
    const { page } = opened;
    await page.clock.install();
    await page.goto(served.url);
    await page.waitForFunction('asked.length === 1');
    await page.getByRole('button', { name: 'Day' }).click();
    await page.clock.runFor(16_000);
    await page.getByText('The monitor did not answer.').waitFor();
    await page.clock.runFor(45_000);
    assert.equal(await page.evaluate('asked.length'), 3);
    await answer(page, { ...sunday, total: live });
    await page.getByRole('heading', { name: 'Sunday, June 21, 2026' }).waitFor();
    await page.clock.runFor(60_000);
    assert.equal(await page.evaluate('asked.length'), 4);
    await answer(page, sunday);
    await page.clock.runFor(180_000);
    assert.equal(await page.evaluate('asked.length'), 4);
  });

  it('goes on with what was looked at when the host replaces it', async () => {
    const page = await open();
    await answer(page, sunday);
    await page.getByRole('button', { name: 'Year' }).click();
    await page.evaluate(
      `document.querySelector('solthrive-history').outerHTML = '<solthrive-history></solthrive-history>'`,
    );
    await page.waitForFunction('asked.length === 4');
    assert.deepEqual(await asked(page), { span: 'year', date: '2026-06-21' });
  });

  it('gives everything that can be used a name, and leaves out no level of heading', async () => {
    const page = await open();
    await set(page, 'today', 'day', day());
    await answer(page, sunday);
    await page.getByRole('slider', { name: 'Time of the day' }).waitFor();
    const tree = await page.locator('body').ariaSnapshot();
    const roles = [...tree.matchAll(/- '?(button|slider|textbox|heading|region|group)\b(.*)/g)];
    assert.ok(roles.length > 15);
    for (const [line, , rest] of roles) assert.match(rest ?? '', /^ "[^"]+"/, line);
    const levels = roles.flatMap(([, , rest]) => /level=(\d)/.exec(rest ?? '')?.[1] ?? []);
    assert.deepEqual([...new Set(levels)].sort(), ['2', '3']);
  });
});
