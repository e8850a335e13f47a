/**
 * CPU time of one poll, in a process of its own: `ours` reads a WattNode as the appliance does (line,
 * plan, decoding, channels), `bare` reads the same registers in a loop around a modbus-serial client.
 * Prints microseconds of CPU time per poll.
 */
import { join } from 'node:path';
import ModbusRTU from 'modbus-serial';
import { ModbusLine } from '../nodes/bus/modbus-line.ts';
import { openPort } from '../nodes/bus/ports.ts';
import { loadProfile } from '../nodes/meter/profile-file.ts';
import { MeterSession } from '../nodes/meter/session.ts';
import { systemClock } from '../nodes/site/clock.ts';
import { wattnode } from './wattnode.ts';

const WARM_UP = 1500;
const POLLS = 4000;

const [kind, port] = process.argv.slice(2);
const { poll, end } = kind === 'ours' ? ours(Number(port)) : await bare(Number(port));
await repeat(WARM_UP, poll);
const before = process.cpuUsage();
await repeat(POLLS, poll);
const used = process.cpuUsage(before);
await end();
console.log((used.user + used.system) / POLLS);

interface Poller {
  poll: () => Promise<unknown>;
  end: () => Promise<void>;
}

function ours(port: number): Poller {
  const bus = { id: 'bench', type: 'tcp', host: '127.0.0.1', port } as const;
  const line = new ModbusLine(bus, { clock: systemClock, random: Math.random, openPort });
  const session = sessionOn(line);
  const { signal } = new AbortController();
  return {
    async poll() {
      const reading = await session.poll(signal);
      if (!reading.ok) throw new Error(reading.error?.message);
    },
    end: () => line.close(),
  };
}

async function bare(port: number): Promise<Poller> {
  const client = new ModbusRTU.default();
  await client.connectTCP('127.0.0.1', { port });
  client.setID(1);
  client.setTimeout(1000);
  const idle = new ModbusLine(
    { id: 'bench', type: 'tcp', host: '127.0.0.1', port },
    { clock: systemClock, random: Math.random, openPort },
  );
  const reads = sessionOn(idle).plan.fast.map(({ address, count }) => ({ address, count }));
  return {
    async poll() {
      for (const { address, count } of reads) await client.readHoldingRegisters(address, count);
    },
    end: () => new Promise((resolve) => client.close(() => resolve())),
  };
}

function sessionOn(line: ModbusLine): MeterSession {
  return new MeterSession({
    meter: wattnode,
    profile: loadProfile(join(import.meta.dirname, '../config/meters/ccs-wattnode-wnc.yaml')),
    ctProfiles: [],
    line,
    clock: systemClock,
    simulated: false,
  });
}

async function repeat(times: number, run: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) await run();
}
