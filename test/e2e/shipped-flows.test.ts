/**
 * The shipped flows are complete: an installer who opens every node, presses Done and deploys has
 * changed nothing, so every tab keeps following the releases.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { requireTool } from '../support/requires.ts';

interface EditorNode {
  id: string;
  type: string;
  _def: { category: string };
}
declare const RED: {
  nodes: {
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
    node(id: string): EditorNode;
    dirty(): boolean;
  };
  editor: {
    edit(node: EditorNode): void;
    editConfig(name: string, type: string, id: string): void;
  };
};

describe('the shipped flows in the editor', function () {
  this.timeout(240_000);
  let appliance: Appliance;

  before(async function () {
    requireTool.call(this, 'chromium');
    appliance = await startAppliance({});
    await appliance.waitFor('/api/latest', () => true);
  });

  after(() => appliance?.stop());

  it('opening and confirming every node changes nothing', async () => {
    const { page, close, problems } = await openPage(`${appliance.url}/editor/`, { height: 1000 });
    try {
      await page.waitForFunction(() => typeof RED !== 'undefined' && !!RED.nodes?.node('balance'));
      const { nodes, configs } = await page.evaluate(() => {
        const nodes: string[] = [];
        const configs: string[] = [];
        RED.nodes.eachNode((node) => nodes.push(node.id));
        RED.nodes.eachConfig((node) => configs.push(node.id));
        return { nodes, configs };
      });
      assert.ok(nodes.includes('widget-graph') && configs.includes('dashboard-home'));
      for (const id of nodes) await confirmNode(page, id);
      for (const id of configs) await confirmConfig(page, id);
      await deploy(page);
      assert.deepEqual(problems, []);
    } finally {
      await close();
    }
    const site = join(appliance.folder, 'data', 'node-red', 'flows.json');
    const own = existsSync(site) ? JSON.parse(readFileSync(site, 'utf8')) : null;
    assert.deepEqual(own?.nodes ?? own?.flows ?? own ?? [], []);
  });
});

async function confirmNode(page: Page, id: string): Promise<void> {
  await page.evaluate((nodeId) => RED.editor.edit(RED.nodes.node(nodeId)), id);
  await page.locator('#node-dialog-ok').click();
  await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
}

async function confirmConfig(page: Page, id: string): Promise<void> {
  const opened = await page.evaluate((nodeId) => {
    const node = RED.nodes.node(nodeId);
    if (node.type === 'ui_base') return false;
    RED.editor.editConfig('', node.type, nodeId);
    return true;
  }, id);
  if (!opened) return;
  await page.locator('#node-config-dialog-ok').click();
  await page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
}

/** Deploys if the editor thinks there is something to deploy. */
async function deploy(page: Page): Promise<void> {
  if (!(await page.evaluate(() => RED.nodes.dirty()))) return;
  const saved = page.waitForResponse(
    (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
  );
  await page.locator('#red-ui-header-button-deploy').click();
  await saved;
}
