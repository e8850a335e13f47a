/**
 * The shipped flows and the examples as the editor sees them. The shipped flows are complete: an
 * installer who opens every node, presses Done and deploys has changed nothing, so every tab keeps
 * following the releases.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Appliance, CHECKOUT, startAppliance, temporaryFolder } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { requireTool } from '../support/requires.ts';

interface EditorNode {
  id: string;
  type: string;
  x: number;
  y: number;
  w: number;
  h: number;
  g?: string;
}
declare const RED: {
  nodes: {
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
    eachWorkspace(visit: (tab: EditorNode) => void): void;
    node(id: string): EditorNode;
    getType(type: string): { defaults: Record<string, { value: unknown }>; _: unknown };
    dirty(): boolean;
  };
  view: {
    importNodes(nodes: object[], options: { generateIds: boolean; notify: boolean }): void;
  };
  workspaces: { show(id: string): void };
  sidebar: { show(id: string): void };
  editor: {
    edit(node: EditorNode): void;
    editConfig(name: string, type: string, id: string): void;
    validateNode(node: object): boolean;
  };
};

/** One mistake each. */
const WRONG: [type: string, settings: Record<string, unknown>][] = [
  ['solthrive-simulator', { port: '99999' }],
  ['solthrive-simulator', { host: '' }],
  ['solthrive-simulator', { baud: '12' }],
  ['solthrive-simulator', { unit: '248' }],
  ['solthrive-simulator', { profile: '../x' }],
  ['solthrive-simulator', { mode: 'always', transport: 'serial', serialPort: '' }],
  ['solthrive-meter', { meters: 'main garage' }],
  ['solthrive-widget', { view: 'pie' }],
  ['solthrive-bus', { path: '' }],
  ['solthrive-bus', { lineType: 'tcp', host: '' }],
  ['solthrive-bus', { lineType: 'tcp', host: 'gateway', port: 0 }],
  ['solthrive-bus', { path: '/dev/ttyUSB0', baud: 12 }],
  ['solthrive-bus', { bus: 'rs485', site: '' }],
];

describe('the flows in the editor', function () {
  this.timeout(240_000);
  let appliance: Appliance;

  before(async function () {
    requireTool.call(this, 'chromium');
    const folder = temporaryFolder();
    const wallbox = join(CHECKOUT, 'examples', 'wallbox');
    cpSync(wallbox, join(folder, 'data', 'nodes', 'wallbox'), { recursive: true });
    appliance = await startAppliance({ folder });
    await appliance.waitFor('/api/latest', () => true);
  });

  after(() => appliance?.stop());

  it('shipped: every node is known and valid, every group holds its nodes', async () => {
    const { page, close } = await openEditor(appliance);
    try {
      assert.deepEqual(await mistakes(page), []);
      assert.deepEqual(await outsideTheirGroup(page), []);
    } finally {
      await close();
    }
  });

  it('shipped: opening and confirming every node changes nothing', async () => {
    const { page, close, problems } = await openEditor(appliance);
    try {
      const { nodes, configs } = await page.evaluate(() => {
        const nodes: string[] = [];
        const configs: string[] = [];
        RED.nodes.eachNode((node) => nodes.push(node.id));
        RED.nodes.eachConfig((node) => configs.push(node.id));
        return { nodes, configs };
      });
      assert.ok(nodes.includes('widget-graph') && configs.includes('dashboard-base'));
      await page.evaluate(() => RED.sidebar.show('dashboard'));
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

  it('a wrong value is refused with a reason', async () => {
    const { page, close } = await openEditor(appliance);
    try {
      for (const [type, settings] of WRONG) {
        const complaints = await page.evaluate(
          ([type, settings]) => {
            const definition = RED.nodes.getType(type);
            const defaults = Object.entries(definition.defaults).map(([k, { value }]) => [
              k,
              value,
            ]);
            const node = {
              ...Object.fromEntries(defaults),
              ...{ id: 'x', type, site: 'site', group: 'dashboard-home' },
              ...settings,
              ...{ _def: definition, _: definition._ },
            };
            RED.editor.validateNode(node);
            return node.validationErrors;
          },
          [type, settings] as const,
        );
        assert.equal(complaints.length, 1, `${type} ${JSON.stringify(settings)}: ${complaints}`);
        assert.match(String(complaints[0]), / /, 'a reason in words');
      }
    } finally {
      await close();
    }
  });

  for (const name of ['one-tab.json', 'wallbox/wallbox.json']) {
    it(`examples/${name}: imports with every node known and valid`, async () => {
      const example = JSON.parse(readFileSync(join(CHECKOUT, 'examples', name), 'utf8'));
      const { page, close, problems } = await openEditor(appliance);
      try {
        const before = await ids(page);
        await page.evaluate(
          (nodes) => RED.view.importNodes(nodes, { generateIds: false, notify: false }),
          example,
        );
        const tabs = example.filter(({ type }: { type: string }) => type === 'tab').length;
        assert.equal((await ids(page)).length - before.length, example.length - tabs);
        assert.deepEqual(await mistakes(page), []);
        assert.deepEqual(problems, []);
      } finally {
        await close();
      }
    });
  }
});

async function openEditor(appliance: Appliance) {
  const opened = await openPage(`${appliance.url}/editor/`, { height: 1000 });
  await opened.page.waitForFunction(
    () => typeof RED !== 'undefined' && !!RED.nodes?.node('balance'),
  );
  return opened;
}

function ids(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    RED.nodes.eachNode(({ id }) => found.push(id));
    RED.nodes.eachConfig(({ id }) => found.push(id));
    return found;
  });
}

/** The nodes that wear a red triangle or a dashed border. */
function mistakes(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const look = (node: EditorNode) => {
      if (node.type === 'unknown' || !RED.editor.validateNode(node)) found.push(node.id);
    };
    RED.nodes.eachNode(look);
    RED.nodes.eachConfig(look);
    return found;
  });
}

/** Nodes that stick out of the group they belong to: positions as shipped, sizes as drawn. */
async function outsideTheirGroup(page: Page): Promise<string[]> {
  const sizes = await drawnSizes(page);
  const shipped: EditorNode[] = globSync(join(CHECKOUT, 'flows', '*.json')).flatMap((file) =>
    JSON.parse(readFileSync(file, 'utf8')),
  );
  const groups = new Map(shipped.map((node) => [node.id, node]));
  return shipped
    .filter((node) => {
      const group = groups.get(node.g ?? '');
      if (!group) return false;
      const size = sizes[node.id];
      assert.ok(size, `${node.id} was drawn`);
      return (
        Math.abs(node.x - (group.x + group.w / 2)) + size.w / 2 > group.w / 2 ||
        Math.abs(node.y - (group.y + group.h / 2)) + size.h / 2 > group.h / 2
      );
    })
    .map(({ id, g }) => `${id} sticks out of ${g}`);
}

/** Nodes get their size when their tab is first shown. */
function drawnSizes(page: Page): Promise<Record<string, { w: number; h: number }>> {
  return page.evaluate(async () => {
    const tabs: string[] = [];
    RED.nodes.eachWorkspace(({ id }) => tabs.push(id));
    for (const tab of tabs) {
      RED.workspaces.show(tab);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }
    const sizes: Record<string, { w: number; h: number }> = {};
    RED.nodes.eachNode(({ id, w, h }) => {
      sizes[id] = { w, h };
    });
    return sizes;
  });
}

async function confirmNode(page: Page, id: string): Promise<void> {
  await page.evaluate((nodeId) => RED.editor.edit(RED.nodes.node(nodeId)), id);
  await page.locator('#node-dialog-ok').click();
  await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
}

async function confirmConfig(page: Page, id: string): Promise<void> {
  await page.evaluate(
    (nodeId) => RED.editor.editConfig('', RED.nodes.node(nodeId).type, nodeId),
    id,
  );
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
