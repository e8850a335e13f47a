/** The shipped notification: what of a fault is told on the page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import helper from 'node-red-node-test-helper';

const require = createRequire(import.meta.url);
helper.init(require.resolve('node-red'));

const FLOW = resolve(import.meta.dirname, '../../flows/care.json');
const core = (name: string) => require(`@node-red/nodes/core/function/${name}.js`);

interface FlowNode {
  id: string;
  type: string;
  wires?: string[][];
  raw?: boolean;
  [key: string]: unknown;
}

describe('faults on the page', () => {
  const shipped = JSON.parse(readFileSync(FLOW, 'utf8')) as FlowNode[];
  const found = (id: string) => shipped.find((node) => node.id === id);
  const told: { topic?: string; payload: unknown }[] = [];

  before(async () => {
    const [first] = found('health')?.wires?.[0]?.filter((id) => found(id)?.type === 'switch') ?? [];
    assert.equal(first, 'care-news');
    const chain = ['care', 'care-news', 'care-weight', 'care-words'].map((id) => found(id));
    const toast = { id: 'toast', type: 'helper', z: 'care' };
    await helper.load([core('10-switch'), core('15-change')], [...chain, toast] as never);
    helper.getNode('toast').on('input', (msg) => told.push(msg as never));
  });
  after(() => helper.unload());

  const say = async (change: string, severity = 'fault') => {
    told.length = 0;
    const payload = { id: 'ct_reversed', severity, message: 'Turned round.' };
    helper.getNode('care-news').receive({ topic: 'fault', change, title: 'New problem', payload });
    // Every wire of the way takes a turn of the event loop.
    for (let turn = 0; turn < 10; turn++) await new Promise((done) => setImmediate(done));
    return told.map(({ topic, payload }) => [topic, payload]);
  };

  it('are told when they begin, are confirmed, and are over, with headline and message', async () => {
    for (const change of ['raise', 'confirm', 'clear']) {
      assert.deepEqual(await say(change), [['New problem', 'Turned round.']], change);
    }
  });

  it('are not told again after a deploy, nor what is seen or mere information', async () => {
    for (const change of ['repeat', 'change', 'acknowledge']) {
      assert.deepEqual(await say(change), [], change);
    }
    assert.deepEqual(await say('raise', 'info'), []);
  });

  it('are text to the page, whatever they hold', () => {
    const toast = found('toast');
    assert.equal(toast?.type, 'ui_toast');
    assert.equal(toast?.raw, false);
    assert.ok(toast?.position !== 'dialog' && toast?.position !== 'prompt');
  });
});
