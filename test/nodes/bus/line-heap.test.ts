import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ModbusLine } from '../../../nodes/bus/modbus-line.ts';
import type { OpenPort } from '../../../nodes/bus/ports.ts';
import type { Clock } from '../../../nodes/site/clock.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';
import { exceptionTo, replyTo } from './fake-port.ts';

const FAILURES = 100_000;
const WARM_UP = 10_000;
const GROWTH_LIMIT_BYTES = 1_000_000;

const serial: BusConfig = {
  id: 'rs485',
  type: 'serial',
  port: '/dev/fake',
  baud: 115_200,
  parity: 'none',
  stop_bits: 1,
};

/** Time passes at once: whoever waits is served in the next turn, with the clock moved on. */
class HastyClock implements Clock {
  #mono = 0;
  #waiting = new Set<{ atMs: number; run: () => void }>();
  #ticking = false;
  now = () => this.#mono;
  mono = () => this.#mono;

  after(ms: number, run: () => void) {
    const timer = { atMs: this.#mono + ms, run };
    this.#waiting.add(timer);
    if (!this.#ticking) setImmediate(() => this.#tick());
    this.#ticking = true;
    return { cancel: () => void this.#waiting.delete(timer) };
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  #tick(): void {
    const [next] = [...this.#waiting].sort((a, b) => a.atMs - b.atMs);
    this.#ticking = next !== undefined;
    if (!next) return;
    this.#waiting.delete(next);
    this.#mono = Math.max(this.#mono, next.atMs);
    next.run();
    setImmediate(() => this.#tick());
  }
}

/** A port on which each request fails in another way. */
function failing(): { openPort: OpenPort; opened: () => number } {
  let turn = 0;
  let opened = 0;
  const openPort: OpenPort = async (_bus, listener) => {
    opened++;
    return {
      write: (bytes) => {
        const asked = {
          unit: bytes.readUInt8(0),
          fn: bytes.readUInt8(1),
          address: bytes.readUInt16BE(2),
          count: bytes.readUInt16BE(4),
          atMs: 0,
        };
        const damaged = replyTo(asked);
        damaged.writeUInt16LE(0, damaged.length - 2);
        const isLast = turn % 101 === 0;
        const answers = [
          () => undefined,
          () => listener.onData(exceptionTo(asked, 4)),
          () => listener.onData(damaged),
          () => listener.onData(replyTo(asked).subarray(0, 7)),
          () => listener.onData(replyTo({ ...asked, unit: 99 })),
          () => isLast && listener.onLost(null),
        ];
        queueMicrotask(answers[turn++ % answers.length]!);
      },
      close: async () => undefined,
    };
  };
  return { openPort, opened: () => opened };
}

describe('line, in the long run', () => {
  it('keeps its heap flat over 100,000 failures', async function () {
    this.timeout(60_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const clock = new HastyClock();
    const { openPort, opened } = failing();
    const line = new ModbusLine(serial, { clock, random: () => 0.5, openPort });
    let failures = 0;
    const fail = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await line
          .read({ unit: 1 + (i % 3), fn: 3, address: i % 1000, count: 2 + (i % 40) })
          .catch(() => failures++);
      }
    };
    const heapBytes = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };

    await fail(WARM_UP);
    const before = heapBytes();
    await fail(FAILURES);
    const grown = heapBytes() - before;

    assert.equal(failures, WARM_UP + FAILURES);
    assert.ok(opened() > 100, 'connections were lost on the way');
    assert.ok(grown < GROWTH_LIMIT_BYTES, `the heap grew by ${Math.round(grown / 1024)} kB`);
    await line.close();
    assert.equal(clock.waiting, 0);
  });
});
