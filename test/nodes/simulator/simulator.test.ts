import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import modbusSerial from 'modbus-serial';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import simulatorNode from '../../../nodes/simulator/simulator.ts';
import type { Site } from '../../../nodes/site/config.ts';
import { standInForMeters } from '../../../nodes/site/simulated.ts';
import { freePort } from '../../support/appliance.ts';
import { sampleSite, siteNode } from '../../support/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const SHIPPED = join(import.meta.dirname, '../../../config');

interface Message {
  topic: string;
  payload: unknown;
}

describe('the simulator node', () => {
  let folder: string;
  let port: number;

  before((done) => {
    helper.startServer(done);
  });
  after((done) => {
    helper.stopServer(done);
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'solthrive-simulator-'));
    port = await freePort();
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(folder, { recursive: true, force: true });
  });

  function emptySite(): Site {
    const site = sampleSite({ buses: [], meters: [], site: { timezone: 'America/Chicago' } });
    const paths = { ...site.paths, shipped: SHIPPED, etc: folder, data: folder, records: folder };
    return { ...site, paths };
  }

  /** Loads the node; the two lists fill with what it sends. */
  async function load(site: Site | null, settings: object = {}) {
    const own = { id: 'sim', type: 'solthrive-simulator', z: 'tab', mode: 'auto', site: 'site' };
    const flow = [
      { id: 'tab', type: 'tab' },
      ...(site ? [{ id: 'site', type: 'solthrive-site' }] : []),
      { ...own, ...settings, wires: [['events'], ['past']] },
      { id: 'events', type: 'helper', z: 'tab' },
      { id: 'past', type: 'helper', z: 'tab' },
    ];
    const nodes = site ? [siteNode(site), simulatorNode] : [simulatorNode];
    await helper.load(nodes, flow as never);
    const past: Message[] = [];
    helper.getNode('past').on('input', (msg) => past.push(msg as Message));
    return { node: helper.getNode('sim'), events: helper.getNode('events'), past };
  }

  it('lives in place of meters: serves them, tells the past once, remembers its counters', async () => {
    const site = standInForMeters(emptySite(), port, 'America/Chicago');
    const { events, past } = await load(site);
    const started = await nextMessage(events);
    assert.equal(started.topic, 'simulator');
    assert.deepEqual(started.payload, { active: [], address: `127.0.0.1:${port}` });
    const minutes = past.flatMap((msg) => msg.payload as MinuteRecord[]);
    assert.ok(past.every((msg) => msg.topic === 'minute/past'));
    assert.ok(minutes.length >= 24 * 60);
    assert.ok(minutes.every((minute) => minute.simulated && minute.config === site.hash));

    const client = new modbusSerial.default();
    await client.connectTCP('127.0.0.1', { port });
    client.setID(1);
    assert.deepEqual((await client.readHoldingRegisters(1706, 1)).data, [201]);
    await helper.unload();
    await assert.rejects(connected(port));
    client.close(() => {});
    const file = readFileSync(join(site.paths.records, 'simulator.json'), 'utf8');
    assert.ok(JSON.parse(file).counters.l3.importKwh > 0);
  });

  it('obeys commands, says what is wrong, and refuses what it does not know', async () => {
    const { node, events } = await load(standInForMeters(emptySite(), port, 'America/Chicago'));
    await nextMessage(events);
    node.receive({ payload: { fault: 'ct_reversed', phases: ['l1'] } });
    const raised = await nextMessage(events);
    assert.deepEqual((raised.payload as { active: unknown }).active, [
      { fault: 'ct_reversed', phases: ['l1'] },
    ]);
    const refused = called(node, 'error');
    node.receive({ payload: { fault: 'earthquake' } });
    assert.match(await refused, /ct_swapped/);
  });

  it('stays idle beside real meters, and says so to a command', async () => {
    const site = { ...emptySite(), config: sampleSite().config };
    const { node } = await load(site);
    const refused = called(node, 'error');
    node.receive({ payload: { fault: 'silence' } });
    assert.match(await refused, /Nothing is simulated/);
    await assert.rejects(connected(port));
  });

  it('serves a meter of its own in training, and leaves no records', async () => {
    const settings = {
      mode: 'always',
      transport: 'rtu-over-tcp',
      host: '127.0.0.1',
      port: String(port),
      baud: '115200',
      profile: 'eastron-sdm120',
      unit: '7',
    };
    const { events, past } = await load(emptySite(), settings);
    await nextMessage(events);
    const client = new modbusSerial.default();
    await client.connectTelnet('127.0.0.1', { port });
    client.setID(7);
    const { buffer } = await client.readInputRegisters(0, 2);
    assert.ok(buffer.readFloatBE() > 100 && buffer.readFloatBE() < 140);
    await new Promise((resolve) => client.destroy(() => resolve(null)));
    assert.deepEqual(past, []);
    await helper.unload();
    assert.throws(() => readFileSync(join(folder, 'simulator.json')));
  });

  it('says so when its port is taken, and when it has no site', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const loaded = load(standInForMeters(emptySite(), port, 'America/Chicago'));
    const { node } = await loaded;
    assert.match(await called(node, 'error'), /EADDRINUSE/);
    await new Promise((resolve) => other.close(resolve));
    await helper.unload();
    const without = await load(null);
    const refused = called(without.node, 'error');
    without.node.receive({ payload: { fault: 'silence' } });
    await refused;
  });

  it('frees its port ten times over', async () => {
    const site = standInForMeters(emptySite(), port, 'America/Chicago');
    for (let deploy = 0; deploy < 10; deploy++) {
      const { events } = await load(site);
      await nextMessage(events);
      await helper.unload();
    }
  });
});

function nextMessage(node: Node): Promise<Message> {
  return new Promise((resolve) => node.once('input', (msg) => resolve(msg as Message)));
}

/** The first argument of the next call of a method that the helper watches. */
function called(node: Node, method: 'error' | 'status'): Promise<string> {
  return new Promise((resolve) => {
    node.once(
      `call:${method}` as 'input',
      ((call: { firstArg: unknown }) => resolve(String(call.firstArg))) as never,
    );
  });
}

function connected(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}
