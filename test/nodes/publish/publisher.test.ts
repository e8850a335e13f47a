import assert from 'node:assert/strict';
import type { Fault } from '../../../nodes/health/faults.ts';
import type { HealthReport } from '../../../nodes/health/report.ts';
import type { DialOptions, Link } from '../../../nodes/publish/link.ts';
import { Publisher } from '../../../nodes/publish/publisher.ts';
import { sampleSnapshot } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A broker in memory: it keeps what is retained, and answers when it is told to. */
class PaperBroker {
  readonly kept = new Map<string, string>();
  /** Each publication, as `topic text`. */
  readonly heard: string[] = [];
  readonly asked: string[] = [];
  dialled = 0;
  closed = 0;
  answers = true;
  #events: DialOptions['events'] | null = null;
  #waiting: (() => void)[] = [];

  readonly dial = async ({ events }: DialOptions): Promise<Link> => {
    this.dialled += 1;
    this.#events = events;
    return {
      publish: (topic, text, { retain }) =>
        new Promise((resolve) => {
          this.heard.push(`${topic} ${text}`);
          if (retain && text !== '') this.kept.set(topic, text);
          if (retain && text === '') this.kept.delete(topic);
          this.#waiting.push(resolve);
          if (this.answers) this.answer();
        }),
      ask: (filter) => this.asked.push(filter),
      close: async () => {
        this.closed += 1;
      },
    };
  };

  answer(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async up(): Promise<void> {
    await settled();
    this.#events?.up();
    await settled();
  }

  found(topic: string): void {
    this.#events?.found(topic);
  }

  async down(reason: Error | null = null): Promise<void> {
    await settled();
    this.#events?.down(reason);
    await settled();
  }
}

/** All promises that can be kept are kept. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const fault: Fault = {
  id: 'ct_reversed',
  source: 'main/pv',
  severity: 'fault',
  state: 'confirmed',
  since: '2026-06-21T12:00:00.000Z',
  evidence: {},
  message: 'Turned round.',
  advice: 'Turn it.',
};
const over = { ...fault, cleared_at: '2026-06-21T13:00:00.000Z' };
const report = (faults: Fault[], status = 'ok') =>
  ({
    status,
    modbus_status: 'ok',
    storage: '12GB_free',
    errors: faults.map(({ id }) => id),
    faults,
    version: '2.0.0',
  }) as HealthReport;
const TOPIC = 'home/fault/ct_reversed/main/pv';

describe('the publisher', () => {
  let clock: VirtualClock;
  let broker: PaperBroker;
  let publisher: Publisher;
  let states: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    broker = new PaperBroker();
    states = [];
    publisher = new Publisher({
      broker: { url: 'mqtt://broker' },
      clientId: 'solthrive1',
      topic: 'home',
      clock,
      dial: broker.dial,
      changed: (isUp, reason) => states.push(isUp ? 'up' : `down ${reason?.message ?? ''}`),
    });
  });

  it('says that it is online, what stands, and each snapshot while it is', async () => {
    publisher.snapshot(sampleSnapshot(1));
    publisher.fault(fault);
    await broker.up();
    publisher.snapshot(sampleSnapshot(2));
    publisher.health(report([fault]));
    assert.deepEqual(
      broker.heard.map((each) => each.split(' ')[0]),
      ['home/status', TOPIC, 'home/snapshot', 'home/health'],
    );
    assert.equal(broker.kept.get('home/status'), 'online');
    assert.deepEqual(JSON.parse(broker.kept.get(TOPIC) ?? ''), fault);
    assert.match(broker.heard[2] ?? '', /"seq":2/);
    const { faults: _left, ...health } = report([fault]);
    assert.deepEqual(JSON.parse(broker.kept.get('home/health') ?? ''), health);
  });

  it('empties the topic of a fault that is over', async () => {
    await broker.up();
    publisher.fault(fault);
    publisher.fault(over);
    await settled();
    assert.ok(!broker.kept.has(TOPIC));
    assert.equal(broker.heard.at(-1), `${TOPIC} `);
  });

  it('says what stands only on a change of it', async () => {
    await broker.up();
    for (const _ of [1, 2, 3]) publisher.health(report([]));
    publisher.health(report([], 'degraded'));
    await settled();
    assert.equal(broker.heard.filter((each) => each.startsWith('home/health')).length, 2);
  });

  it('leaves out snapshots that a slow broker has no time for', async () => {
    await broker.up();
    broker.answers = false;
    for (const seq of [1, 2, 3]) publisher.snapshot(sampleSnapshot(seq));
    broker.answer();
    await settled();
    publisher.snapshot(sampleSnapshot(4));
    const sent = broker.heard.filter((each) => each.startsWith('home/snapshot'));
    assert.deepEqual(
      sent.map((each) => /"seq":(\d)/.exec(each)?.[1]),
      ['1', '4'],
    );
  });

  it('sends a topic one text at a time, and the newest last, however slow the broker is', async () => {
    await broker.up();
    broker.answers = false;
    publisher.fault(fault);
    publisher.fault(over);
    publisher.fault({ ...fault, state: 'suspected' });
    assert.equal(broker.heard.filter((each) => each.startsWith(TOPIC)).length, 1);
    broker.answers = true;
    broker.answer();
    await settled();
    assert.equal(JSON.parse(broker.kept.get(TOPIC) ?? '').state, 'suspected');
    assert.equal(broker.heard.filter((each) => each.startsWith(TOPIC)).length, 2);
  });

  it('brings a broker that comes back up to date, whatever it has forgotten', async () => {
    await broker.up();
    publisher.fault(fault);
    await settled();
    await broker.down();
    publisher.fault(over);
    publisher.health(report([]));
    broker.kept.clear();
    broker.kept.set(TOPIC, 'old');
    await clock.advance(1_000);
    await broker.up();
    assert.deepEqual([...broker.kept.keys()], ['home/status', 'home/health']);
  });

  it('empties what was over before it began', async () => {
    await broker.up();
    assert.deepEqual(broker.asked, ['home/fault/#']);
    for (const topic of [TOPIC, 'home/fault/data_stale/main']) {
      broker.kept.set(topic, 'old');
      broker.found(topic);
    }
    publisher.fault(fault);
    publisher.health(report([fault]));
    await settled();
    assert.deepEqual([...broker.kept.keys()].sort(), [TOPIC, 'home/health', 'home/status']);
  });

  it('dials again ever more rarely, up to once a minute', async () => {
    const gaps: number[] = [];
    let last = 0;
    for (let count = 0; count < 9; count++) {
      await broker.down(new Error('connect ECONNREFUSED'));
      const { dialled } = broker;
      while (broker.dialled === dialled) await clock.advance(500);
      gaps.push((clock.mono() - last) / 1_000);
      last = clock.mono();
    }
    assert.deepEqual(gaps, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert.equal(states[0], 'down connect ECONNREFUSED');
  });

  it('dials soon again only where the connection had lasted', async () => {
    const nextGap = async () => {
      await broker.down();
      const [{ dialled }, from] = [broker, clock.mono()];
      while (broker.dialled === dialled) await clock.advance(500);
      return clock.mono() - from;
    };
    await nextGap();
    await broker.up();
    assert.equal(await nextGap(), 2_000, 'it was dropped at once');
    await broker.up();
    await clock.advance(60_000);
    assert.equal(await nextGap(), 1_000);
    assert.deepEqual(states, ['down ', 'up', 'down ', 'up', 'down ']);
  });

  it('says goodbye, and dials no more', async () => {
    await broker.up();
    await publisher.close();
    await broker.down();
    await clock.advance(120_000);
    assert.equal(broker.kept.get('home/status'), 'offline');
    assert.deepEqual([broker.closed, broker.dialled, clock.waiting], [1, 1, 0]);
  });

  it('ends also while it dials, and while it waits to dial again', async () => {
    await publisher.close();
    await settled();
    await broker.up();
    assert.equal(broker.closed, 1);
    assert.deepEqual(states, []);
    const second = new PaperBroker();
    const { dial } = second;
    const waiting = new Publisher({
      broker: { url: 'mqtt://broker' },
      clientId: 'solthrive1',
      topic: 'home',
      clock,
      dial,
      changed: () => undefined,
    });
    await second.down();
    await waiting.close();
    await clock.advance(120_000);
    assert.equal(second.dialled, 1);
  });

  it('takes no wildcard and no end of topics from a message', async () => {
    await broker.up();
    publisher.fault({ ...fault, source: 'a+b/#' });
    assert.ok(broker.kept.has('home/fault/ct_reversed/a_b/_'));
    for (let count = 0; count < 2_000; count++) publisher.fault({ ...fault, source: `m${count}` });
    await settled();
    assert.ok(broker.kept.size <= 1_000);
  });
});
