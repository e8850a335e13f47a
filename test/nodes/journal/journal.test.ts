import assert from 'node:assert/strict';
import { on, once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import journalNode from '../../../nodes/journal/journal.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import type { StorageState } from '../../../nodes/journal/minute-store.ts';
import { FakeMachine } from '../../support/fake-machine.ts';
import { badgeOf, sampleSite, siteNode } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { measuredSecond, minuteAt, recordsFolder, snapshotAt } from './samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const NOON = Date.parse('2026-06-21T12:00:00Z');
const FLOW = [
  { id: 'tab', type: 'tab' },
  { id: 'site', type: 'solthrive-site' },
  {
    id: 'journal',
    type: 'solthrive-journal',
    site: 'site',
    z: 'tab',
    wires: [['minutes'], ['storage']],
  },
  { id: 'minutes', type: 'helper', z: 'tab' },
  { id: 'storage', type: 'helper', z: 'tab' },
];

describe('the journal node', () => {
  let records: string;
  let clock: VirtualClock;
  let machine: FakeMachine;

  const load = async () => {
    const site = sampleSite({}, { paths: { ...sampleSite().paths, records } });
    const mounted = (RED: NodeAPI) => journalNode(RED, clock, () => machine);
    await helper.load([siteNode(site), mounted], FLOW as never);
  };
  const receive = (msg: object) => helper.getNode('journal').receive(msg as never);
  const live = (fromMs: number, seconds: number, run = 'r1') => {
    for (let s = 1; s <= seconds; s++) {
      const payload = snapshotAt(fromMs + s * 1000, { run });
      receive({ topic: 'snapshot', payload, measured: measuredSecond() });
    }
  };
  const next = async <T>(id: string, topic?: string): Promise<{ topic: string; payload: T }> => {
    for await (const [msg] of on(helper.getNode(id), 'input')) {
      if (topic === undefined || msg.topic === topic) return msg;
    }
    throw new Error('no such message');
  };
  const lines = (day = '2026-06-21'): MinuteRecord[] =>
    readFileSync(join(records, 'minute', `${day}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as MinuteRecord);

  beforeEach(() => {
    records = recordsFolder();
    clock = new VirtualClock();
    machine = new FakeMachine(clock);
  });
  afterEach(() => helper.unload());

  it('sends a minute once it is on disk, and says that the storage is well', async () => {
    await load();
    const [minute, storage] = [
      next<MinuteRecord>('minutes'),
      next<StorageState>('storage', 'storage'),
    ];
    live(NOON, 60);
    assert.equal((await minute).topic, 'minute');
    assert.deepEqual(lines(), [(await minute).payload]);
    assert.equal(lines()[0]?.config, 'abc');
    assert.deepEqual([(await storage).topic, (await storage).payload.ok], ['storage', true]);
    assert.equal(badgeOf(helper.getNode('journal')), 'solthrive-journal.status.live');
  });

  it('writes the open minute when it stops, and the next run adds to it', async () => {
    await load();
    live(NOON, 20);
    await helper.unload();
    assert.deepEqual(
      lines().map(({ rev, covered_s }) => [rev, covered_s]),
      [[1, 20]],
    );
    await load();
    const minute = next('minutes');
    live(NOON + 20_000, 40, 'r2');
    await minute;
    assert.deepEqual(
      lines().map(({ run, covered_s }) => [run, covered_s]),
      [
        ['r1', 20],
        ['r2', 40],
      ],
    );
  });

  it('takes a past only where nothing is recorded, and marks it', async () => {
    await load();
    const past = [0, 1, 2].map((n) => minuteAt(new Date(NOON - (3 - n) * 60_000).toISOString()));
    const taken = next<MinuteRecord[]>('minutes');
    receive({ topic: 'minute/past', payload: past });
    assert.equal((await taken).topic, 'minute/past');
    assert.deepEqual(
      (await taken).payload.map(({ simulated }) => simulated),
      [true, true, true],
    );
    receive({ topic: 'minute/past', payload: past });
    const minute = next<MinuteRecord>('minutes');
    live(NOON, 60);
    assert.equal((await minute).topic, 'minute');
    await helper.unload();
    assert.equal(lines().length, 4);
  });

  it('says when the disk refuses, and when it is well again', async () => {
    writeFileSync(join(records, 'minute'), 'not a folder');
    await load();
    const failed = next<StorageState>('storage', 'storage');
    live(NOON, 60);
    const { ok, error, waiting } = (await failed).payload;
    assert.deepEqual([ok, error?.code, waiting], [false, 'storage_failed', 1]);
    assert.equal(badgeOf(helper.getNode('journal')), 'solthrive-journal.status.disconnected');
    rmSync(join(records, 'minute'));
    const well = next<StorageState>('storage', 'storage');
    await clock.advance(60_000);
    assert.deepEqual([(await well).payload.ok, (await well).payload.waiting], [true, 0]);
    assert.equal(lines().length, 1);
  });

  it('keeps what the disk has refused over a deploy', async () => {
    writeFileSync(join(records, 'minute'), 'not a folder');
    await load();
    const failed = next<StorageState>('storage', 'storage');
    live(NOON, 60);
    await failed;
    await helper.setFlows(FLOW as never);
    rmSync(join(records, 'minute'));
    const well = next<StorageState>('storage', 'storage');
    const minute = next<MinuteRecord>('minutes');
    live(NOON + 60_000, 60);
    assert.equal((await well).payload.ok, true);
    await minute;
    await helper.unload();
    assert.equal(lines().length, 2);
  });

  it('refuses what it cannot use, and goes on', async () => {
    await load();
    const refused = async (msg: object): Promise<string> => {
      const refusal = once(helper.getNode('journal'), 'call:error');
      receive(msg);
      return ((await refusal) as [{ args: [Error] }])[0].args[0].message;
    };
    assert.match(await refused({ topic: 'snapshot', payload: 3 }), /not a snapshot/);
    const bare = { topic: 'snapshot', payload: snapshotAt(NOON) };
    assert.match(await refused(bare), /measured/);
    assert.match(await refused({ topic: 'minute/past', payload: [{}] }), /record 0/);
    const whole = { topic: 'snapshot', payload: snapshotAt(NOON), measured: measuredSecond() };
    for (const ts of [undefined, 'now', 0]) {
      assert.match(await refused({ ...whole, payload: { ...whole.payload, ts } }), /ts/);
    }
    for (const key of Object.keys(whole.measured)) {
      const measured = { ...whole.measured, [key]: 'nothing' };
      if (key !== 'by' && key !== 'events' && key !== 'flows') {
        assert.match(await refused({ ...whole, measured }), new RegExp(key));
      }
    }
    const minute = next<MinuteRecord>('minutes');
    live(NOON, 60);
    assert.deepEqual([(await minute).payload.covered_s, lines().length], [60, 1]);
  });
});
