/** A real Chromium for the browser tests. Always close what `openPage` gives. */
import { type Browser, chromium, type Page } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';

export interface View {
  /** CSS pixels; the height follows the content where a picture is taken. */
  width?: number;
  height?: number;
  dark?: boolean;
  locale?: string;
  /** IANA name; the machine's own when left out. */
  timeZone?: string;
  /** A finger instead of a mouse. */
  touch?: boolean;
}

export interface OpenPage {
  page: Page;
  /** Errors the page itself threw or logged. */
  problems: string[];
  /** Addresses outside the appliance that the page asked for. */
  outside: string[];
  close(): Promise<void>;
}

/** Opens `url` in a Chromium of its own. */
export async function openPage(url: string, view: View = {}): Promise<OpenPage> {
  const browser = await launch();
  const context = await browser.newContext({
    viewport: { width: view.width ?? 1400, height: view.height ?? 900 },
    colorScheme: view.dark ? 'dark' : 'light',
    locale: view.locale ?? 'en-US',
    hasTouch: view.touch ?? false,
    ...(view.timeZone ? { timezoneId: view.timeZone } : {}),
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const outside: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && host !== new URL(url).host) outside.push(request.url());
  });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return { page, problems, outside, close: () => browser.close() };
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
