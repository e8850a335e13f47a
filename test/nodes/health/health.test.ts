import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { Fault } from '../../../nodes/health/faults.ts';
import healthNode from '../../../nodes/health/health.ts';
import type { HealthReport } from '../../../nodes/health/report.ts';
import type { Site } from '../../../nodes/site/config.ts';
import { badgeOf, sampleReading, sampleSite, siteNode } from '../../support/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const PROBLEM = {
  file: 'meter.yaml',
  line: 3,
  column: 5,
  path: 'meters[0].unit',
  found: '300',
  expected: '0 to 255',
};

describe('the health node', () => {
  const flow = [
    { id: 'tab', type: 'tab' },
    { id: 'site', type: 'solthrive-site' },
    {
      id: 'health',
      type: 'solthrive-health',
      site: 'site',
      z: 'tab',
      wires: [['faults'], ['reports']],
    },
    { id: 'faults', type: 'helper', z: 'tab' },
    { id: 'reports', type: 'helper', z: 'tab' },
  ];
  let events: EventEmitter;
  const load = (site: Site, nodes: object[] = flow) => {
    const mounted = (RED: NodeAPI) => {
      events = RED.events;
      healthNode(RED);
    };
    return helper.load([siteNode(site), mounted], nodes as never);
  };
  const next = async <T>(id: string): Promise<{ topic: string; payload: T }> =>
    (await once(helper.getNode(id), 'input'))[0];

  /** The first report that is as it should be. */
  const reported = async (isIt: (report: HealthReport) => boolean): Promise<HealthReport> => {
    for (;;) {
      const { payload } = await next<HealthReport>('reports');
      if (isIt(payload)) return payload;
    }
  };

  afterEach(() => helper.unload());

  it('reports once flows have started, and at once when something changes', async () => {
    await load(sampleSite());
    const first = next<HealthReport>('reports');
    events.emit('flows:started', {});
    assert.equal((await first).topic, 'health');
    assert.equal((await first).payload.modbus_status, 'down');
    const node = helper.getNode('health');
    const answering = reported(({ modbus_status }) => modbus_status === 'ok');
    node.receive({ topic: 'reading/main', payload: sampleReading(performance.now()) });
    await answering;
    const fault = next<Fault>('faults');
    const failing = reported(({ errors }) => errors.includes('storage_failed'));
    node.receive({ topic: 'storage', payload: { ok: false } });
    assert.equal((await fault).payload.id, 'storage_failed');
    assert.equal((await failing).status, 'fault');
    assert.equal(badgeOf(node), 'solthrive-health.status.one');
  });

  it('says active faults once more after a deploy, since when they began', async () => {
    await load(sampleSite({}, { problems: [PROBLEM] }));
    const said = next<Fault>('faults');
    events.emit('flows:started', {});
    const { since, id } = (await said).payload;
    assert.equal(id, 'config_invalid');
    await helper.setFlows(flow as never);
    const again = next<Fault>('faults');
    events.emit('flows:started', {});
    assert.equal((await again).payload.since, since);
  });

  it('leaves no listener behind', async () => {
    await load(sampleSite());
    const before = events.listenerCount('flows:started');
    for (let deploy = 0; deploy < 3; deploy++) await helper.setFlows(flow as never);
    assert.equal(events.listenerCount('flows:started'), before);
    await helper.setFlows(flow.slice(0, 2) as never);
    assert.equal(events.listenerCount('flows:started'), before - 1);
  });

  it('says so without a site', async () => {
    await load(sampleSite(), [{ ...flow[2], site: 'none' }, ...flow.slice(3), flow[0]] as object[]);
    assert.equal(badgeOf(helper.getNode('health')), 'solthrive-health.status.site_missing');
  });

  it('refuses a message that is not what its topic says', async () => {
    await load(sampleSite());
    const node = helper.getNode('health');
    for (const topic of ['reading/main', 'status/main', 'storage']) {
      const failed = once(node, 'call:error');
      node.receive({ topic, payload: 'sunny' });
      assert.match(String((await failed)[0].firstArg), /The message is not a/);
    }
    let errors = 0;
    (node as unknown as EventEmitter).on('call:error', () => {
      errors += 1;
    });
    node.receive({ topic: 'reading/main', payload: 'sunny' });
    const failed = once(node, 'call:error');
    node.receive({ topic: 'reading/other', payload: 'sunny' });
    await failed;
    assert.equal(errors, 1, 'what was said is not said again');
  });
});
