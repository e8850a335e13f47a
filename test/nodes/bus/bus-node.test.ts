import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import busNode, { type BusNode } from '../../../nodes/bus/bus.ts';
import { type BusForm, busOf } from '../../../nodes/bus/settings.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const lan: BusConfig = { id: 'lan', type: 'tcp', host: '192.168.1.50', port: 502 };
const form: BusForm = {
  bus: '',
  lineType: 'serial',
  path: '/dev/serial/by-id/usb-FTDI',
  host: 'gateway',
  port: '502',
  baud: '19200',
  parity: 'even',
  stopBits: '2',
};

let admin: RequestListener | null = null;

/** Stands in for the site config node. */
function siteNode(RED: NodeAPI): void {
  admin = RED.httpAdmin;
  RED.nodes.registerType('solthrive-site', function (this: Node & { site?: unknown }, def) {
    RED.nodes.createNode(this, def);
    this.site = { config: { buses: [lan] } };
  });
}

describe('bus form', () => {
  it('describes each kind of line', () => {
    assert.deepEqual(busOf(form, 'bus-1', []), {
      id: 'bus-1',
      type: 'serial',
      port: '/dev/serial/by-id/usb-FTDI',
      baud: 19_200,
      parity: 'even',
      stop_bits: 2,
    });
    const network = { id: 'bus-1', host: 'gateway', port: 502 };
    assert.deepEqual(busOf({ ...form, lineType: 'tcp' }, 'bus-1', []), { ...network, type: 'tcp' });
    assert.deepEqual(busOf({ ...form, lineType: 'rtu-over-tcp' }, 'bus-1', []), {
      ...network,
      type: 'rtu-over-tcp',
      baud: 19_200,
    });
  });

  it('prefers the line of meter.yaml that it names', () => {
    assert.equal(busOf({ ...form, bus: 'lan' }, 'bus-1', [lan]), lan);
    assert.equal(busOf({ ...form, bus: 'other' }, 'bus-1', [lan]), null);
  });

  it('is nothing while it is incomplete', () => {
    assert.equal(busOf({ ...form, path: '' }, 'bus-1', []), null);
    assert.equal(busOf({ ...form, baud: 'fast' }, 'bus-1', []), null);
    assert.equal(busOf({ ...form, lineType: '' }, 'bus-1', []), null);
  });
});

describe('solthrive-bus', () => {
  before((done) => {
    helper.startServer(done);
  });
  after((done) => {
    helper.stopServer(done);
  });
  afterEach(() => helper.unload());

  const site = { id: 'site', type: 'solthrive-site' };
  const load = async (bus: object): Promise<BusNode> => {
    await helper.load([siteNode, busNode], [site, { id: 'b1', type: 'solthrive-bus', ...bus }]);
    return helper.getNode('b1') as unknown as BusNode;
  };

  it('shares the line it names with everyone who asks', async () => {
    const node = await load({ ...form, site: 'site', bus: 'lan' });
    assert.equal(node.busConfig, lan);
    const one = node.acquire();
    const two = node.acquire();
    assert.ok(one && two);
    assert.equal(one.line, two.line);
    assert.equal(one.line.state, 'closed', 'a port is opened by the first read');
    await one.release();
    await two.release();
  });

  it('says so, and gives no line, when it names none', async () => {
    const node = await load({ ...form, site: 'site', bus: 'attic' });
    assert.equal(node.busConfig, null);
    assert.equal(node.acquire(), null);
  });

  it('works without a site when it describes its own line', async () => {
    const node = await load({ ...form, lineType: 'tcp', site: '' });
    assert.equal(node.busConfig?.id, 'bus-b1');
  });

  const names = async (query: string): Promise<{ buses: string[]; ports: string[] }> => {
    assert.ok(admin);
    const server = createServer(admin).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/solthrive-bus/names${query}`);
      assert.equal(answer.status, 200);
      return (await answer.json()) as { buses: string[]; ports: string[] };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it('tells the editor which lines and adapters there are', async () => {
    await load({ ...form, lineType: 'tcp', site: 'site' });
    const answer = await names('?site=site');
    assert.deepEqual(answer.buses, ['lan']);
    assert.ok(Array.isArray(answer.ports));
    assert.deepEqual((await names('')).buses, []);
  });
});
