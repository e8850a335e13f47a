import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { checkPageInput } from '../../runtime/page-input.ts';

/** What the dashboard hears of `event` from a page `me`; null where nothing. */
function heard(...event: unknown[]): unknown[] | null {
  let look: ((event: unknown[], next: () => void) => void) | undefined;
  let out: unknown[] | null = null;
  const use = (given: typeof look) => {
    look = given;
  };
  checkPageInput({ id: 'me', use }, () => {});
  assert.ok(look);
  look(event, () => {
    out = event;
  });
  return out;
}

describe('what the dashboard hears of a page', () => {
  it('is what its own pages say, in the name of the page that says it', () => {
    const said = { id: 'w', msg: { payload: { span: 'day' } } };
    assert.deepEqual(heard('update-value', said), ['update-value', { ...said, socketid: 'me' }]);
    assert.deepEqual(heard('update-value', { id: 'w', value: 1, socketid: 'you' }), [
      'update-value',
      { id: 'w', value: 1, socketid: 'me' },
    ]);
    for (const name of ['ui-replay-state', 'ui-refresh', 'ui-change', 'ui-audio']) {
      assert.ok(heard(name), name);
    }
    assert.ok(heard('ui-collapse', { group: 'g', state: true }));
  });

  it('is nothing that would end the process', () => {
    const forged = JSON.parse('{"id":"w","hasOwnProperty":1}');
    for (const said of [undefined, null, 7, 'x', forged, { id: 'w', msg: forged }, { msg: 7 }]) {
      assert.equal(heard('update-value', said), null, JSON.stringify(said));
    }
    assert.equal(heard('ui-params', null), null);
    assert.equal(heard('ui-collapse'), null);
    assert.equal(heard('ui-anything', {}), null);
  });

  it('is all that node-red-dashboard listens to', () => {
    const require = createRequire(import.meta.url);
    const path = require.resolve('node-red-dashboard').replace(/index\.js$/, 'ui.js');
    const found = readFileSync(path, 'utf8').matchAll(/socket\.on\('([\w-]+)'/g);
    const names = [...found].map(([, name = '']) => name).filter((name) => name !== 'disconnect');
    assert.ok(names.length >= 6);
    for (const name of names) assert.ok(heard(name, {}), name);
  });

  it('holds on a real socket: what is left out never arrives, what is let in does', async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('node-red-dashboard'));
    const { Server } = require('socket.io');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const io = new Server(server);
    io.use(checkPageInput);
    const arrived: unknown[] = [];
    const last = new Promise((resolve) => {
      io.on('connection', (socket: { on(name: string, take: (said: unknown) => void): void }) => {
        socket.on('update-value', (said) => {
          arrived.push(said);
          if ((said as { id: string }).id === 'last') resolve(undefined);
        });
      });
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/socket.io/?EIO=4&transport=polling`;
    const post = (sid: string, body: string) =>
      fetch(`${url}&sid=${sid}`, { method: 'POST', body }).then((answer) => answer.text());
    try {
      const open = await (await fetch(url)).text();
      const { sid } = JSON.parse(open.slice(1)) as { sid: string };
      await post(sid, '40');
      await post(sid, '42["update-value",null]');
      await post(sid, '42["update-value",{"id":"w","hasOwnProperty":1}]');
      await post(sid, '42["update-value",{"id":"last","socketid":"another"}]');
      await last;
      assert.equal(arrived.length, 1);
      const [{ socketid }] = arrived as [{ socketid: string }];
      assert.ok(socketid.length > 8 && socketid !== 'another');
    } finally {
      io.close();
      server.closeAllConnections();
    }
  });
});
