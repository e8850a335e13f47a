import assert from 'node:assert/strict';
import {
  characterMs,
  framesMs,
  lineTiming,
  silenceMs,
  transactionMs,
} from '../../../nodes/bus/timing.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';

function serial(baud: number, parity: 'none' | 'even' = 'none'): BusConfig {
  return { id: 'rs485', type: 'serial', port: '/dev/null', baud, parity, stop_bits: 1 };
}

/** One poll of a meter: the reads of the table in the meter notes. */
function pollMs(bus: BusConfig, counts: number[], latencyMs = 0): number {
  const timing = lineTiming(bus);
  return Math.round(
    counts.reduce((sum, count) => sum + transactionMs(timing, count, latencyMs), 0),
  );
}

describe('wire time', () => {
  it('counts 10 bits without parity and 11 with it', () => {
    assert.equal(characterMs({ baud: 10_000 }), 1);
    assert.equal(characterMs({ baud: 10_000, parity: 'even' }), 1.1);
    assert.equal(characterMs({ baud: 10_000, stop_bits: 2 }), 1.1);
  });

  it('parts frames by 3.5 characters of 11 bits, and by 1.75 ms above 19200 baud', () => {
    assert.equal(silenceMs(9600).toFixed(3), '4.010');
    assert.equal(silenceMs(19_200).toFixed(3), '2.005');
    assert.equal(silenceMs(38_400), 1.75);
    assert.equal(silenceMs(115_200), 1.75);
  });

  it('gives the known minimum of one poll of common meters', () => {
    // WattNode WNC, batched and each of its 42 values by itself
    assert.equal(pollMs(serial(9600), [34, 68]), 256);
    assert.equal(pollMs(serial(9600), [34, 68], 5), 266);
    assert.equal(pollMs(serial(19_200), [34, 68]), 128);
    assert.equal(pollMs(serial(9600), Array<number>(42).fill(2)), 1081);
    // Eastron SDM630 and SDM120
    assert.equal(pollMs(serial(9600), [80, 26, 40]), 369);
    assert.equal(pollMs(serial(19_200), [80, 26, 40], 20), 244);
    assert.equal(pollMs(serial(9600), [32, 10, 4]), 161);
    // Schneider iEM3155 at 8E1
    assert.equal(pollMs(serial(9600, 'even'), [62, 2, 8]), 234);
    assert.equal(pollMs(serial(19_200, 'even'), [62, 2, 8], 20), 177);
    // Peacefair PZEM-016
    assert.equal(pollMs(serial(9600), [10], 20), 62);
  });

  it('costs nothing but latency on Modbus TCP, and serial time behind an RTU gateway', () => {
    const network = { id: 'lan', host: 'gateway', port: 502 };
    const tcp = lineTiming({ ...network, type: 'tcp' });
    assert.equal(transactionMs(tcp, 125, 7), 7);
    assert.equal(framesMs(tcp, 125), 0);
    const gateway = lineTiming({ ...network, type: 'rtu-over-tcp', baud: 9600 });
    assert.deepEqual(gateway, lineTiming(serial(9600)));
  });
});
