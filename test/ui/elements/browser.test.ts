import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { type OpenPage, openPage, type View } from '../../support/browser.ts';
import { requireTool } from '../../support/requires.ts';
import { noon } from '../reader.ts';
import { type ServedPage, servePage, set } from './page.ts';

const NAMES = ['connection', 'gauges', 'day-graph', 'faults'];

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const day = (change = {}) => ({
  t0: ago(24 * 60),
  step_s: 60,
  solar: Array.from({ length: 1440 }, (_, k) => (k > 600 && k < 700 ? null : 1000)),
  home: Array.from({ length: 1440 }, (_, k) => (k > 600 && k < 700 ? null : 400)),
  grid: Array.from({ length: 1440 }, (_, k) => (k > 600 && k < 700 ? null : -600)),
  timezone: 'America/Chicago',
  ...change,
});

describe('the elements in a browser', function () {
  this.timeout(60_000);
  let served: ServedPage;
  let opened: OpenPage;

  before(async function () {
    requireTool.call(this, 'chromium');
    served = await servePage(NAMES);
  });
  after(() => served?.close());
  afterEach(() => opened?.close());

  const open = async (view: View = {}): Promise<Page> => {
    opened = await openPage(served.url, view);
    await opened.page.waitForFunction('customElements.get("solthrive-faults")');
    return opened.page;
  };
  const snapshots = async (page: Page, ...seqs: number[]) => {
    for (const seq of seqs) {
      await set(page, 'gauges', 'snapshot', noon({ seq, simulated: true }));
      await set(page, 'connection', 'snapshot', noon({ seq, simulated: true }));
    }
  };

  it('says by name and role what it shows, and loads nothing from outside', async () => {
    const page = await open();
    await snapshots(page, 1, 2);
    await set(page, 'day-graph', 'history', day());
    await page.getByRole('img', { name: 'Grid: 3.51 kW, sent to the grid' }).waitFor();
    await page.getByRole('img', { name: 'Solar: 4.32 kW, producing' }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Live since' }).waitFor();
    await page.getByText('Simulated home').waitFor();
    await page.getByRole('slider', { name: 'Time in the last 24 hours' }).waitFor();
    await page.getByRole('heading', { name: /^The sun covers everything/ }).waitFor();
    assert.equal(await page.evaluate('document.documentElement.lang'), 'en');
    assert.deepEqual(opened.problems, []);
    assert.deepEqual(opened.outside, []);
  });

  it('notices by itself that nothing comes any more', async () => {
    const page = await open();
    await set(page, 'faults', 'faults', []);
    await page.getByText('All is well').waitFor();
    await snapshots(page, 1, 2);
    await page.getByRole('status').filter({ hasText: 'Live since' }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Connection lost since' }).waitFor();
    await page.getByText(/Last known at/).waitFor();
    await page.getByText('Not known while the connection is lost').waitFor();
    await snapshots(page, 3);
    await page.getByRole('status').filter({ hasText: 'Live since' }).waitFor();
  });

  it('fits a phone in all its states without scrolling sideways', async () => {
    const page = await open({ width: 360, locale: 'de-DE' });
    const message = 'Der Zähler antwortetseitgeraumerZeitnichtmehrundschweigtbeharrlich.';
    const fault = { id: 'ct_reversed', source: 'main/pv', severity: 'warning', since: ago(9) };
    await snapshots(page, 1);
    await set(
      page,
      'gauges',
      'snapshot',
      noon({ battery_w: -4_000, battery_soc: 50, ev_w: 11_000 }),
    );
    await set(page, 'day-graph', 'history', day());
    await set(page, 'faults', 'faults', [
      { ...fault, state: 'suspected', message, advice: message },
    ]);
    await page.locator('solthrive-faults li').getByText(message).first().waitFor();
    await page.getByText(/^3[.,]51$/).waitFor();
    assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 360);
  });

  it('reads values out by keyboard, gaps as gaps, in the time of the home', async () => {
    const page = await open();
    await set(page, 'day-graph', 'history', day({ t0: '2026-06-21T17:00:00.000Z' }));
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    const said = () => slider.getAttribute('aria-valuetext');
    assert.match(
      (await said()) ?? '',
      /^12:00\sPM: Solar 1\.00\skW, Home 400\sW, To the grid 600\sW$/,
    );
    await page.keyboard.press('ArrowRight');
    assert.match((await said()) ?? '', /^12:15\sPM/);
    for (let hour = 0; hour < 11; hour += 1) await page.keyboard.press('PageUp');
    assert.match((await said()) ?? '', /^11:15\sPM: not measured$/);
  });

  it('reads values out by finger, beside it and within the page, also on a phone', async () => {
    for (const width of [360, 1400]) {
      const page = await open({ width, touch: true });
      await set(page, 'day-graph', 'history', day({ t0: '2026-06-21T17:00:00.000Z' }));
      const graph = page.locator('.u-over');
      await graph.scrollIntoViewIfNeeded();
      const { x, y, width: wide } = await boxOf(graph);
      for (const [share, time] of [
        [0.01, /12:[12]\d\sPM/],
        [0.3, /7:1\d\sPM/],
        [0.985, /11:[34]\d\sAM/],
      ] as const) {
        await page.touchscreen.tap(x + share * wide, y + 40);
        const tip = page.locator('.tip').filter({ hasText: time });
        await tip.waitFor();
        const box = await boxOf(tip);
        assert.ok(box.x >= 0 && box.x + box.width <= width, `${share} at ${width} px`);
      }
      await page.touchscreen.tap(x + 0.45 * wide, y + 40);
      await page.locator('.tip').filter({ hasText: 'not measured' }).waitFor();
      assert.equal(await page.locator('.tip dl').count(), 0);
      await opened.close();
    }
  });

  it('goes on reading the same moment when the next minute comes', async () => {
    const page = await open();
    await set(page, 'day-graph', 'history', day({ t0: '2026-06-21T17:00:00.000Z' }));
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page
      .locator('.tip')
      .filter({ hasText: /12:15\sPM/ })
      .waitFor();
    await set(page, 'day-graph', 'history', day({ t0: '2026-06-21T17:01:00.000Z' }));
    await page.waitForFunction(
      `document.querySelector('solthrive-day-graph').shadowRoot.querySelector('[role=slider]').ariaValueNow === '14'`,
    );
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^12:15\sPM/);
    await slider.blur();
    await page.locator('.tip').waitFor({ state: 'detached' });
  });

  it('is named after the site, in its time and, for want of a better one, its language', async () => {
    const page = await open({ timeZone: 'Europe/Berlin', locale: 'pt-BR' });
    const site = { name: '{{7*7}} <b>Elm</b>', language: 'en-GB', timezone: 'America/Chicago' };
    for (const tag of NAMES) {
      await set(page, tag, 'site', site);
    }
    await snapshots(page, 1, 2);
    await set(page, 'day-graph', 'history', day());
    await page.getByRole('heading', { level: 1, name: site.name, exact: true }).waitFor();
    assert.equal(await page.title(), '{{7*7}} <b>Elm</b> · SolThrive');
    assert.equal(await page.evaluate('document.documentElement.lang'), 'en');
    await page.getByText(/^Shown in .*cent/i).waitFor();
    const now = (timeZone: string) =>
      new Date().toLocaleTimeString('en-GB', { hour: '2-digit', timeZone }).slice(0, 2);
    const said = await page.getByRole('status').filter({ hasText: 'Live since' }).textContent();
    const hour = /since (\d\d)/.exec(said ?? '')?.[1];
    assert.ok(
      hour === now('America/Chicago') || Number(now('America/Chicago')) - Number(hour) === 1,
    );
  });

  it('colours the bar round the page, and puts its icon where another was', async () => {
    const page = await open();
    await page.evaluate(`document.head.insertAdjacentHTML('beforeend',
      '<link rel="icon" href="/other.png"><link rel="icon" href="/solthrive.svg"><meta name="theme-color" content="#097479">')`);
    await snapshots(page, 1);
    const color = () => page.getAttribute('meta[name=theme-color]', 'content');
    await page.waitForFunction(`document.head.querySelectorAll('link[rel=icon]').length === 1`);
    assert.equal(await color(), '#f4f5f7');
    await page.emulateMedia({ colorScheme: 'dark' });
    await snapshots(page, 2);
    await page.waitForFunction(
      `document.querySelector('meta[name=theme-color]').content === '#0d1015'`,
    );
  });

  it('leads from what is wrong to what to do', async () => {
    const page = await open({ width: 360, height: 600 });
    await snapshots(page, 1, 2);
    await set(page, 'day-graph', 'history', day());
    const faults = ['meter_not_responding', 'ct_reversed', 'bus_errors'].map((id) => {
      const advice = 'Run `solthrive-cli check`.';
      return { id, source: 'main', severity: 'fault', since: ago(9), message: id, advice };
    });
    await set(page, 'faults', 'faults', faults);
    assert.equal(await page.getByRole('button', { name: 'What to do' }).count(), 0);
    const errors = faults.map(({ id }) => id);
    await set(page, 'connection', 'snapshot', noon({ seq: 3, errors }));
    await page.getByRole('button', { name: 'What to do' }).click();
    const headline = page.getByRole('heading', { name: '3 things need attention' });
    await page.waitForFunction(
      `document.querySelector('solthrive-faults').shadowRoot.activeElement?.localName === 'h2'`,
    );
    await page.waitForFunction(
      `document.querySelector('solthrive-faults').getBoundingClientRect().top < 300`,
    );
    assert.equal(await headline.isVisible(), true);
    assert.equal(await page.locator('solthrive-faults[long]').count(), 1);
    assert.equal(await page.locator('code').first().textContent(), 'solthrive-cli check');
  });

  it('gives everything that can be used or is a picture a name', async () => {
    const page = await open();
    await snapshots(page, 1, 2);
    await set(
      page,
      'gauges',
      'snapshot',
      noon({ seq: 3, battery_w: 100, battery_soc: 5, ev_w: 0 }),
    );
    await set(page, 'day-graph', 'history', day());
    await set(page, 'faults', 'faults', [
      {
        id: 'bus_errors',
        source: 'lan',
        severity: 'warning',
        since: ago(9),
        message: 'm',
        advice: 'a',
      },
    ]);
    await page.getByText('1 thing needs attention').waitFor();
    const tree = await page.locator('body').ariaSnapshot();
    const roles = [...tree.matchAll(/- '?(button|img|slider|heading|region|group)\b(.*)/g)];
    assert.deepEqual(
      new Set(roles.map(([, role]) => role)),
      new Set(['heading', 'region', 'img', 'group', 'button', 'slider']),
    );
    for (const [line, , rest] of roles) assert.match(rest ?? '', /^ "[^"]+"/, line);
    const levels = roles
      .filter(([, role]) => role === 'heading')
      .map(([, , rest]) => Number(/level=(\d)/.exec(rest ?? '')?.[1]));
    assert.equal(levels[0], 1);
    levels.reduce((above, level) => {
      assert.ok(level <= above + 1, `no heading level is left out: ${levels.join(', ')}`);
      return level;
    });
    const stops: unknown[] = [];
    for (let press = 0; press < 5; press += 1) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(`(() => {
          const { activeElement } = document.activeElement.shadowRoot;
          return activeElement.ariaLabel ?? activeElement.textContent.trim();
        })()`),
      );
    }
    const legend = ['Solar', 'Home', 'From the grid', 'To the grid'];
    assert.deepEqual(stops, [...legend, 'Time in the last 24 hours']);
  });

  it('hides and shows a series by keyboard', async () => {
    const page = await open();
    await set(page, 'day-graph', 'history', day());
    const solar = page.getByRole('button', { name: 'Solar' });
    await solar.focus();
    await page.keyboard.press('Space');
    assert.equal(await solar.getAttribute('aria-pressed'), 'false');
    await page.keyboard.press('Enter');
    assert.equal(await solar.getAttribute('aria-pressed'), 'true');
  });

  it('draws anew in the colours of the other theme', async () => {
    const page = await open();
    await set(page, 'day-graph', 'history', day());
    const picture = () =>
      page.evaluate(
        `document.querySelector('solthrive-day-graph').shadowRoot.querySelector('canvas').toDataURL()`,
      );
    await page.waitForFunction(
      `document.querySelector('solthrive-day-graph').shadowRoot.querySelector('canvas')`,
    );
    const light = await picture();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(
      `document.querySelector('solthrive-day-graph').shadowRoot.querySelector('canvas').toDataURL() !== ${JSON.stringify(light)}`,
    );
  });

  it('survives being taken out and put in again', async () => {
    const page = await open();
    await set(page, 'day-graph', 'history', day());
    await page.locator('solthrive-day-graph canvas').waitFor();
    await page.evaluate(
      `(() => { const graph = document.querySelector('solthrive-day-graph'); graph.remove(); document.body.append(graph); })()`,
    );
    await page.locator('solthrive-day-graph canvas').waitFor();
    assert.deepEqual(opened.problems, []);
  });
});

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  assert.ok(box);
  return box;
}
