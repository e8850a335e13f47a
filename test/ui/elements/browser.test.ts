import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { type OpenPage, openPage, type View } from '../../support/browser.ts';
import { requireTool } from '../../support/requires.ts';
import { noon } from '../reader.ts';

const ENTRY = fileURLToPath(new URL('../../../ui/elements/index.ts', import.meta.url));
const TAGS = ['connection', 'gauges', 'day-graph', 'faults'].map((name) => `solthrive-${name}`);
/** Properties are set before the module defines the elements, as a host may do. */
const PAGE = `<!DOCTYPE html><meta name="viewport" content="width=device-width"><body style="margin:16px">
  ${TAGS.map((tag) => `<${tag}></${tag}>`).join('')}
  <script>set = (tag, name, value) => { document.querySelector(tag)[name] = value }</script>
  <script type="module" src="/solthrive.js"></script>`;

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
  let server: Server;
  let url: string;
  let opened: OpenPage;

  before(async function () {
    requireTool.call(this, 'chromium');
    const bundled = await build({
      entryPoints: [ENTRY],
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    const script = bundled.outputFiles[0]?.text;
    server = createServer((request, response) => {
      const isScript = request.url === '/solthrive.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : PAGE);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => server?.close());
  afterEach(() => opened?.close());

  const open = async (view: View = {}): Promise<Page> => {
    opened = await openPage(url, view);
    await opened.page.waitForFunction('customElements.get("solthrive-faults")');
    return opened.page;
  };
  const set = (page: Page, tag: string, name: string, value: unknown) =>
    page.evaluate(`set('solthrive-${tag}', '${name}', ${JSON.stringify(value)})`);
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
    await page.getByText('1 thing needs attention').waitFor();
    await page.getByText('3,51', { exact: true }).waitFor();
    assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 360);
  });

  it('reads values out by keyboard and by finger, gaps as gaps, in the time of the home', async () => {
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
    await page.evaluate(`(() => {
      const over = document.querySelector('solthrive-day-graph').shadowRoot.querySelector('.u-over');
      const { left, width, top } = over.getBoundingClientRect();
      const at = { clientX: left + width / 2, clientY: top + 20 };
      over.dispatchEvent(new PointerEvent('pointerdown', { pointerType: 'touch', ...at }));
    })()`);
    await page
      .locator('.tip')
      .filter({ hasText: /^\s*(11:5|12:0)\d\s[AP]M/ })
      .waitFor();
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
