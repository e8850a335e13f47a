import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import WebSocket from 'ws';
import {
  type Appliance,
  type ApplianceOptions,
  startAppliance,
  temporaryFolder,
} from '../support/appliance.ts';
import { makeRelease } from '../support/release.ts';

/** One page that answers, and a dashboard: what every path needs to be alive. */
const HELLO = [
  { id: 'hello', type: 'tab', label: 'Hello', disabled: false, info: '', env: [] },
  { id: 'h1', type: 'http in', z: 'hello', url: '/hello', method: 'get', wires: [['h2']] },
  {
    id: 'h2',
    type: 'template',
    z: 'hello',
    field: 'payload',
    fieldType: 'msg',
    format: 'json',
    syntax: 'plain',
    template: '{"hello":"home"}',
    output: 'json',
    wires: [['h3']],
  },
  { id: 'h3', type: 'http response', z: 'hello', wires: [] },
  { id: 'page', type: 'ui_tab', name: 'Home', icon: 'dashboard', disabled: false, hidden: false },
  { id: 'group', type: 'ui_group', name: 'Home', tab: 'page', order: 1, disp: false, width: 6 },
  {
    id: 'h4',
    type: 'ui_text',
    z: 'hello',
    group: 'group',
    label: 'hi',
    format: '',
    layout: '',
    wires: [],
  },
];

interface Node {
  id: string;
  type: string;
  [property: string]: unknown;
}

describe('the program', function () {
  this.timeout(60_000);
  let release: string;
  const started: Appliance[] = [];

  before(() => {
    release = makeRelease({ 'hello.json': HELLO });
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((appliance) => appliance.stop()));
  });

  async function start(options: ApplianceOptions = {}): Promise<Appliance> {
    const appliance = await startAppliance({ release, ...options });
    started.push(appliance);
    return appliance;
  }

  async function live(options: ApplianceOptions = {}): Promise<Appliance> {
    const appliance = await start(options);
    await appliance.prints(/Ready after/);
    return appliance;
  }

  function control(appliance: Appliance, method: string, path: string, body?: object) {
    return new Promise<{ units: { id: string; state: string }[]; pid: number }>(
      (resolve, reject) => {
        const socketPath = join(appliance.folder, 'run', 'control.sock');
        request({ socketPath, method, path }, (response) => {
          json(response).then((value) => resolve(value as never), reject);
        })
          .on('error', reject)
          .end(body ? JSON.stringify(body) : '');
      },
    );
  }

  async function flowsOf({ url }: Appliance): Promise<Node[]> {
    return (await (await fetch(`${url}/editor/flows`)).json()) as Node[];
  }

  async function deploy({ url }: Appliance, flows: object[]): Promise<Response> {
    const headers = { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': 'full' };
    return fetch(`${url}/editor/flows`, { method: 'POST', headers, body: JSON.stringify(flows) });
  }

  it('says where to look, is there, and ends cleanly on Ctrl-C, pressed twice', async () => {
    const appliance = await live();
    const { url, folder } = appliance;
    for (const path of ['/dashboard', '/api/latest', '/editor']) {
      assert.ok(appliance.output().includes(url + path), path);
    }
    assert.deepEqual(await (await fetch(`${url}/hello`)).json(), { hello: 'home' });
    const root = await fetch(`${url}/`, { redirect: 'manual' });
    assert.deepEqual([root.status, root.headers.get('location')], [302, '/dashboard/']);
    assert.equal((await fetch(`${url}/dashboard/`)).status, 200);
    assert.equal((await fetch(`${url}/editor/`)).status, 200);
    assert.equal((await control(appliance, 'GET', '/status')).pid, appliance.pid);

    process.kill(appliance.pid, 'SIGINT');
    assert.equal(await appliance.stop(), 0);
    assert.ok(!existsSync(join(folder, 'data', 'lock')), 'the lock is gone');
    assert.ok(!existsSync(join(folder, 'run', 'control.sock')), 'the socket is gone');
  });

  it('says that an installed appliance has no meter, and where to name one', async () => {
    const host = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    const etc: Record<string, string> = host ? { 'api.yaml': `http: { host: ${host} }\n` } : {};
    const appliance = await live({ args: ['--appliance'], etc });
    assert.match(appliance.output(), /No meter is configured.*etc\/meter\.yaml/);
    assert.doesNotMatch(appliance.output(), /simulated/);
    if (host) assert.doesNotMatch(appliance.output(), /Editor/, 'which only loopback can reach');
  });

  it('ends also where a node of the owner never finishes loading', async () => {
    const folder = temporaryFolder();
    const own = join(folder, 'data', 'nodes');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'hang.js'), 'module.exports = () => new Promise(() => {});');
    writeFileSync(join(own, 'hang.html'), '<script type="text/javascript"></script>');
    const appliance = await start({ folder });
    await appliance.prints(/is starting/);
    assert.equal(await appliance.stop('SIGTERM'), 1);
    assert.match(appliance.output(), /did not stop within 20 s/);
  });

  it('loads nodes of the owner of both kinds of modules, also below a package of ES modules', async () => {
    const desk = temporaryFolder();
    writeFileSync(join(desk, 'package.json'), '{ "type": "module" }');
    const folder = join(desk, 'site');
    const own = join(folder, 'data', 'nodes');
    const register = (type: string) =>
      `function (RED) { RED.nodes.registerType('${type}', function (def) { RED.nodes.createNode(this, def); }); }`;
    for (const [name, code] of [
      ['old-kind', `module.exports = ${register('old-kind')};`],
      ['new-kind', `export default ${register('new-kind')}`],
    ] as const) {
      mkdirSync(join(own, name), { recursive: true });
      writeFileSync(join(own, name, `${name}.js`), code);
      writeFileSync(join(own, name, `${name}.html`), '<script type="text/javascript"></script>');
    }
    const appliance = await live({ folder });
    const headers = { Accept: 'application/json' };
    const sets = (await (await fetch(`${appliance.url}/editor/nodes`, { headers })).json()) as {
      types: string[];
      err?: string;
    }[];
    for (const type of ['old-kind', 'new-kind']) {
      const set = sets.find(({ types }) => types.includes(type));
      assert.deepEqual([type, set?.err], [type, undefined]);
      assert.ok(set, type);
    }
    assert.doesNotMatch(appliance.output(), /Warning/);
    const made = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
    assert.deepEqual(made, { private: true });

    await appliance.stop();
    writeFileSync(join(own, 'package.json'), '{ "name": "mine" }');
    await live({ folder });
    assert.equal(readFileSync(join(own, 'package.json'), 'utf8'), '{ "name": "mine" }');
  });

  it('lets nobody foreign in on any real path, and the dashboard and the editor in', async () => {
    const { url, port } = await live();
    const own = `http://127.0.0.1:${port}`;
    const paths = [
      '/editor/comms',
      '/dashboard/socket.io/?EIO=4&transport=websocket',
      '/dashboard/socket.io/?EIO=4&transport=polling',
      '/dashboard/socket.io/socket.io.js',
      '/dashboard/',
      '/hello',
    ];
    for (const path of paths) {
      for (const headers of ['Host: evil.example', `Host: 127.0.0.1:${port}\r\nOrigin: null`]) {
        for (const upgrade of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
          const socket = connect(port, '127.0.0.1');
          socket.end(`GET ${path} HTTP/1.1\r\n${headers}\r\n${upgrade}\r\n`);
          const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
          assert.match(answer, /^HTTP\/1.1 (421|403) /, `${path} ${headers}`);
        }
      }
    }
    for (const path of ['/editor/comms', '/dashboard/socket.io/?EIO=4&transport=websocket']) {
      const socket = new WebSocket(url.replace('http', 'ws') + path, { origin: own });
      await once(socket, 'open');
      socket.terminate();
    }
  });

  it('keeps what was edited over a restart, and restores it on request', async () => {
    const shipped = readFileSync(join(release, 'flows', 'hello.json'));
    const first = await live();
    const edited = (await flowsOf(first)).map((node) =>
      node.id === 'h2' ? { ...node, template: '{"hello":"site"}' } : node,
    );
    assert.equal((await deploy(first, edited)).status, 204);
    assert.equal(await first.stop(), 0);

    const second = await live({ folder: first.folder });
    assert.deepEqual(await (await fetch(`${second.url}/hello`)).json(), { hello: 'site' });
    const { units } = await control(second, 'GET', '/flows');
    assert.deepEqual(units.find(({ id }) => id === 'hello')?.state, 'edited');
    await control(second, 'POST', '/flows/restore', { unit: 'hello' });
    await second.waitFor('/hello', (body) => (body as { hello: string }).hello === 'home');
    assert.deepEqual(readFileSync(join(release, 'flows', 'hello.json')), shipped);
  });

  it('refuses a deploy that cannot be kept, and runs on as it was', async () => {
    const appliance = await live();
    const flows = await flowsOf(appliance);
    // A folder in the way of the file's draft: root, as in a container, may write everywhere else.
    const file = join(appliance.folder, 'data', 'node-red', 'flows.json');
    mkdirSync(`${file}.${appliance.pid}.tmp`);
    const answer = await deploy(appliance, [...flows, { id: 'mine', type: 'tab', label: 'Mine' }]);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /storage_failed.*cannot be written/);
    assert.ok(!(await flowsOf(appliance)).some(({ id }) => id === 'mine'));
  });

  it('runs without the node it does not know, and says so', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'data', 'node-red'), { recursive: true });
    const own = [
      { id: 'mine', type: 'tab', label: 'Mine' },
      { id: 'm1', type: 'no-such-node', z: 'mine', wires: [] },
      { id: 'm2', type: 'exec', z: 'mine', wires: [] },
    ];
    writeFileSync(join(folder, 'data', 'node-red', 'flows.json'), JSON.stringify(own));
    const appliance = await live({ folder });
    assert.deepEqual(await (await fetch(`${appliance.url}/hello`)).json(), { hello: 'home' });
    assert.match(appliance.output(), /Set aside.*no-such-node m1/);
    assert.match(appliance.output(), /Set aside.*exec m2/, 'exec needs leave');
    assert.equal(readdirSync(join(folder, 'data', 'quarantine')).length, 1);
  });

  it('gives exec and an editor only where api.yaml says so', async () => {
    const allowed = await live({ etc: { 'api.yaml': 'editor: { allow: [exec] }\n' } });
    const types = JSON.stringify(
      await (
        await fetch(`${allowed.url}/editor/nodes`, { headers: { Accept: 'application/json' } })
      ).json(),
    );
    assert.match(types, /"exec"/);
    assert.doesNotMatch(types, /"file in"/);
    const api = 'editor: { enabled: false }\ndashboard: { login: true }\n';
    const off = await live({ etc: { 'api.yaml': api } });
    assert.match(off.output(), /warn .*api\.yaml:2:21: dashboard\.login .* STAYS OPEN/);
    for (const path of ['/editor/', '/editor/flows', '/flows', '/settings']) {
      assert.equal((await fetch(off.url + path)).status, 404, path);
    }
    assert.equal((await fetch(`${off.url}/dashboard/`)).status, 200);
    assert.doesNotMatch(off.output(), /Editor/);
  });

  it('says that the port is taken, and how to choose another', async () => {
    const other = createServer().listen(0, '0.0.0.0');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const appliance = await start({ port });
    assert.equal(await appliance.ended(), 1);
    assert.match(appliance.output(), new RegExp(`Port ${port} is in use`));
    assert.match(appliance.output(), /SOLTHRIVE_PORT/);
    assert.doesNotMatch(appliance.output(), /\n\s+at /, 'no stack trace');
    assert.ok(!existsSync(join(appliance.folder, 'data', 'lock')));
    other.close();
  });

  it('says that another one is running, and leaves it alone', async () => {
    const first = await live();
    const second = await start({ folder: first.folder });
    assert.equal(await second.ended(), 1);
    assert.match(second.output(), /Another SolThrive is using/);
    assert.equal((await control(first, 'GET', '/status')).pid, first.pid);
    await first.kill9();
    await live({ folder: first.folder });
  });

  it('refuses a release whose flows cannot run', async () => {
    const broken = makeRelease({ 'broken.json': [{ id: 'a', type: 'no-such-node' }] });
    const appliance = await start({ release: broken });
    assert.equal(await appliance.ended(), 1);
    assert.match(appliance.output(), /unknown type no-such-node/);
  });

  it('says that Node.js is too old', async () => {
    const old = "Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})";
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(old)}`;
    const appliance = await start({ env: { NODE_OPTIONS } });
    assert.equal(await appliance.ended(), 1);
    assert.match(appliance.output(), /needs Node\.js 24 and this is 20\.1\.0/);
  });
});
