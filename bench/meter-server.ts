/** A WattNode WNC in a few lines, by another Modbus server than the product's own simulator. */
import ModbusRTU from 'modbus-serial';
import { freePort } from '../test/support/appliance.ts';

export interface BenchMeter {
  port: number;
  /** Sets a float value at its 0-based address, low word first. */
  set(address: number, value: number): void;
  /** When each reply left, monotonic ms; the newest last. */
  repliesMs: number[];
  requests: number;
  stop(): Promise<void>;
}

export async function startBenchMeter(): Promise<BenchMeter> {
  const registers = new Map<number, number>();
  const port = await freePort();
  const meter: BenchMeter = {
    port,
    repliesMs: [],
    requests: 0,
    set(address, value) {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value);
      registers.set(address, bytes.readUInt16BE(2));
      registers.set(address + 1, bytes.readUInt16BE(0));
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const answer = (address: number, count: number): number[] => {
    meter.requests++;
    meter.repliesMs.push(performance.now());
    if (meter.repliesMs.length > 1000) meter.repliesMs.shift();
    return Array.from({ length: count }, (_, index) => registers.get(address + index) ?? 0);
  };
  const server = new ModbusRTU.ServerTCP(
    {
      getMultipleHoldingRegisters: answer,
      getMultipleInputRegisters: answer,
      getHoldingRegister: (address: number) => answer(address, 1)[0] ?? 0,
    },
    { host: '127.0.0.1', port, unitID: 1 },
  );
  await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
  fillWithAHome(meter);
  registers.set(1706, 201);
  return meter;
}

/** Mains import of 412 W on two legs, 1500 W of solar on the third CT. */
function fillWithAHome(meter: BenchMeter): void {
  for (const [address, value] of Object.entries({
    1002: 1234.5,
    1006: 1234.5,
    1008: 1912,
    1010: 200,
    1012: 212,
    1014: 1500,
    1016: 120,
    1018: 120.1,
    1020: 119.8,
    1022: 120,
    1032: 60.01,
    1106: 600,
    1108: 634.5,
    1110: 4321,
    1112: 0,
    1114: 0,
    1116: 0,
    1118: 0,
    1120: 0,
    1140: 0.98,
    1142: 0.97,
    1144: 1,
    1148: 20,
    1150: 25,
    1152: 5,
    1162: 1.7,
    1164: 1.8,
    1166: 12.5,
  })) {
    meter.set(Number(address), value);
  }
}
