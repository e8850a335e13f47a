import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { systemClock } from '../../../nodes/site/clock.ts';
import { Clients } from '../../../nodes/stream/clients.ts';
import { StreamServer } from '../../../nodes/stream/stream-server.ts';

interface Frame {
  type: string;
  seq: number;
  data: { count?: number; n?: number };
}

describe('the stream server', () => {
  let server: Server;
  let clients: Clients;
  let stream: StreamServer;
  let port: number;
  let changes: number;
  const opened: WebSocket[] = [];

  beforeEach(async () => {
    changes = 0;
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    clients = new Clients({ clock: systemClock, heartbeat: () => ({}) });
    stream = new StreamServer({
      server,
      clients,
      ownHosts: () => ({ allowed: [], addresses: [], names: [] }),
      maxPerAddress: 3,
      hello: () => ({ version: '2.0.0' }),
      changed: () => changes++,
    });
  });

  afterEach(async () => {
    await stream.close();
    for (const client of opened.splice(0)) client.terminate();
    server.closeAllConnections();
    server.close();
  });

  const dial = (options: ClientOptions = {}, path = '/ws') => {
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
    opened.push(client);
    return client;
  };
  const join = async () => {
    const client = dial();
    const hello = once(client, 'message');
    await once(client, 'open');
    await hello;
    return client;
  };
  const refused = async (client: WebSocket) => {
    client.on('error', () => {});
    const [, response] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
    const chunks: Buffer[] = await response.toArray();
    return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
  };

  it('says hello, then passes on what is told to all', async () => {
    const client = dial();
    const frames: Frame[] = [];
    const done = new Promise<void>((resolve) => {
      client.on('message', (data) => {
        frames.push(JSON.parse(String(data)));
        if (frames.length === 1) clients.snapshot({ n: 1 });
        if (frames.length === 2) resolve();
      });
    });
    await done;
    assert.deepEqual(
      frames.map(({ type, seq, data }) => ({ type, seq, data })),
      [
        { type: 'hello', seq: 1, data: { version: '2.0.0' } },
        { type: 'snapshot', seq: 2, data: { n: 1 } },
      ],
    );
    assert.equal(changes, 1);
  });

  it('refuses foreign hosts and origins, and the null origin', async () => {
    const host = await refused(dial({ headers: { Host: 'evil.example' } }));
    assert.deepEqual([host.status, host.body.error.code], [421, 'foreign_host']);
    for (const origin of ['http://evil.example', 'null']) {
      const { status, body } = await refused(dial({ origin }));
      assert.deepEqual([status, body.error.code], [403, 'foreign_origin']);
    }
    assert.equal(clients.count, 0);
  });

  it('lets its own page in', async () => {
    const client = dial({ origin: `http://127.0.0.1:${port}` });
    await once(client, 'open');
  });

  it('refuses one connection too many, and takes one when one has gone', async () => {
    const [first] = await Promise.all([join(), join(), join()]);
    const { status, body } = await refused(dial());
    assert.deepEqual([status, body.error.code], [429, 'too_many_connections']);
    first.close();
    await once(first, 'close');
    while (clients.count > 2) await new Promise(setImmediate);
    await join();
  });

  it('does not listen to clients, and ends one that sends too much at once', async () => {
    const client = await join();
    client.send('anything');
    client.send('x'.repeat(1025));
    const [code] = await once(client, 'close');
    assert.equal(code, 1009);
  });

  it('leaves other paths to others', async () => {
    let theirs = 0;
    server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      if (request.url !== '/comms') return;
      theirs++;
      socket.end('HTTP/1.1 418 x\r\nContent-Length: 2\r\n\r\n{}');
    });
    assert.equal((await refused(dial({}, '/comms'))).status, 418);
    assert.equal(theirs, 1);
  });

  it('closes with 1012 and gives its listener back', async () => {
    const client = await join();
    const closed = once(client, 'close');
    assert.equal(server.listenerCount('upgrade'), 1);
    await stream.close();
    assert.equal((await closed)[0], 1012);
    assert.equal(server.listenerCount('upgrade'), 0);
    assert.equal(clients.count, 0);
  });

  it('closes also where a client does not read', async () => {
    const client = await join();
    client.pause();
    await stream.close();
    assert.equal(clients.count, 0);
  });

  it('tells a slow client how many snapshots it missed', async () => {
    const client = await join();
    const bulk = 'x'.repeat(400_000);
    let sent = 0;
    client.pause();
    // More than the two ends' kernels hold between them.
    while (sent < 60) clients.snapshot({ n: sent++, bulk });
    const frames: Frame[] = [];
    const told = new Promise<void>((resolve) => {
      client.on('message', (data) => {
        frames.push(JSON.parse(String(data)));
        const isBehind = !frames.some(({ type }) => type === 'dropped');
        if (isBehind) clients.snapshot({ n: sent++ });
        else if (frames.at(-1)?.data.n === sent - 1) resolve();
      });
    });
    client.resume();
    await told;
    const at = frames.findIndex(({ type }) => type === 'dropped');
    const dropped = frames[at]?.data.count ?? 0;
    assert.ok(dropped > 0);
    assert.equal(frames[at + 1]?.type, 'snapshot');
    assert.equal(frames[at + 1]?.data.n, at + dropped);
    assert.deepEqual(
      frames.map(({ seq }) => seq),
      frames.map((_, index) => index + 2),
    );
  });
});
