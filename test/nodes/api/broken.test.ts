import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { success } from '../../../nodes/api/reply.ts';
import { send } from '../../../nodes/api/send.ts';
import { acquireReader, type Reader } from '../../../nodes/history/reader.ts';
import { sampleSite } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { siteWith } from '../history/samples.ts';

const worker = new URL('../history/fake-worker.ts', import.meta.url);

describe('an answer whose thread dies in its midst', () => {
  let reader: Reader;
  let server: Server;
  before(async () => {
    const clock = new VirtualClock();
    const { records, config } = siteWith([]);
    const paths = { ...sampleSite().paths, records, data: records };
    reader = acquireReader(sampleSite({}, { config, paths }), { clock, worker });
    const answer = async (wish: string) => {
      const stretch = { fromMs: 0, toMs: 1, nowMs: 1 };
      const fields = [wish];
      const { text } = await reader.ask({
        kind: 'history',
        ...stretch,
        resolution: '1m',
        fields,
        format: 'json',
      });
      return success(text);
    };
    server = createServer((request, response) => {
      const wish = decodeURIComponent(request.url?.slice(1) ?? '');
      void answer(wish).then((reply) => send(response, reply, { head: false, clock }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await reader.release();
  });

  for (const wish of ['then die', 'then exit']) {
    it(`is a transfer that breaks off, not one that is short (${wish})`, async () => {
      const { port } = server.address() as AddressInfo;
      const get = (path: string) => fetch(`http://127.0.0.1:${port}/${encodeURIComponent(path)}`);
      const response = await get(wish);
      assert.equal(response.status, 200);
      await assert.rejects(response.arrayBuffer(), /terminated/);
      // The next question has a new thread.
      assert.equal((await (await get('head')).arrayBuffer()).byteLength, 0);
    });
  }
});
