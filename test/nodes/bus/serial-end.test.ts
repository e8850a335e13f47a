import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { openPort } from '../../../nodes/bus/ports.ts';
import { openPtyPair, type PtyPair } from '../../support/pty-pair.ts';
import { requireTool } from '../../support/requires.ts';

const TIMES = 12;
const WHILE_BYTES_COME = 4_000;

describe('a serial port', function () {
  this.timeout(20_000);
  let cable: PtyPair;
  before(async function () {
    requireTool.call(this, 'socat');
    cable = await openPtyPair();
  });
  after(() => cable?.stop());

  // Between two reads the end of the file shows as no bytes, not as an error: by chance, so often.
  it('ends when its adapter is pulled out in the middle of a reply, though nobody writes', async () => {
    for (let time = 0; time < TIMES; time++) {
      const settings = { baud: 115_200, parity: 'none', stop_bits: 1 } as const;
      const bus = { id: 'rs485', type: 'serial', port: cable.a, ...settings } as const;
      const lost = Promise.withResolvers<void>();
      const talking = Promise.withResolvers<void>();
      let heard = 0;
      const listener = {
        onData: ({ length }: Buffer) => {
          heard += length;
          if (heard > WHILE_BYTES_COME) talking.resolve();
        },
        onLost: () => lost.resolve(),
      };
      await openPort(bus, listener, new AbortController().signal);
      const stop = babble(cable.b);
      await talking.promise;
      await cable.unplug();
      stop();
      await lost.promise;
      await cable.replug();
    }
  });
});

/** Sends without a pause. Returns how to stop it. */
function babble(path: string): () => void {
  const end = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const timer = setInterval(() => {
    try {
      for (let burst = 0; burst < 20; burst++) writeSync(end, Buffer.alloc(60, burst));
    } catch {
      // Full, or gone.
    }
  }, 0);
  return () => {
    clearInterval(timer);
    closeSync(end);
  };
}
