import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import meterNode from '../../../nodes/meter/meter.ts';
import type { MeterStatus } from '../../../nodes/meter/meter-status.ts';
import type { Reading } from '../../../nodes/meter/reading.ts';
import type { Site } from '../../../nodes/site/config.ts';
import { freePort } from '../../support/appliance.ts';
import { badgeOf, sampleMeter, sampleSite, siteNode } from '../../support/samples.ts';
import { type RunningMeter, startSimulatedMeter } from '../../support/simulated-meter.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const SHIPPED = resolve(import.meta.dirname, '../../../config');

describe('the meter node', () => {
  let simulated: RunningMeter | undefined;

  afterEach(async () => {
    await helper.unload();
    await simulated?.stop();
    simulated = undefined;
  });

  function flow(...meterNodes: object[]): object[] {
    return [
      { id: 'tab', type: 'tab' },
      { id: 'site', type: 'solthrive-site' },
      ...meterNodes.map((node, index) => ({
        id: `node${index}`,
        type: 'solthrive-meter',
        site: 'site',
        meters: '',
        bus: '',
        z: 'tab',
        wires: [['readings'], ['statuses']],
        ...node,
      })),
      { id: 'readings', type: 'helper', z: 'tab' },
      { id: 'statuses', type: 'helper', z: 'tab' },
    ];
  }

  function siteAt(port: number, config: object = {}, rest: Partial<Site> = {}): Site {
    const buses = [{ id: 'lan', type: 'tcp', host: '127.0.0.1', port }];
    const meters = [sampleMeter('main')];
    const site = sampleSite({ buses, meters, poll: { interval_ms: 200 }, ...config }, rest);
    return { ...site, paths: { ...site.paths, shipped: SHIPPED, etc: '/nowhere' } };
  }

  const load = (site: Site, ...nodes: object[]) =>
    helper.load([siteNode(site), meterNode], flow(...nodes));

  const next = async <T>(id: string): Promise<{ topic: string; payload: T }> =>
    (await once(helper.getNode(id), 'input'))[0];

  /** What a node said at a level, as the helper saw it. */
  function said(node: Node, level: 'log' | 'warn' | 'error'): string[] {
    const spy = node[level] as unknown as {
      getCalls(): { thisValue: unknown; args: [string] }[];
    };
    const calls = spy.getCalls().filter(({ thisValue }) => thisValue === node);
    return calls.map(({ args }) => String(args[0]));
  }

  it('turns real Modbus bytes into readings and says that the meter is live', async () => {
    simulated = await startSimulatedMeter();
    await load(siteAt(simulated.port), {});
    const [reading, status] = await Promise.all([
      next<Reading>('readings'),
      next<MeterStatus>('statuses'),
    ]);
    assert.equal(reading.topic, 'reading/main');
    assert.equal(reading.payload.ok, true);
    assert.ok(!('simulated' in reading.payload));
    const { mains, pv } = reading.payload.channels;
    assert.equal(mains?.role, 'grid');
    assert.equal(typeof mains?.power_w, 'number');
    assert.ok((mains?.phases?.l1?.voltage_v ?? 0) > 100);
    assert.equal(typeof pv?.power_w, 'number');
    assert.equal(status.topic, 'status/main');
    assert.equal(status.payload.state, 'live');
    assert.ok((status.payload.stats?.requests ?? 0) > 0);
    assert.equal(badgeOf(helper.getNode('node0')), 'solthrive-meter.status.live_one');
  });

  it('marks the readings of a simulated home', async () => {
    simulated = await startSimulatedMeter();
    const { port } = simulated;
    await load(siteAt(port, {}, { simulated: { port } }), {});
    assert.equal((await next<Reading>('readings')).payload.simulated, true);
  });

  it('says so when a meter does not answer, and when it does again', async () => {
    simulated = await startSimulatedMeter();
    await load(siteAt(simulated.port), {});
    await next<Reading>('readings');
    simulated.fault({ fault: 'silence', seconds: 60 });
    let reading = await next<Reading>('readings');
    while (reading.payload.ok) reading = await next<Reading>('readings');
    assert.equal(reading.payload.error?.code, 'bus_timeout');
    simulated.clear();
    while (!reading.payload.ok) reading = await next<Reading>('readings');
    assert.ok(reading.payload.channels.mains);
  });

  it('logs once that a meter fails, and once that it is back', async () => {
    const port = await freePort();
    await load(siteAt(port), {});
    const node = helper.getNode('node0');
    while (said(node, 'warn').length === 0) await next<Reading>('readings');
    await next<Reading>('readings');
    assert.deepEqual(said(node, 'warn'), ['solthrive-meter.notice.failing']);
    assert.deepEqual(said(node, 'log'), []);
    simulated = await startSimulatedMeter({ port });
    for (let live = false; !live; ) live = (await next<Reading>('readings')).payload.ok;
    await next<Reading>('readings');
    assert.deepEqual(said(node, 'log'), ['solthrive-meter.notice.back']);
    assert.equal(said(node, 'warn').length, 1);
  }).timeout(20_000);

  it('names the meters there are when it is asked for another', async () => {
    await load(siteAt(1, { meters: [sampleMeter('main'), sampleMeter('garage', 'load', 2)] }), {
      meters: 'main, garrage',
    });
    const [error] = said(helper.getNode('node0'), 'error');
    assert.match(error ?? '', /garrage.*main, garage/);
    assert.equal(badgeOf(helper.getNode('node0')), 'solthrive-meter.status.misconfigured');
  });

  it('names the profiles there are when a meter wants another', async () => {
    const meters = [{ ...sampleMeter('main'), profile: 'wattnode' }];
    let events: EventEmitter | undefined;
    const mounted = (RED: NodeAPI) => {
      events = RED.events;
      meterNode(RED);
    };
    await helper.load([siteNode(siteAt(1, { meters })), mounted], flow({}));
    const [error] = said(helper.getNode('node0'), 'error');
    assert.match(error ?? '', /wattnode.*ccs-wattnode-wnc/);
    assert.equal(badgeOf(helper.getNode('node0')), 'solthrive-meter.status.misconfigured');
    const status = next<MeterStatus>('statuses');
    events?.emit('flows:started', {});
    const { topic, payload } = await status;
    assert.equal(topic, 'status/main');
    assert.equal(payload.state, 'misconfigured');
    assert.equal(payload.error?.code, 'profile_unknown');
    assert.match(payload.error?.hint ?? '', /ccs-wattnode-wnc/);
  });

  it('leaves a meter to the node that polls it already', async () => {
    simulated = await startSimulatedMeter();
    await load(siteAt(simulated.port), {}, { meters: 'main' });
    assert.equal(said(helper.getNode('node1'), 'warn').length, 1);
    assert.equal(badgeOf(helper.getNode('node1')), 'solthrive-meter.status.none');
    assert.equal((await next<Reading>('readings')).payload.ok, true);
  });

  it('lets go of its meters when it is closed, so that the next deploy has them', async () => {
    simulated = await startSimulatedMeter();
    const site = siteAt(simulated.port);
    await load(site, {});
    await next<Reading>('readings');
    await helper.setFlows(flow({ id: 'other' }));
    assert.equal((await next<Reading>('readings')).payload.ok, true);
    assert.deepEqual(said(helper.getNode('other'), 'warn'), []);
  });

  it('without a site wears a badge and does no harm', async () => {
    await helper.load(meterNode, [{ id: 'node0', type: 'solthrive-meter', site: '', wires: [] }]);
    assert.equal(badgeOf(helper.getNode('node0')), 'solthrive-meter.status.site_missing');
  });

  it('does not fall back to other lines when its bus node is not there', async () => {
    await load(siteAt(1), { bus: 'gone' });
    assert.equal(badgeOf(helper.getNode('node0')), 'solthrive-meter.status.bus_missing');
  });
});
