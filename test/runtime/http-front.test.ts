import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { machineHosts } from '../../nodes/site/hosts.ts';
import { createFront, type Front, isEditorPath } from '../../runtime/http-front.ts';
import { missing } from '../support/requires.ts';

const PATHS = [
  '/',
  '/dashboard/',
  '/dashboard/socket.io/?EIO=4&transport=polling',
  '/api/latest',
  '/ws',
  '/editor/',
  '/editor/flows',
  '/editor/comms',
];

describe('the front door', () => {
  let front: Front;
  let port: number;
  let letIn: string[];

  beforeEach(async () => {
    front = await openFront(true);
  });

  afterEach(() => front.close());

  async function openFront(editor: boolean): Promise<Front> {
    letIn = [];
    const opened = createFront({
      ownHosts: () => machineHosts(['solar.example']),
      editor,
      socketsPerAddress: 3,
    });
    opened.inner.on('request', (request, response) => {
      letIn.push(request.url ?? '');
      response.end('in');
    });
    opened.inner.on('upgrade', (request, socket) => {
      letIn.push(request.url ?? '');
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    opened.open();
    opened.server.listen(0, '0.0.0.0');
    await once(opened.server, 'listening');
    port = (opened.server.address() as AddressInfo).port;
    return opened;
  }

  interface Ask {
    method?: string;
    path: string;
    headers?: Record<string, string>;
    upgrade?: boolean;
    address?: string;
  }

  /** Bytes as no browser would send them; the whole answer. */
  async function ask({ method = 'GET', path, headers = {}, upgrade, address }: Ask) {
    const socket = connect(port, address ?? '127.0.0.1');
    const lines = Object.entries({
      Host: `127.0.0.1:${port}`,
      ...(upgrade ? { Connection: 'Upgrade', Upgrade: 'websocket' } : { Connection: 'close' }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    await once(socket, 'close');
    return { status: Number(text.split(' ')[1]), text };
  }

  const WAYS = [{ upgrade: false }, { upgrade: true }];

  for (const path of PATHS) {
    it(`lets a page of its own in at ${path}`, async () => {
      for (const way of WAYS) {
        const headers = { Origin: `http://127.0.0.1:${port}` };
        assert.equal((await ask({ path, headers, ...way })).status, way.upgrade ? 101 : 200);
      }
      assert.deepEqual(letIn, [path, path]);
    });

    it(`refuses a foreign name at ${path}`, async () => {
      for (const way of WAYS) {
        for (const Host of ['evil.example', `evil.example:${port}`, '', '127.0.0.1.evil.example']) {
          const { status, text } = await ask({ path, headers: { Host }, ...way });
          assert.equal(status, 421, `${Host} ${text}`);
          assert.match(text, /"code":"foreign_host"/);
        }
      }
      assert.deepEqual(letIn, []);
    });

    it(`refuses a foreign page at ${path}`, async () => {
      const foreign = ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, 'file://'];
      for (const way of WAYS) {
        for (const Origin of foreign) {
          const { status, text } = await ask({ path, headers: { Origin }, ...way });
          assert.equal(status, 403, `${Origin} ${text}`);
          assert.match(text, /"code":"foreign_origin"/);
        }
      }
      assert.deepEqual(letIn, []);
    });
  }

  it('refuses two names for one appliance', async () => {
    for (const way of WAYS) {
      const headers = { Host: `127.0.0.1:${port}\r\nHost: evil.example` };
      assert.equal((await ask({ path: '/api/latest', headers, ...way })).status, 421);
    }
    assert.deepEqual(letIn, []);
  });

  it('answers a request that would rather speak HTTP/2', async () => {
    const headers = { Connection: 'Upgrade, HTTP2-Settings, close', Upgrade: 'h2c' };
    assert.equal((await ask({ path: '/api/latest', headers })).status, 200);
  });

  it('shows the editor to nobody who came through a proxy', async () => {
    for (const way of WAYS) {
      for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP']) {
        const headers = { [name]: '192.0.2.7' };
        const { status, text } = await ask({ path: '/editor/comms', headers, ...way });
        assert.equal(status, 403);
        assert.match(text, /"code":"editor_local_only"/);
        assert.ok((await ask({ path: '/ws', headers, ...way })).status < 300);
      }
    }
  });

  it('shows the editor to nobody who calls the machine by another name', async () => {
    const headers = { Host: 'solar.example', Origin: 'https://solar.example' };
    assert.equal((await ask({ path: '/editor/', headers })).status, 403);
    assert.equal((await ask({ path: '/dashboard/', headers })).status, 200);
    const allowedPage = { Origin: 'https://solar.example' };
    assert.equal((await ask({ path: '/editor/flows', headers: allowedPage })).status, 403);
  });

  const NETWORK = 'address on a network';
  const homeAddress = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  it('keeps one address from taking all sockets, and lets it in again', async function () {
    if (homeAddress === undefined) return missing.call(this, NETWORK);
    const headers = { Host: `${homeAddress}:${port}` };
    const held = Array.from({ length: 3 }, () => connect(port, homeAddress));
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    const refused = connect(port, homeAddress)
      .resume()
      .on('error', () => {});
    await once(refused, 'close');
    assert.equal((await ask({ path: '/' })).status, 200, 'others are served');
    for (const socket of held) socket.destroy();
    await Promise.all(held.map((socket) => once(socket, 'close')));
    let status = 0;
    while (status !== 200) {
      const again = ask({ path: '/', headers, address: homeAddress });
      ({ status } = await again.catch(() => ({ status: 0 })));
    }
  });

  it('shows the editor to nobody at home', async function () {
    const address = homeAddress;
    if (address === undefined) return missing.call(this, NETWORK);
    for (const way of WAYS) {
      for (const path of ['/editor/', '/EDITOR/flows', '//editor/comms', 'http://x/editor/comms']) {
        for (const Host of [`${address}:${port}`, 'localhost']) {
          assert.equal((await ask({ path, headers: { Host }, address, ...way })).status, 403, path);
        }
      }
      const headers = { Host: `${address}:${port}` };
      assert.ok((await ask({ path: '/ws', headers, address, ...way })).status < 300);
    }
  });

  it('refuses what is no request to change anything from a foreign page', async () => {
    const headers = { Origin: 'http://evil.example' };
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      assert.equal((await ask({ method, path: '/editor/flows', headers })).status, 403);
    }
  });

  it('sends headers that keep browsers careful', async () => {
    const { text } = await ask({ path: '/dashboard/' });
    for (const header of [/x-content-type-options: nosniff/i, /x-frame-options: deny/i]) {
      assert.match(text, header);
    }
    assert.doesNotMatch(text, /x-powered-by|strict-transport-security/i);
  });

  it('survives a client that leaves while it is refused', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: evil\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    socket.resetAndDestroy();
    assert.equal((await ask({ path: '/' })).status, 200);
  });
});

describe('a front door without an editor, or not open yet', () => {
  it('knows no editor, and tells early callers to come back', async () => {
    const front = createFront({ ownHosts: () => machineHosts([]), editor: false });
    front.inner.on('request', (_, response) => response.end('in'));
    front.server.listen(0, '127.0.0.1');
    await once(front.server, 'listening');
    const url = `http://127.0.0.1:${(front.server.address() as AddressInfo).port}`;
    const early = await fetch(`${url}/api/latest`);
    assert.equal(early.status, 503);
    assert.equal(((await early.json()) as { error: { code: string } }).error.code, 'starting');
    front.open();
    assert.equal((await fetch(`${url}/api/latest`)).status, 200);
    for (const path of ['/editor', '/editor/flows']) {
      assert.equal((await fetch(url + path)).status, 404);
    }
    await front.close();
  });

  it('closes although a WebSocket is still open', async () => {
    const front = createFront({ ownHosts: () => machineHosts([]), editor: false });
    front.inner.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    front.open();
    front.server.listen(0, '127.0.0.1');
    await once(front.server, 'listening');
    const { port } = front.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    await once(socket, 'data');
    const gone = once(socket, 'close');
    await front.close();
    await gone;
  });
});

describe('what counts as the editor', () => {
  it('is found however it is written', () => {
    const ways = [
      '/editor',
      '/EDITOR/x',
      '/%65ditor/comms',
      '//editor',
      '/\\editor/',
      '/editor?x=1',
    ];
    for (const way of [
      ...ways,
      'http://a/editor/comms',
      'HTTP://a:1/Editor',
      '/editor#x',
      '/editor\\x',
    ]) {
      assert.ok(isEditorPath(way), way);
    }
    for (const other of [
      '/',
      '/editors',
      '/dashboard/editor',
      '/?/editor',
      '/api/editor',
      '/%zz',
    ]) {
      assert.ok(!isEditorPath(other), other);
    }
  });

  it('never misses what url.parse would take for it', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      'editor',
      'Editor',
      '%65',
      'ditor',
      'comms',
      '?',
      '#',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const url = `/${pieces.join('')}`;
        const { pathname } = new URL(url.replace(/^[/\\]+/, '/'), 'http://a');
        if (/^\/editor(\/|$)/i.test(pathname)) assert.ok(isEditorPath(url), url);
      }),
    );
  });
});
