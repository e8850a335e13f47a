/** The elements on a bare page of their own, served from this machine. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';

const ENTRY = fileURLToPath(new URL('../../../ui/elements/index.ts', import.meta.url));

/** Properties are set before the module defines the elements, as a host may do; what they ask is kept. */
const pageOf = (
  names: string[],
) => `<!DOCTYPE html><meta name="viewport" content="width=device-width"><body style="margin:16px">
  ${names.map((name) => `<solthrive-${name}></solthrive-${name}>`).join('')}
  <script>
    set = (tag, name, value) => { document.querySelector(tag)[name] = value };
    asked = [];
    addEventListener('solthrive-action', ({ detail }) => asked.push(detail.payload));
  </script>
  <script type="module" src="/solthrive.js"></script>`;

export interface ServedPage {
  url: string;
  close(): void;
}

/** Serves the elements called `solthrive-<name>`. */
export async function servePage(names: string[]): Promise<ServedPage> {
  const bundled = await build({
    entryPoints: [ENTRY],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  const script = bundled.outputFiles[0]?.text;
  const page = pageOf(names);
  const server = createServer((request, response) => {
    const isScript = request.url === '/solthrive.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : page);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** Sets a property of an element, as its host does. */
export function set(page: Page, tag: string, name: string, value: unknown): Promise<unknown> {
  return page.evaluate(`set('solthrive-${tag}', '${name}', ${JSON.stringify(value)})`);
}
