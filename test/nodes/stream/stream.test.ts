import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { WebSocket } from 'ws';
import type { Fault } from '../../../nodes/health/faults.ts';
import streamNode from '../../../nodes/stream/stream.ts';
import { badgeOf, sampleSite, sampleSnapshot, siteNode } from '../../support/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

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

describe('the stream node', () => {
  const flow = [
    { id: 'tab', type: 'tab' },
    { id: 'site', type: 'solthrive-site' },
    { id: 'ws', type: 'solthrive-stream', site: 'site', z: 'tab' },
  ];
  const opened: WebSocket[] = [];
  let server: Server;

  const load = (nodes: object[] = flow) => {
    const mounted = (RED: NodeAPI) => {
      server = RED.server;
      streamNode(RED);
    };
    return helper.load([siteNode(sampleSite()), mounted], nodes as never);
  };
  const tell = (topic: string, payload: unknown) =>
    helper.getNode('ws').receive({ topic, payload });
  /** Frames as they come; the first is the hello. */
  const join = async () => {
    const client = new WebSocket(`${helper.url().replace('http', 'ws')}/ws`);
    opened.push(client);
    const frames: { type: string; seq: number; ts: string; data: Record<string, unknown> }[] = [];
    client.on('message', (data) => frames.push(JSON.parse(String(data))));
    const until = async (count: number) => {
      while (frames.length < count) await once(client, 'message');
      return frames;
    };
    await until(1);
    return { client, until };
  };

  beforeEach((done) => {
    helper.startServer(done);
  });
  afterEach(async () => {
    await helper.unload();
    for (const client of opened.splice(0)) client.terminate();
    await new Promise((resolve) => helper.stopServer(() => resolve(null)));
  });

  it('says hello with exactly the keys of the contract, empty before anything is known', async () => {
    await load();
    const { until } = await join();
    const [hello] = await until(1);
    assert.deepEqual(Object.keys(hello ?? {}), ['type', 'ts', 'seq', 'data']);
    assert.deepEqual(hello?.data, {
      version: '2.0.0',
      run: null,
      simulated: false,
      interval_ms: 1_000,
      snapshot: null,
      faults: [],
    });
  });

  it('passes on snapshots and faults, and tells them to who comes late', async () => {
    await load();
    const early = await join();
    tell('snapshot', sampleSnapshot(1));
    tell('fault', fault);
    const frames = await early.until(3);
    assert.deepEqual(
      frames.map(({ type, seq }) => `${seq} ${type}`),
      ['1 hello', '2 snapshot', '3 fault'],
    );
    assert.deepEqual(frames[1]?.data, sampleSnapshot(1));
    const [hello] = await (await join()).until(1);
    assert.equal(hello?.data.run, 'run-1');
    assert.deepEqual(hello?.data.snapshot, sampleSnapshot(1));
    assert.deepEqual(hello?.data.faults, [fault]);
  });

  it('says a fault once, also where it is told again after a deploy', async () => {
    await load();
    const { until } = await join();
    tell('fault', fault);
    tell('fault', { ...fault, evidence: { age_s: 9 } });
    tell('fault', { ...fault, cleared_at: '2026-06-21T12:01:00.000Z' });
    const frames = await until(3);
    assert.deepEqual(
      frames.map(({ data }) => data.cleared_at),
      [undefined, undefined, '2026-06-21T12:01:00.000Z'],
    );
    const [hello] = await (await join()).until(1);
    assert.deepEqual(hello?.data.faults, []);
  });

  it('says what becomes of a fault: confirmed, seen by somebody, and no longer so', async () => {
    await load();
    const { until } = await join();
    const acknowledged = { by: 'Ada', until: '2026-06-22T12:00:00.000Z' };
    const stages: Fault[] = [
      { ...fault, state: 'suspected' },
      fault,
      { ...fault, acknowledged },
      { ...fault, acknowledged: { ...acknowledged, by: 'Bob' } },
      fault,
    ];
    for (const stage of stages) tell('fault', stage);
    const frames = await until(1 + stages.length);
    assert.deepEqual(
      frames.slice(1).map(({ data }) => data),
      stages,
    );
  });

  it('survives deploys: clients are told to come again, no listener stays behind', async () => {
    await load();
    const before = server.listenerCount('upgrade');
    for (let deploy = 0; deploy < 3; deploy++) {
      const { client } = await join();
      const closed = once(client, 'close');
      await helper.setFlows(flow as never);
      assert.equal((await closed)[0], 1012);
    }
    assert.equal(server.listenerCount('upgrade'), before);
    await helper.setFlows(flow.slice(0, 2) as never);
    assert.equal(server.listenerCount('upgrade'), before - 1);
  });

  it('wears what is going on', async () => {
    const second = { ...flow[2], id: 'second' };
    await load([...flow, second, { ...second, id: 'lost', site: 'none' }]);
    const badge = (id: string) => badgeOf(helper.getNode(id));
    assert.equal(badge('second'), 'solthrive-stream.status.second');
    assert.equal(badge('lost'), 'solthrive-stream.status.site_missing');
    assert.equal(badge('ws'), 'solthrive-stream.status.nobody');
    await join();
    assert.equal(badge('ws'), 'solthrive-stream.status.clients');
  });

  it('outlives whatever a flow sends it: a client is sent away, nothing more', async () => {
    await load();
    const { client } = await join();
    const refused = once(helper.getNode('ws'), 'call:error');
    tell('snapshot', { ...sampleSnapshot(1), sources: null });
    assert.match(String((await refused)[0].firstArg), /not a snapshot/);
    client.terminate();
    await once(client, 'close');
    const endless = { ...sampleSnapshot(2), itself: {} };
    endless.itself = endless;
    helper.getNode('ws').emit('input', { topic: 'snapshot', payload: endless });
    const late = new WebSocket(`${helper.url().replace('http', 'ws')}/ws`);
    opened.push(late);
    assert.equal((await once(late, 'close'))[0], 1011);
    tell('snapshot', sampleSnapshot(3));
    await join();
  });

  it('refuses a message that is not what its topic says', async () => {
    await load();
    const failed = once(helper.getNode('ws'), 'call:error');
    tell('snapshot', 'sunny');
    assert.match(String((await failed)[0].firstArg), /not a snapshot/);
  });
});
