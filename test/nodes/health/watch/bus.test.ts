import assert from 'node:assert/strict';
import { type Fault, FaultBook } from '../../../../nodes/health/faults.ts';
import { BusWatch } from '../../../../nodes/health/watch/bus.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

describe('the watch over a line', () => {
  let told: Fault[];
  let book: FaultBook;
  let watch: BusWatch;
  let nowMs: number;
  let requests: number;
  let failures: number;

  beforeEach(() => {
    told = [];
    book = new FaultBook({
      clock: new VirtualClock(),
      say: (key) => key,
      announce: (fault) => told.push(fault),
    });
    watch = new BusWatch('main');
    [nowMs, requests, failures] = [0, 0, 0];
  });

  /** A request a second, one in `every` of them lost. */
  const live = (seconds: number, every = Number.POSITIVE_INFINITY) => {
    for (let second = 1; second <= seconds; second++) {
      nowMs += 1_000;
      requests++;
      if (second % every === 0) failures++;
      watch.note({ requests, errors: { bus_crc: failures } }, nowMs);
      watch.judge(book);
    }
  };

  it('says nothing of a clean line', () => {
    live(900);
    assert.deepEqual(told, []);
  });

  it('says nothing of one lost request in two hundred', () => {
    live(900, 200);
    assert.deepEqual(told, []);
  });

  it('raises above one in a hundred, with the numbers', () => {
    live(300, 20);
    assert.equal(told.length, 1);
    assert.equal(told[0]?.id, 'bus_errors');
    assert.ok((told[0]?.evidence.crc ?? 0) >= 4);
    const { timeouts, bad_replies, exceptions } = told[0]?.evidence ?? {};
    assert.deepEqual([timeouts, bad_replies, exceptions], [0, 0, 0]);
  });

  it('looks back five minutes and no further', () => {
    live(300, 20);
    live(320);
    assert.deepEqual(
      told.map(({ cleared_at }) => cleared_at !== undefined),
      [false, true],
    );
  });

  it('does not flicker between one and a half percent', () => {
    live(300, 20);
    live(900, 130);
    assert.equal(told.length, 1);
  });

  it('begins anew when the counters do', () => {
    live(300);
    [requests, failures] = [0, 0];
    live(50, 5);
    assert.deepEqual(told, []);
  });

  it('does not count what it hears late of the time when the meter was away', () => {
    live(300);
    watch.forget(book);
    nowMs += 10_000;
    requests += 20;
    failures += 20;
    live(300);
    assert.deepEqual(told, []);
    assert.deepEqual(watch.errors().kinds.crc, 0);
  });

  it('does not count what was lost while the meter was away', () => {
    live(300);
    for (let second = 0; second < 60; second++) {
      nowMs += 1_000;
      watch.note({ requests: ++requests, errors: { bus_timeout: ++failures } }, nowMs);
      watch.forget(book);
    }
    live(300);
    assert.deepEqual(told, []);
  });

  it('says no more of a line whose meter is away: what it was raised for is long past', () => {
    live(300, 20);
    watch.forget(book);
    assert.deepEqual(
      told.map(({ cleared_at }) => cleared_at !== undefined),
      [false, true],
    );
  });
});
