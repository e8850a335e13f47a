import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { readFaultLog } from '../../../nodes/health/book/lines.ts';
import type { FaultMessage } from '../../../nodes/health/care.ts';
import { healthDeskOf } from '../../../nodes/health/desk.ts';
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
      wires: [['faults'], ['reports'], ['doctor']],
    },
    { id: 'faults', type: 'helper', z: 'tab' },
    { id: 'reports', type: 'helper', z: 'tab' },
    { id: 'doctor', type: 'helper', z: 'tab' },
  ];
  let events: EventEmitter;
  let records: string;
  const load = ({ paths, ...rest }: Site, nodes: object[] = flow) => {
    const site = { ...rest, paths: { ...paths, records, data: records } };
    const mounted = (RED: NodeAPI) => {
      events = RED.events;
      healthNode(RED);
    };
    return helper.load([siteNode(site), mounted], nodes as never);
  };
  const next = async <T>(id: string): Promise<{ topic: string; payload: T }> =>
    (await once(helper.getNode(id), 'input'))[0];
  const fault = async (): Promise<FaultMessage> =>
    (await once(helper.getNode('faults'), 'input'))[0];

  /** The first report that is as it should be. */
  const reported = async (isIt: (report: HealthReport) => boolean): Promise<HealthReport> => {
    for (;;) {
      const { payload } = await next<HealthReport>('reports');
      if (isIt(payload)) return payload;
    }
  };

  beforeEach(() => {
    records = mkdtempSync(join(tmpdir(), 'health-'));
  });
  afterEach(async () => {
    await helper.unload();
    rmSync(records, { recursive: true });
  });

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
    const raised = fault();
    const failing = reported(({ errors }) => errors.includes('storage_failed'));
    node.receive({ topic: 'storage', payload: { ok: false } });
    assert.equal((await raised).payload.id, 'storage_failed');
    assert.equal((await failing).status, 'fault');
    assert.equal(badgeOf(node), 'solthrive-health.status.one');
  });

  it('says active faults once more after a deploy, since when they began', async () => {
    await load(sampleSite({}, { problems: [PROBLEM] }));
    const said = fault();
    events.emit('flows:started', {});
    const { change, title, payload } = await said;
    assert.equal(payload.id, 'config_invalid');
    assert.deepEqual([change, title], ['repeat', 'Problem goes on']);
    await helper.setFlows(flow as never);
    const again = fault();
    events.emit('flows:started', {});
    assert.equal((await again).payload.since, payload.since);
    const lines = await readFaultLog(records);
    assert.deepEqual(
      lines.map(({ change }) => change),
      ['raise'],
      'it began once',
    );
  });

  it('takes an acknowledgement from a wire and over the desk, and keeps it over a deploy', async () => {
    await load(sampleSite());
    const node = helper.getNode('health');
    const raised = fault();
    node.receive({ topic: 'storage', payload: { ok: false } });
    assert.deepEqual([(await raised).change, (await raised).title], ['raise', 'New problem']);
    const seen = fault();
    const given = { id: 'storage_failed' as const, source: 'site', by: 'Ada' };
    node.receive({ topic: 'acknowledge', payload: { ...given, until: '2099-01-01T00:00:00Z' } });
    assert.equal((await seen).change, 'acknowledge');
    const until = '2099-02-01T00:00:00.000Z';
    const desk = healthDeskOf(records);
    assert.deepEqual(desk?.acknowledge({ ...given, until }).acknowledged, { by: 'Ada', until });
    assert.deepEqual(desk?.doctor().hypotheses, []);
    await helper.setFlows(flow as never);
    assert.equal(healthDeskOf(records)?.faults()[0]?.acknowledged?.until, until);
    const refused = once(helper.getNode('health'), 'call:error');
    helper.getNode('health').receive({
      topic: 'acknowledge',
      payload: { ...given, source: 'main', until },
    });
    assert.match(String((await refused)[0].firstArg), /no active fault storage_failed of main/);
    await helper.clearFlows();
    assert.equal(healthDeskOf(records), null);
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
