import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import historyNode from '../../../nodes/history/history.ts';
import type { DayHistory } from '../../../nodes/history/series.ts';
import { badgeOf, sampleSite, siteNode } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { minuteAt, recordsFolder } from '../journal/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const NOON = Date.parse('2026-06-21T12:00:00Z');
const at = (ms: number) => new Date(ms).toISOString();
const FLOW = [
  { id: 'tab', type: 'tab' },
  { id: 'site', type: 'solthrive-site' },
  {
    id: 'history',
    type: 'solthrive-history',
    site: 'site',
    z: 'tab',
    wires: [['out'], ['answer']],
  },
  { id: 'out', type: 'helper', z: 'tab' },
  { id: 'answer', type: 'helper', z: 'tab' },
];

describe('the history node', () => {
  const sent: { topic: string; payload: DayHistory }[] = [];
  const load = async (...text: string[]) => {
    sent.length = 0;
    const records = recordsFolder();
    mkdirSync(join(records, 'minute'));
    writeFileSync(join(records, 'minute', '2026-06-21.jsonl'), text.map((t) => `${t}\n`).join(''));
    const site = sampleSite({}, { paths: { ...sampleSite().paths, records } });
    const mounted = (RED: NodeAPI) => historyNode(RED, new VirtualClock());
    await helper.load([siteNode(site), mounted], FLOW as never);
    helper.getNode('out').on('input', (msg: unknown) => sent.push(msg as never));
  };
  const receive = async (topic: string, payload: unknown) => {
    const [message] = await Promise.all([
      once(helper.getNode('out'), 'input'),
      helper.getNode('history').receive({ topic, payload } as never),
    ]);
    return (message[0] as { payload: DayHistory }).payload;
  };

  afterEach(() => helper.unload());

  it('sends the day that is on disk as soon as it is read', async () => {
    const loaded = load(JSON.stringify(minuteAt(at(NOON - 120_000))), 'not a line');
    await loaded;
    if (sent.length === 0) await once(helper.getNode('out'), 'input');
    assert.equal(sent[0]?.topic, 'history/day');
    assert.deepEqual(sent[0]?.payload.home.slice(-3), [null, 1200, null]);
    assert.equal(badgeOf(helper.getNode('history')), 'solthrive-history.status.live');
  });

  it('loses no more than the line that is no minute, whatever it looks like', async () => {
    const good = minuteAt(at(NOON - 120_000));
    const power = [{}, { ...good.power, home: 'much' }, { ...good.power, grid: [1, 'x', null] }];
    const ts = at(NOON - 180_000);
    const bad = power.map((wrong) => JSON.stringify({ ...good, ts, power: wrong }));
    await load(JSON.stringify(good), ...bad, 'null', '[]', '{"v":1}');
    if (sent.length === 0) await once(helper.getNode('out'), 'input');
    assert.equal(sent[0]?.payload.home.at(-2), 1200);
  });

  it('sends the whole day anew with every minute, live or past', async () => {
    await load();
    if (sent.length === 0) await once(helper.getNode('out'), 'input');
    const live = await receive('minute', minuteAt(at(NOON - 60_000)));
    assert.deepEqual(live.home.slice(-2), [null, 1200]);
    const past = [minuteAt(at(NOON - 180_000)), minuteAt(at(NOON - 120_000), { simulated: true })];
    const both = await receive('minute/past', past);
    assert.deepEqual(both.home.slice(-4), [null, 1200, 1200, 1200]);
    assert.equal(both.simulated, true);
  });

  it('answers the page that asks, and tells it why it cannot', async () => {
    await load(JSON.stringify(minuteAt(at(NOON - 120_000))));
    const ask = async (payload: unknown) => {
      const answered = once(helper.getNode('answer'), 'input');
      const question = { topic: 'history/query', payload, socketid: 'page-1' };
      helper.getNode('history').receive(question as never);
      const [message] = (await answered) as [Record<string, unknown>];
      assert.deepEqual([message.topic, message.socketid], ['history/view', 'page-1']);
      return message.payload as { from?: string; bars?: object[]; error?: { code: string } };
    };
    const view = await ask({ span: 'day' });
    assert.deepEqual([view.from, view.bars?.length], ['2026-06-21', 24]);
    assert.equal((await ask({ span: 'decade' })).error?.code, 'param_invalid');
    assert.equal((await ask('today')).error?.code, 'message_invalid');
  });

  it('refuses what is no minute', async () => {
    await load();
    const refused = once(helper.getNode('history'), 'call:error');
    helper.getNode('history').receive({ topic: 'minute', payload: {} } as never);
    const [{ args }] = (await refused) as [{ args: [Error] }];
    assert.match(args[0].message, /not a minute/);
  });
});
