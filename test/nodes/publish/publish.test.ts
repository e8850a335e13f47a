import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import helper from 'node-red-node-test-helper';
import type { Fault } from '../../../nodes/health/faults.ts';
import { brokerOf, clientIdOf } from '../../../nodes/publish/broker.ts';
import { dial } from '../../../nodes/publish/link.ts';
import publishNode from '../../../nodes/publish/publish.ts';
import { freePort } from '../../support/appliance.ts';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto.ts';
import { requireTool } from '../../support/requires.ts';
import { badgeOf, sampleSite, sampleSnapshot, siteNode } from '../../support/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const LOGIN = 'solar:p@ss/w0rd';
const fault: Fault = {
  id: 'data_stale',
  source: 'main',
  severity: 'fault',
  state: 'confirmed',
  since: '2026-06-21T12:00:00.000Z',
  evidence: { age_s: 6 },
  message: 'No new data.',
  advice: 'Look.',
};

describe('the publish node', () => {
  const flow = [
    { id: 'tab', type: 'tab' },
    { id: 'site', type: 'solthrive-site' },
    { id: 'mqtt', type: 'solthrive-publish', site: 'site', z: 'tab' },
  ];
  const load = (mqtt: object, nodes: object[] = flow) =>
    helper.load([siteNode(sampleSite({ mqtt })), publishNode], nodes as never);
  const tell = (topic: string, payload: unknown) =>
    helper.getNode('mqtt').receive({ topic, payload });
  const badge = (id = 'mqtt') =>
    badgeOf(helper.getNode(id))?.replace('solthrive-publish.status.', '');
  /** Resolves once the node wears a badge; it wears at most a few. */
  const wears = async (text: string) => {
    while (badge() !== text) await once(helper.getNode('mqtt'), 'call:status');
  };

  afterEach(() => helper.unload());

  it('does nothing where no broker is configured, or without a site', async () => {
    await load({}, [...flow, { ...flow[2], id: 'lost', site: 'none' }]);
    tell('snapshot', sampleSnapshot());
    assert.equal(badge(), 'off');
    assert.equal(badge('lost'), 'site_missing');
  });

  it('says once that there is no broker, where it is, and never the password', async () => {
    const port = await freePort();
    await load({ enabled: true, url: `mqtt://${LOGIN}@127.0.0.1:${port}` });
    const [call] = await once(helper.getNode('mqtt') as never as EventEmitter, 'call:warn');
    assert.match(String(call.firstArg), new RegExp(`broker mqtt://127.0.0.1:${port}: .*REFUSED`));
    assert.doesNotMatch(String(call.firstArg), /p@ss|solar:/);
    assert.equal(badge(), 'lost');
    // Nobody waits for it.
    tell('snapshot', sampleSnapshot());
    tell('fault', fault);
  });

  it('refuses what is not what its topic says', async () => {
    await load({ enabled: true, url: `mqtt://127.0.0.1:${await freePort()}` });
    const failed = once(helper.getNode('mqtt') as never as EventEmitter, 'call:error');
    tell('fault', 'sunny');
    assert.match(String((await failed)[0].firstArg), /not a fault/);
  });

  it('leaves the field to the first, where there are two', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    await load({ enabled: true, url }, [...flow, { ...flow[2], id: 'second' }]);
    assert.equal(badge('second'), 'second');
  });

  describe('with a real broker', function () {
    this.timeout(60_000);
    let broker: Mosquitto;
    const url = () => `mqtt://${LOGIN}@127.0.0.1:${broker.port}`;

    before(async function () {
      requireTool.call(this, 'mosquitto');
      broker = await startMosquitto(LOGIN);
    });
    after(() => broker?.stop());

    it('publishes each second, what is active, and that it is online', async () => {
      const listener = await broker.listen('home/#');
      await load({ enabled: true, url: url(), topic: 'home' });
      await wears('connected');
      tell('snapshot', sampleSnapshot(7));
      tell('fault', fault);
      tell('health', { status: 'fault', errors: ['data_stale'], faults: [fault] });
      const snapshot = await listener.until(({ topic }) => topic === 'home/snapshot');
      assert.deepEqual(JSON.parse(snapshot.text), sampleSnapshot(7));
      await listener.until(({ topic }) => topic === 'home/health');
      const kept = broker.kept('home/#');
      assert.deepEqual(Object.keys(kept).sort(), [
        'home/fault/data_stale/main',
        'home/health',
        'home/status',
      ]);
      assert.deepEqual(JSON.parse(kept['home/fault/data_stale/main'] ?? ''), fault);
      assert.equal(kept['home/status'], 'online');
      tell('fault', { ...fault, cleared_at: '2026-06-21T13:00:00.000Z' });
      await listener.until(({ topic, text }) => /data_stale/.test(topic) && text === '');
      assert.ok(!('home/fault/data_stale/main' in broker.kept('home/#')));
      await helper.setFlows(flow.slice(0, 2) as never);
      await listener.until(({ topic, text }) => topic === 'home/status' && text === 'offline');
      assert.equal(broker.kept('home/status')['home/status'], 'offline');
      listener.stop();
    });

    it('empties what was left of another start, once it knows what is active', async () => {
      await load({ enabled: true, url: url(), topic: 'left' });
      await wears('connected');
      tell('fault', fault);
      tell('fault', { ...fault, source: 'barn' });
      const listener = await broker.listen('left/#');
      await listener.until(({ topic }) => topic === 'left/fault/data_stale/barn');
      await helper.setFlows(flow.slice(0, 2) as never);
      await helper.setFlows(flow as never);
      await wears('connected');
      tell('fault', fault);
      const isEmptied = ({ topic, text }: { topic: string; text: string }) =>
        topic === 'left/fault/data_stale/barn' && text === '';
      // A health report comes each five seconds; what the broker had kept comes in between.
      const reports = setInterval(() => tell('health', { faults: [fault] }), 50);
      await listener.until(isEmptied).finally(() => clearInterval(reports));
      assert.deepEqual(Object.keys(broker.kept('left/fault/#')), ['left/fault/data_stale/main']);
      listener.stop();
    });

    it('connects again when the broker is back, with what has changed meanwhile', async () => {
      await load({ enabled: true, url: url(), topic: 'back' });
      await wears('connected');
      tell('fault', fault);
      const first = await broker.listen('back/#');
      await first.until(({ topic }) => topic === 'back/fault/data_stale/main');
      first.stop();
      await broker.stop();
      await wears('lost');
      tell('fault', { ...fault, cleared_at: '2026-06-21T13:00:00.000Z' });
      tell('fault', { ...fault, id: 'ct_reversed' });
      for (let seq = 0; seq < 100; seq++) tell('snapshot', sampleSnapshot(seq));
      await broker.start();
      await wears('connected');
      const listener = await broker.listen('back/#');
      await listener.until(({ topic }) => topic === 'back/fault/ct_reversed/main');
      const topics = Object.keys(broker.kept('back/fault/#'));
      assert.deepEqual(topics, ['back/fault/ct_reversed/main']);
      assert.ok(!listener.heard.some(({ topic }) => topic === 'back/snapshot'));
      listener.stop();
    });

    it('stays online where the broker had not yet missed an earlier connection', async () => {
      await load({ enabled: true, url: url(), topic: 'twice' });
      await wears('connected');
      const listener = await broker.listen('twice/status');
      const { promise: isUp, resolve: up } = Promise.withResolvers<void>();
      const again = await dial({
        broker: brokerOf(url()),
        clientId: clientIdOf(sampleSite({}).paths.data, 'twice'),
        will: { topic: 'twice/status', text: 'offline' },
        events: { up, found: () => {}, down: () => {} },
      });
      await isUp;
      await again.publish('twice/status', 'online', { qos: 1, retain: true });
      await wears('lost');
      await listener.until(({ text, retained }) => text === 'offline' && !retained);
      assert.equal(broker.kept('twice/status')['twice/status'], 'online');
      listener.stop();
      await again.close();
    });

    it('says that its password is wrong', async () => {
      await load({ enabled: true, url: url().replace('w0rd', 'wrong') });
      const [call] = await once(helper.getNode('mqtt') as never as EventEmitter, 'call:warn');
      assert.match(String(call.firstArg), /not authori[sz]ed/i);
      assert.doesNotMatch(String(call.firstArg), /p@ss/);
    });
  });
});
