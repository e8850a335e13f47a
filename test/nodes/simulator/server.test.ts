import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import modbusSerial from 'modbus-serial';
import crc16 from 'modbus-serial/utils/crc16.js';
import { decodeValue } from '../../../nodes/meter/registers.ts';
import { type RunningMeter, startSimulatedMeter } from '../../support/simulated-meter.ts';

type Client = InstanceType<typeof modbusSerial.default>;
type Transport = 'tcp' | 'rtu-over-tcp';
const TIMEOUT_MS = 150;

describe('simulated meter over Modbus', () => {
  let meter: RunningMeter;
  let client: Client;

  async function open(transport: Transport): Promise<void> {
    meter = await startSimulatedMeter({ transport });
    client = await reach(meter, transport);
  }

  afterEach(async () => {
    await hangUp(client);
    await meter.stop();
  });

  const floats = async (address: number, count: number) => {
    const { buffer } = await client.readHoldingRegisters(address, 2 * count);
    return Array.from({ length: count }, (_, index) =>
      decodeValue(buffer, 4 * index, 'float32', meter.profile),
    );
  };
  const power = async () => (await floats(1008, 4)) as [number, number, number, number];
  const fails = (what: RegExp) => assert.rejects(power(), (thrown) => what.test(reason(thrown)));

  for (const transport of ['tcp', 'rtu-over-tcp'] as const) {
    describe(transport, () => {
      beforeEach(() => open(transport));

      it('serves what is true in the home', async () => {
        const truth = meter.truth();
        const [, a, b, c] = await power();
        assert.ok(Math.abs(a + b - truth.gridW) < 0.01);
        assert.ok(Math.abs(c - (truth.solarW - truth.standbyW)) < 0.01);
      });

      it('refuses to be written to and to be read where it is empty', async () => {
        await assert.rejects(client.writeRegister(1606, 1), /exception 1/);
        await assert.rejects(client.writeRegisters(1606, [1, 2]), /exception 1/);
        await assert.rejects(client.readHoldingRegisters(1034, 2), /exception 2/);
        await assert.rejects(client.readHoldingRegisters(1100, 69), /exception 3/);
      });

      it('serves several clients', async () => {
        const others = await Promise.all([reach(meter, transport), reach(meter, transport)]);
        const reads = await Promise.all(
          [client, ...others].map((each) => each.readHoldingRegisters(1000, 34)),
        );
        assert.equal(new Set(reads.map((read) => read.buffer.length)).size, 1);
        await Promise.all(others.map(hangUp));
      });

      it('is silent', async () => {
        meter.fault({ fault: 'silence' });
        await fails(/timed out/i);
        meter.fault({ clear: 'silence' });
        await power();
      });

      it('replies late', async () => {
        meter.fault({ fault: 'late_reply', ms: 60 });
        const began = performance.now();
        await power();
        assert.ok(performance.now() - began >= 59);
      });

      it('answers with an exception', async () => {
        meter.fault({ fault: 'exception', code: 4 });
        await fails(/exception 4/);
      });

      it('answers for another unit', async () => {
        meter.fault({ fault: 'wrong_unit' });
        await fails(/unexpected data|timed out|unit/i);
      });

      it('cuts its frames short', async () => {
        meter.fault({ fault: 'truncated_frame' });
        await fails(/timed out/i);
      });

      it('spoils its frames', async () => {
        meter.fault({ fault: 'crc_error' });
        const bytes = await rawExchange(meter, transport);
        if (transport === 'tcp') assert.equal(bytes.readUInt16BE(2), 0x0bad);
        else assert.notEqual(crc16(bytes.subarray(0, -2)), bytes.readUInt16LE(bytes.length - 2));
      });

      it('puts a byte of noise in front', async () => {
        const clean = await rawExchange(meter, transport);
        meter.fault({ fault: 'noise_byte' });
        const noisy = await rawExchange(meter, transport);
        assert.equal(noisy.length, clean.length + 1);
        meter.clear();
        assert.equal((await rawExchange(meter, transport)).length, clean.length);
      });
    });
  }

  it('turns a CT round, unplugs it, swaps two and loses a voltage', async () => {
    await open('tcp');
    const [, a, b] = await power();
    meter.fault({ fault: 'ct_reversed', phases: ['l1'] });
    assert.equal(Math.sign((await power())[1]), -Math.sign(a));
    meter.clear();
    meter.fault({ fault: 'ct_unplugged', phases: ['l1', 'l2'] });
    assert.deepEqual((await power()).slice(1, 3), [0, 0]);
    meter.clear();
    meter.fault({ fault: 'ct_swapped', phases: ['l1', 'l2'] });
    const [, swappedA, swappedB] = await power();
    assert.ok(Math.abs(swappedA + b) < 0.05 * Math.abs(b) + 2);
    assert.ok(Math.abs(swappedB + a) < 0.05 * Math.abs(a) + 2);
    meter.clear();
    meter.fault({ fault: 'voltage_lost', phases: ['l2'] });
    const { data } = await client.readHoldingRegisters(1020, 2);
    assert.deepEqual(data, [0, 0]);
    assert.equal((await power())[2], 0);
  });

  it('blanks values, freezes them and resets the counters', async () => {
    await open('tcp');
    meter.fault({ fault: 'nan' });
    assert.ok((await power()).every(Number.isNaN));
    meter.clear();
    meter.fault({ fault: 'sentinel', values: ['power_l1'] });
    const [, a, b] = await power();
    assert.ok(Number.isNaN(a) && Number.isFinite(b));
    meter.clear();
    meter.fault({ fault: 'frozen' });
    const frozen = await power();
    meter.fault({ fault: 'ct_unplugged', phases: ['l1', 'l2', 'l3'] });
    assert.deepEqual(await power(), frozen);
    meter.clear();
    meter.fault({ fault: 'counter_reset' });
    const [imported] = await floats(1002, 1);
    assert.ok(imported! < 0.01, `${imported}`);
  });

  it('answers for no other unit: a gateway says so, a shared line stays quiet', async () => {
    await open('tcp');
    client.setID(9);
    await assert.rejects(power(), /exception 11/);
    await hangUp(client);
    await meter.stop();
    await open('rtu-over-tcp');
    client.setID(9);
    await fails(/timed out/i);
  });

  it('keeps the wire time of its baud rate on a shared line', async () => {
    meter = await startSimulatedMeter({ transport: 'rtu-over-tcp', baud: 9_600 });
    client = await reach(meter, 'rtu-over-tcp', 1_000);
    const began = performance.now();
    await client.readHoldingRegisters(1000, 34);
    const tookMs = performance.now() - began;
    // 8 + 73 characters of 10 bits, and 5 ms of thought
    assert.ok(tookMs >= 89 && tookMs < 130, `${tookMs}`);
  });

  it('frees its port', async () => {
    await open('tcp');
    const { port } = meter;
    await meter.stop();
    meter = await startSimulatedMeter({ port });
    assert.equal(meter.port, port);
    await assert.rejects(startSimulatedMeter({ port }), /cannot be opened/);
  });

  it('survives whatever bytes it is fed', async () => {
    for (const transport of ['tcp', 'rtu-over-tcp'] as const) {
      await open(transport);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
          async (noise) => {
            const socket = connect(meter.port, meter.host);
            socket.on('error', () => {});
            await once(socket, 'connect');
            for (const bytes of noise) socket.write(bytes);
            socket.destroy();
          },
        ),
        { numRuns: 40 },
      );
      await power();
      if (transport === 'tcp') {
        await hangUp(client);
        await meter.stop();
      }
    }
  });
});

async function reach(meter: RunningMeter, transport: Transport, timeout = TIMEOUT_MS) {
  const client = new modbusSerial.default();
  const { port } = meter;
  if (transport === 'tcp') await client.connectTCP(meter.host, { port });
  else await client.connectTelnet(meter.host, { port });
  client.setID(meter.unit);
  client.setTimeout(timeout);
  return client;
}

function hangUp(client: Client): Promise<void> {
  return new Promise((resolve) => client.destroy(() => resolve()));
}

/** The bytes of one answer, as they come. */
async function rawExchange(meter: RunningMeter, transport: Transport): Promise<Buffer> {
  const socket = connect(meter.port, meter.host);
  const pdu = Buffer.from([1, 3, 0x03, 0xf0, 0, 2]);
  const tail = Buffer.alloc(2);
  tail.writeUInt16LE(crc16(pdu));
  socket.write(
    transport === 'tcp'
      ? Buffer.concat([Buffer.from([0, 7, 0, 0, 0, 6]), pdu])
      : Buffer.concat([pdu, tail]),
  );
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return bytes;
}

function reason(thrown: unknown): string {
  return String((thrown as Error).message ?? thrown);
}
