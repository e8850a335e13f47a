import assert from 'node:assert/strict';
import { type Fault, FaultBook } from '../../../../nodes/health/faults.ts';
import { ScalingWatch } from '../../../../nodes/health/watch/scaling.ts';
import type { Signature } from '../../../../nodes/meter/meter-status.ts';
import type { Doubt } from '../../../../nodes/meter/reading.ts';
import { loadWords } from '../../../../nodes/site/words.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const VOLTS: Doubt = {
  value: 'voltage_l1_n',
  phase: 'l1',
  register: 1018,
  raw: 17_136,
  shown: 2.4e-41,
  kind: 'voltage',
};
const CODE: Doubt = {
  value: 'power_l1',
  phase: 'l1',
  register: 1010,
  raw: 2_147_483_648,
  shown: null,
  kind: 'sentinel',
};
const EXCHANGED: Signature = {
  cause: 'word_order',
  register: 1018,
  raw: 17_136,
  value: 2.4e-41,
  suggestion: { fits: 120, at: 1018, bits: 32, words: 1, bytes: 0 },
};

describe('the watch over impossible numbers', () => {
  const health = new URL('../../../../nodes/health/health.ts', import.meta.url).href;
  const say = loadWords(health, 'faults', 'en');
  let clock: VirtualClock;
  let told: string[];
  let book: FaultBook;
  let watch: ScalingWatch;

  beforeEach(() => {
    clock = new VirtualClock('2030-06-21T12:00:00.000Z');
    told = [];
    const announce = ({ state, cause, cleared_at }: Fault) =>
      told.push(cleared_at === undefined ? `${state} ${cause ?? '-'}` : 'over');
    book = new FaultBook({ clock, say, announce });
    watch = new ScalingWatch('main', false);
  });

  async function read(count: number, ...doubts: Doubt[]): Promise<void> {
    for (let done = 0; done < count; done++) {
      await clock.advance(1_000);
      watch.note(doubts, clock.mono());
      watch.judge(book);
    }
  }

  it('suspects after three reads in a row, and confirms after 30 s of them', async () => {
    await read(2, VOLTS);
    await read(1);
    await read(2, VOLTS);
    assert.deepEqual(told, []);
    await read(1, VOLTS);
    assert.deepEqual(told, ['suspected -']);
    await read(26, VOLTS);
    assert.deepEqual(told, ['suspected -']);
    await read(3, VOLTS);
    assert.deepEqual(told, ['suspected -', 'confirmed -']);
    assert.equal(book.active()[0]?.severity, 'fault');
  });

  it('confirms at once what a closer look has named, and keeps the cause', async () => {
    await read(3, VOLTS);
    watch.noteSignature(EXCHANGED);
    await read(1, VOLTS);
    watch.noteSignature(null);
    await read(3, VOLTS);
    assert.deepEqual(told, ['suspected -', 'confirmed word_order']);
    const [fault] = book.active();
    assert.equal(fault?.evidence.fits, 120);
    assert.match(fault?.advice ?? '', /1018.*17136.*120.*word_order.*\(1\).*byte_order.*\(0\)/s);
  });

  it('believes no signature while nothing is doubted', async () => {
    watch.noteSignature(EXCHANGED);
    await read(5);
    assert.deepEqual(told, []);
  });

  it('suspects at the first code for none that no profile lists', async () => {
    await read(1, CODE);
    assert.deepEqual(told, ['suspected sentinel']);
    assert.match(book.active()[0]?.advice ?? '', /1010 holds 2147483648.*asleep/);
    await read(31, CODE);
    assert.deepEqual(told, ['suspected sentinel', 'confirmed sentinel']);
  });

  it('takes a code among impossible numbers for chance', async () => {
    await read(3, VOLTS);
    await read(3, CODE);
    assert.deepEqual(told, ['suspected -']);
    assert.equal(book.active()[0]?.evidence.value, 2.4e-41);
  });

  it('counts reads that are doubtful now and then, and forgets them after 30 that are sound', async () => {
    await read(3, VOLTS);
    await read(29);
    await read(20, VOLTS);
    await read(29);
    assert.deepEqual(told, ['suspected -']);
    await read(12, VOLTS);
    assert.deepEqual(told, ['suspected -', 'confirmed -']);
    await read(29);
    assert.equal(told.at(-1), 'confirmed -');
    await read(1);
    assert.equal(told.at(-1), 'over');
    await read(2, VOLTS);
    assert.equal(told.at(-1), 'over');
  });

  it('says nothing of a meter that does not answer, and begins anew when it does', async () => {
    await read(3, VOLTS);
    book.raise({ id: 'meter_not_responding', source: 'main', evidence: {} });
    watch.judge(book);
    assert.ok(!book.has('scaling_failure', 'main'));
    book.clear('meter_not_responding', 'main');
    await read(2, VOLTS);
    assert.ok(!book.has('scaling_failure', 'main'));
    await read(1, VOLTS);
    assert.ok(book.has('scaling_failure', 'main'));
  });

  it('ends what was active before a deploy only when 30 reads are sound', async () => {
    book.raise({ id: 'scaling_failure', source: 'main', evidence: {} });
    await read(29);
    assert.ok(book.has('scaling_failure', 'main'));
    await read(1);
    assert.ok(!book.has('scaling_failure', 'main'));
  });

  it('counts each reading of a source of one’s own once, however often it is shown', async () => {
    watch = new ScalingWatch('wallbox', true);
    const doubts: Doubt[] = [{ value: 'power_w', channel: 'car', shown: 9e6, kind: 'power' }];
    const state = { ok: true, latency_ms: null, errors: 0, doubts };
    for (let second = 0; second < 30; second++) {
      await clock.advance(1_000);
      watch.noteSource({ ...state, age_ms: (second % 10) * 1_000 }, clock.mono());
      watch.judge(book);
      if (second === 19) assert.deepEqual(told, []);
    }
    assert.deepEqual(told, ['suspected external']);
    const [fault] = book.active();
    assert.match(fault?.advice ?? '', /9000000/);
    assert.ok(!/\{/.test(`${fault?.message}${fault?.advice}`));
  });

  it('has words for every cause, with nothing left to fill in', async () => {
    const causes = ['width', 'word_order', 'offset', 'profile'] as const;
    for (const cause of causes) {
      const { suggestion, ...seen } = { ...EXCHANGED, cause };
      watch.noteSignature(cause === 'profile' ? seen : { ...seen, suggestion: suggestion! });
      await read(3, VOLTS);
      const [fault] = book.active();
      assert.equal(fault?.cause, cause);
      assert.ok(!/[{}]/.test(`${fault?.message}${fault?.advice}`), fault?.advice);
      await read(30);
    }
  });
});
