import assert from 'node:assert/strict';
import modbusSerial from 'modbus-serial';
import { openPtyPair, type PtyPair } from '../../support/pty-pair.ts';
import { requireTool } from '../../support/requires.ts';
import { type RunningMeter, startSimulatedMeter } from '../../support/simulated-meter.ts';

describe('simulated meter on a serial line', () => {
  let cable: PtyPair;
  let meter: RunningMeter;
  let client: InstanceType<typeof modbusSerial.default>;

  before(async function () {
    requireTool.call(this, 'socat');
    cable = await openPtyPair();
  });
  after(async () => {
    await cable?.stop();
  });
  beforeEach(async () => {
    meter = await startSimulatedMeter({ transport: 'serial', path: cable.b, baud: 19_200 });
    client = new modbusSerial.default();
    await client.connectRTUBuffered(cable.a, { baudRate: 19_200 });
    client.setID(1);
    client.setTimeout(500);
  });
  afterEach(async () => {
    await new Promise((resolve) => client.close(resolve));
    await meter.stop();
  });

  it('answers with the wire time that the pty does not have', async () => {
    const began = performance.now();
    const { data } = await client.readHoldingRegisters(1000, 34);
    const tookMs = performance.now() - began;
    assert.equal(data.length, 34);
    // 8 + 73 characters of 10 bits at 19200 baud, and 5 ms of thought
    assert.ok(tookMs >= 47 && tookMs < 120, `${tookMs}`);
  });

  it('spoils its checksum and recovers', async () => {
    meter.fault({ fault: 'crc_error' });
    await assert.rejects(client.readHoldingRegisters(1000, 2), /CRC/);
    meter.clear();
    assert.equal((await client.readHoldingRegisters(1000, 2)).data.length, 2);
  });

  it('frees the port, so that the next can open it', async () => {
    await meter.stop();
    meter = await startSimulatedMeter({ transport: 'serial', path: cable.b, baud: 19_200 });
    assert.equal((await client.readHoldingRegisters(1000, 2)).data.length, 2);
  });
});
