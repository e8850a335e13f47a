import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import apiNode from '../../../nodes/api/api.ts';
import { badgeOf, sampleSite, sampleSnapshot, siteNode } from '../../support/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

describe('the API node', () => {
  let server: Server;
  let url: string;
  const load = async (flow: object[]) => {
    let app: RequestListener | undefined;
    const mounted = (RED: NodeAPI) => {
      app = RED.httpNode as unknown as RequestListener;
      apiNode(RED);
    };
    await helper.load([siteNode(sampleSite()), mounted], flow as never);
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const site = { id: 'site', type: 'solthrive-site' };
  const api = { id: 'api', type: 'solthrive-api', site: 'site', z: 'tab' };
  const tab = { id: 'tab', type: 'tab' };

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await helper.unload();
  });

  const tell = async (topic: string, payload: unknown) => {
    const node = helper.getNode('api');
    const heard = once(node, 'heard');
    node.once('input', () => node.emit('heard'));
    node.receive({ topic, payload });
    await heard;
  };

  it('serves what it was told, from the first to the last', async () => {
    await load([tab, site, api]);
    assert.equal((await fetch(`${url}/api/latest`)).status, 503);
    await tell('snapshot', sampleSnapshot(4));
    const response = await fetch(`${url}/api/latest`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-powered-by'), null);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    assert.deepEqual(await response.json(), sampleSnapshot(4));
  });

  it('answers HEAD like GET, without the body', async () => {
    await load([tab, site, api]);
    await tell('snapshot', sampleSnapshot(4));
    const get = await fetch(`${url}/api/latest`);
    const head = await fetch(`${url}/api/latest`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('content-length'), String((await get.text()).length));
    assert.equal(await head.text(), '');
  });

  it('has no data and is still there after the node went', async () => {
    await load([tab, site, api]);
    await tell('snapshot', sampleSnapshot(4));
    await helper.setFlows([tab, site] as never);
    assert.equal((await fetch(`${url}/api/latest`)).status, 503);
    assert.equal((await fetch(`${url}/api/health`)).status, 200);
  });

  it('says so without a site, and beside another', async () => {
    await load([tab, site, api, { ...api, id: 'second' }, { ...api, id: 'lost', site: 'none' }]);
    const badges = ['api', 'second', 'lost'].map((id) => badgeOf(helper.getNode(id)));
    assert.deepEqual(badges, [
      'solthrive-api.status.waiting',
      'solthrive-api.status.second',
      'solthrive-api.status.site_missing',
    ]);
    assert.equal((await fetch(`${url}/api/nothing`)).status, 404);
  });

  it('refuses a message that is not what its topic says', async () => {
    await load([tab, site, api]);
    const node = helper.getNode('api');
    const failed = once(node, 'call:error');
    node.receive({ topic: 'snapshot', payload: 'sunny' });
    const [call] = await failed;
    assert.match(String(call.firstArg), /not a snapshot/);
  });
});
