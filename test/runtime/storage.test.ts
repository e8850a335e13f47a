import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SolthriveError } from '../../nodes/site/errors.ts';
import type { FlowNode } from '../../runtime/flow-units.ts';
import { createStorage, readShipped, type StartReport } from '../../runtime/storage.ts';
import { temporaryFolder } from '../support/appliance.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const METERING: FlowNode[] = [
  { id: 'metering', type: 'tab', label: 'Metering' },
  { id: 'm1', type: 'inject', z: 'metering', wires: [['m2']], x: 10, y: 10 },
  { id: 'm2', type: 'debug', z: 'metering', wires: [], x: 20, y: 10 },
];
const CARE: FlowNode[] = [{ id: 'care', type: 'tab', label: 'Care' }];
const INSTALLED = ['inject', 'debug'];

class FakeBase {
  saved: unknown[] = [];
  init = async () => {};
  getFlows = async (): Promise<FlowNode[]> => [];
  saveFlows = async () => {};
  saveCredentials = async (credentials: unknown) => {
    this.saved.push(credentials);
  };
  getSettings = async () => ({ kept: true });
}

describe("the flows' storage", () => {
  let shippedFolder: string;
  let data: string;
  let base: FakeBase;
  let report: StartReport;
  let refused: Error[];
  let clock: VirtualClock;

  beforeEach(() => {
    shippedFolder = temporaryFolder();
    data = temporaryFolder();
    writeFileSync(join(shippedFolder, 'care.json'), JSON.stringify(CARE));
    writeFileSync(join(shippedFolder, 'metering.json'), JSON.stringify(METERING));
    base = new FakeBase();
    report = { quarantined: [], setAside: [], dangling: [] };
    refused = [];
    clock = new VirtualClock();
  });

  async function open(installed = INSTALLED) {
    const storage = createStorage({
      shippedFolder,
      data,
      release: '2.0.0',
      clock,
      report,
      refuse: (error) => refused.push(error),
      base,
    });
    await storage.init({}, { nodes: { getType: (type) => installed.includes(type) } });
    return storage;
  }

  const siteFile = () => join(data, 'node-red', 'flows.json');
  const renamed = (flows: FlowNode[], name: string) =>
    flows.map((node) => (node.id === 'm1' ? { ...node, name } : node));

  it('has its methods, and those of the store below, as own properties', async () => {
    const storage = await open();
    for (const name of ['init', 'getFlows', 'saveFlows', 'saveCredentials', 'getSettings']) {
      assert.ok(Object.hasOwn(storage, name), name);
    }
  });

  it('serves the shipped tabs in reading order, and nothing where there are none', async () => {
    const storage = await open();
    assert.deepEqual(await storage.getFlows(), [...METERING, ...CARE]);
    assert.deepEqual(readShipped(join(shippedFolder, 'none')), []);
  });

  it('keeps an edit over a restart, and the shipped files as they were', async () => {
    const before = readFileSync(join(shippedFolder, 'metering.json'));
    const first = await open();
    await first.saveFlows(renamed(await first.getFlows(), 'mine'));
    const second = await open();
    assert.equal((await second.getFlows()).find(({ id }) => id === 'm1')?.name, 'mine');
    assert.deepEqual(readFileSync(join(shippedFolder, 'metering.json')), before);
    assert.deepEqual(
      second.layers.units().map(({ id, state }) => [id, state]),
      [
        ['metering', 'edited'],
        ['care', 'shipped'],
      ],
    );
  });

  it('restores a shipped unit, and knows no others', async () => {
    const storage = await open();
    await storage.saveFlows(renamed(await storage.getFlows(), 'mine'));
    assert.equal(storage.layers.restore('nonsense'), false);
    assert.equal(storage.layers.restore('metering'), true);
    assert.deepEqual(await storage.getFlows(), [...METERING, ...CARE]);
  });

  it('holds credentials back until the flows are written', async () => {
    const storage = await open();
    await storage.saveCredentials({ $: 'secret' });
    assert.deepEqual(base.saved, []);
    await storage.saveFlows(await storage.getFlows());
    assert.deepEqual(base.saved, [{ $: 'secret' }]);
    await storage.saveFlows(await storage.getFlows());
    assert.equal(base.saved.length, 1);
  });

  it('refuses a deploy that the disk refuses, credentials with it', async () => {
    const storage = await open();
    const flows = await storage.getFlows();
    writeFileSync(join(data, 'node-red'), 'a file where a folder should be');
    await storage.saveCredentials({ $: 'secret' });
    await assert.rejects(storage.saveFlows(renamed(flows, 'mine')), (error) => {
      return error instanceof SolthriveError && error.code === 'storage_failed';
    });
    assert.deepEqual(base.saved, []);
    rmSync(join(data, 'node-red'));
    await storage.saveFlows(renamed(flows, 'mine'));
    assert.deepEqual(base.saved, [{ $: 'secret' }], 'Node-RED does not send them again');
  });

  it('sets a corrupt file aside and goes on from the newest copy that reads', async () => {
    const first = await open();
    for (const name of ['one', 'two']) {
      clock.wallJump(1000);
      await first.saveFlows(renamed(await first.getFlows(), name));
    }
    const copies = join(data, 'node-red', 'flows-copies');
    writeFileSync(siteFile(), '{"nodes": [{"id": "m1", "ty');
    writeFileSync(join(copies, '9999.json'), 'damaged too');
    const second = await open();
    assert.equal((await second.getFlows()).find(({ id }) => id === 'm1')?.name, 'two');
    assert.equal(report.setAside.length, 1);
    assert.match(readFileSync(report.setAside[0] ?? '', 'utf8'), /"ty$/);
  });

  it('runs the shipped flows when nothing of the site can be read', async () => {
    mkdirSync(join(data, 'node-red'), { recursive: true });
    writeFileSync(siteFile(), '');
    const storage = await open();
    assert.deepEqual(await storage.getFlows(), [...METERING, ...CARE]);
    assert.ok(!existsSync(siteFile()));
  });

  it('keeps what may not run in the quarantine, once, and takes it back when it may', async () => {
    const own: FlowNode[] = [
      { id: 'mine', type: 'tab' },
      { id: 'x1', type: 'from-a-palette', z: 'mine', wires: [] },
    ];
    const all = [...INSTALLED, 'from-a-palette'];
    const first = await open(all);
    await first.saveFlows([...(await first.getFlows()), ...own]);
    for (let start = 0; start < 2; start++) {
      clock.wallJump(60_000);
      const flows = await (await open()).getFlows();
      assert.ok(!flows.some(({ id }) => id === 'x1'));
    }
    assert.equal(report.quarantined[0]?.node.id, 'x1');
    assert.equal(report.setAside.length, 1, 'one file, however often the flows are read');
    const kept = readdirSync(join(data, 'quarantine'));
    assert.equal(kept.length, 1);
    assert.match(readFileSync(join(data, 'quarantine', kept[0] ?? ''), 'utf8'), /from-a-palette/);
    assert.ok((await (await open(all)).getFlows()).some(({ id }) => id === 'x1'));
  });

  it('knows no type that every object has', async () => {
    // Node-RED looks types up in a plain object, and stumbles over what it then finds.
    const found = (type: string) => {
      const types: Record<string, string | object> = Object.fromEntries(
        INSTALLED.map((name) => [name, name]),
      );
      return (types[type] as string | undefined)?.split('/');
    };
    const types = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const own = types.map((type, n) => ({ id: `own${n}`, type, z: 'care' }));
    mkdirSync(join(data, 'node-red'));
    writeFileSync(siteFile(), JSON.stringify(own));
    const storage = await open();
    await storage.init({}, { nodes: { getType: found } });
    assert.equal((await storage.getFlows()).length, METERING.length + CARE.length);
    assert.deepEqual(
      report.quarantined.map(({ node }) => node.type),
      types,
    );
  });

  it('says that a release cannot run', async () => {
    const storage = await open(['inject']);
    await assert.rejects(storage.getFlows());
    assert.match(refused[0]?.message ?? '', /unknown type debug/);
  });

  it('keeps ten copies', async () => {
    const storage = await open();
    for (let n = 0; n < 15; n++) {
      clock.wallJump(1000);
      await storage.saveFlows(renamed(METERING, `name ${n}`));
    }
    assert.equal(readdirSync(join(data, 'node-red', 'flows-copies')).length, 10);
  });

  it('takes flows as Node-RED exports them', async () => {
    mkdirSync(join(data, 'node-red'), { recursive: true });
    writeFileSync(siteFile(), JSON.stringify([{ id: 'mine', type: 'tab' }]));
    chmodSync(siteFile(), 0o600);
    assert.ok((await (await open()).getFlows()).some(({ id }) => id === 'mine'));
  });
});
