import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import balanceNode from '../../../nodes/balance/balance.ts';
import type { Measured } from '../../../nodes/balance/measured.ts';
import type { Snapshot } from '../../../nodes/balance/snapshot.ts';
import { isoTime } from '../../../nodes/site/clock.ts';
import type { Site } from '../../../nodes/site/config.ts';
import { temporaryFolder } from '../../support/appliance.ts';
import {
  badgeOf,
  failedReading,
  sampleMeter,
  sampleReading,
  sampleSite,
  siteNode,
} from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

type Sent = { topic: string; payload: Snapshot; measured: Measured };

const FLOW = [
  { id: 'tab', type: 'tab' },
  { id: 'site', type: 'solthrive-site' },
  { id: 'balance', type: 'solthrive-balance', site: 'site', z: 'tab', wires: [['out']] },
  { id: 'out', type: 'helper', z: 'tab' },
];

function site(): Site {
  const folder = temporaryFolder();
  const paths = sampleSite().paths;
  return sampleSite(
    {},
    { paths: { ...paths, run: join(folder, 'run'), records: join(folder, 'data') } },
  );
}

describe('the balance node', () => {
  let clock: VirtualClock;
  let sent: Sent[] = [];

  const load = async (home: Site) => {
    clock = new VirtualClock('2026-06-21T12:00:00.400Z');
    sent = [];
    const mounted = (RED: NodeAPI) => balanceNode(RED, clock);
    await helper.load([siteNode(home), mounted], FLOW as never);
    helper.getNode('out').on('input', (msg: unknown) => sent.push(msg as Sent));
    while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  const reading = (more: object = {}) => {
    const { mains } = sampleReading(0).channels;
    const pv = { role: 'solar', power_w: 700 };
    return {
      topic: 'reading/main',
      payload: { meter: 'main', ok: true, channels: { mains, pv }, ...more },
    };
  };
  const receive = (msg: object) => helper.getNode('balance').receive(msg as never);
  /** Tells of calls too: `call:warn`. */
  const spied = () => helper.getNode('balance') as unknown as EventEmitter;
  const refused = async (msg: object): Promise<string> => {
    const refusal = once(helper.getNode('balance'), 'call:error');
    receive(msg);
    const [{ args }] = (await refusal) as [{ args: [Error] }];
    return args[0].message;
  };

  afterEach(() => helper.unload());

  it('sends a snapshot on each second once every source has been read', async () => {
    await load(site());
    assert.equal(badgeOf(helper.getNode('balance')), 'solthrive-balance.status.connecting');
    receive(reading());
    await clock.advance(600);
    receive(reading());
    await clock.advance(1000);
    assert.deepEqual(
      sent.map(({ topic, payload }) => [topic, payload.ts, payload.seq, payload.home_w]),
      [
        ['snapshot', '2026-06-21T12:00:01.000Z', 1, 1200],
        ['snapshot', '2026-06-21T12:00:02.000Z', 2, 1200],
      ],
    );
    assert.equal(sent[0]?.payload.run, sent[1]?.payload.run);
    assert.equal(sent[1]?.measured.covered_s, 0.6);
    assert.equal(badgeOf(helper.getNode('balance')), 'solthrive-balance.status.live');
  });

  it('waits three seconds for a source that says nothing', async () => {
    await load(site());
    await clock.advance(2600);
    assert.equal(sent.length, 0);
    await clock.advance(1000);
    assert.deepEqual([sent.length, sent[0]?.payload.quality], [1, 'stale']);
    assert.equal(badgeOf(helper.getNode('balance')), 'solthrive-balance.status.stale');
  });

  it('does not take a meter that cannot be reached yet for one that was read', async () => {
    await load(site());
    receive({ topic: 'reading/main', payload: failedReading(0) });
    await clock.advance(1000);
    assert.equal(sent.length, 0);
    receive(reading());
    await clock.advance(600);
    const [{ payload }] = sent as [Sent];
    assert.deepEqual([payload.seq, payload.quality, payload.home_w], [1, 'good', 1200]);
    assert.equal(payload.sources.main?.errors, 1);
  });

  it('refuses what is no reading, says where, and goes on', async () => {
    await load(site());
    assert.match(await refused(reading({ meter: 'stranger' })), /stranger.*not in meter.yaml/);
    assert.match(await refused({ topic: 'reading/main', payload: 7 }), /not a reading/);
    const nan = { pv: { role: 'solar', power_w: Number.NaN } };
    assert.match(await refused(reading({ channels: nan })), /channels.pv.power_w/);
    assert.match(await refused(reading({ mono_ms: Date.now() })), /mono_ms/);
    assert.match(await refused({ topic: 'fault', payload: {} }), /fault/);
    receive(reading());
    await clock.advance(600);
    assert.equal(sent[0]?.payload.home_w, 1200);
  });

  it('takes a source of somebody else as it is configured, and our own meters as they come', async () => {
    const turned = { ct: 'ct', multiplier: 2, invert: true };
    const channel = { id: 'mains', role: 'grid', phases: ['l1', 'l2'], ...turned };
    const plug = { id: 'pv', role: 'solar', ...turned };
    const home = sampleSite(
      {
        ct_profiles: [{ id: 'ct', gain: 1.5 }],
        meters: [
          { id: 'plug', source: 'external', channels: [plug] },
          { ...sampleMeter('main'), channels: [channel] },
        ],
      },
      { paths: site().paths },
    );
    await load(home);
    const pv = { role: 'solar', power_w: -100, import_kwh: 1, export_kwh: 7 };
    receive({ topic: 'reading/plug', payload: { meter: 'plug', channels: { pv } } });
    receive(reading());
    await clock.advance(600);
    const [{ payload }] = sent as [Sent];
    assert.deepEqual([payload.solar_w, payload.grid_w, payload.home_w], [300, 500, 800]);
    assert.equal(payload.energy.solar_kwh, 21);
  });

  it('says once what is wrong with every message, and again when something else is', async () => {
    await load(site());
    const stranger = { topic: 'reading/stranger', payload: { meter: 'stranger', ok: true } };
    assert.match(await refused(stranger), /not in meter\.yaml\. Declare it: meters:/);
    let errors = 0;
    spied().on('call:error', () => {
      errors += 1;
    });
    for (let n = 0; n < 5; n++) receive(stranger);
    assert.match(await refused(reading({ channels: 5 })), /channels/);
    assert.equal(errors, 1);
    assert.match(await refused({ ...stranger, payload: { meter: 'other' } }), /other/);
  });

  it('says in plain words what a counter does that is not counting, each event once an hour', async () => {
    await load(site());
    const warned: unknown[] = [];
    spied().on('call:warn', ({ args }: { args: unknown[] }) => warned.push(...args));
    const { mains } = sampleReading(0).channels;
    const pv = { role: 'solar', power_w: 700 };
    const read = async (kwh: number, times: number) => {
      for (let n = 0; n < times; n++) {
        const counters = { import_kwh: kwh, export_kwh: kwh };
        receive(reading({ channels: { mains: { ...mains, ...counters }, pv } }));
        await clock.advance(1000);
      }
    };
    for (const kwh of [5000, 4000, 4000.001, 3000]) await read(kwh, 4);
    assert.deepEqual(warned, ['solthrive-balance.warning.counter_rebased']);
    await clock.advance(3_600_000);
    for (const kwh of [3000, 2000]) await read(kwh, 4);
    assert.equal(warned.length, 2);
  });

  it('warns once of what a source sends otherwise than it is declared, which counts', async () => {
    await load(site());
    const warned: string[] = [];
    spied().on('call:warn', ({ args }: { args: [string] }) => {
      warned.push(args[0]);
    });
    const { channels } = reading().payload;
    const pv = { role: 'load', power_w: 700 };
    const more = { ...channels, pv, attic: { role: 'load', power_w: 5 } };
    for (let n = 0; n < 3; n++) {
      receive(reading({ channels: more }));
      await clock.advance(600);
    }
    assert.deepEqual(warned, [
      'solthrive-balance.warning.role_differs',
      'solthrive-balance.warning.channel_unknown',
    ]);
    assert.equal(sent.at(-1)?.payload.solar_w, 700);
    receive(reading({ channels: { ...more, pv: { role: 'ev', power_w: 700 } } }));
    await clock.advance(600);
    assert.equal(warned.length, 3, 'of another role again');
  });

  it('lists the faults that are active', async () => {
    await load(site());
    receive(reading());
    receive({ topic: 'fault', payload: { id: 'bus_errors', source: 'lan' } });
    await clock.advance(600);
    assert.deepEqual(sent[0]?.payload.errors, ['bus_errors']);
  });

  it('goes on with the energy of the run before, under a new run', async () => {
    const home = site();
    await load(home);
    for (let n = 0; n < 100; n++) {
      receive(reading({ ts: isoTime(clock.now()) }));
      await clock.advance(1000);
    }
    const before = sent.at(-1)!.payload;
    assert.ok(before.energy.import_kwh! > 0.013);
    await helper.unload();
    await load(home);
    receive(reading());
    await clock.advance(600);
    const after = sent[0]!.payload;
    assert.deepEqual(after.energy, before.energy);
    assert.notEqual(after.run, before.run);
    assert.equal(after.seq, 1);
  });

  it('says so when it has no site, and leaves no timer behind', async () => {
    await load(site());
    await helper.unload();
    assert.equal(clock.waiting, 0);
    const mounted = (RED: NodeAPI) => balanceNode(RED, clock);
    await helper.load(mounted, [
      { id: 'balance', type: 'solthrive-balance', site: '', wires: [] },
    ] as never);
    assert.equal(badgeOf(helper.getNode('balance')), 'solthrive-balance.status.faulty');
  });
});
