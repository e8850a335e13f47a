/**
 * CPU time of one poll: `ours` reads a WattNode as the appliance does (line, plan, decoding,
 * channels), `bare` reads the same registers in a loop around a modbus-serial client. Both take turns
 * in one process of their own, so that whatever slows the machine down slows both. Prints medians
 * over the turns as JSON.
 */
import { join } from 'node:path';
import ModbusRTU from 'modbus-serial';
import { ModbusLine } from '../nodes/bus/modbus-line.ts';
import { openPort } from '../nodes/bus/ports.ts';
import { loadProfile } from '../nodes/meter/profile-file.ts';
import { MeterSession } from '../nodes/meter/session.ts';
import { systemClock } from '../nodes/site/clock.ts';
import { median } from './figures.ts';
import { wattnode } from './wattnode.ts';

export interface PollCost {
  /** CPU time per poll, microseconds. */
  oursUs: number;
  bareUs: number;
  ratio: number;
}

/** Until the compiler has nothing left to do: a second of its work would outweigh the polls. */
const WARM_UP = 5000;
const TURNS = 20;
const POLLS = 100;

const port = Number(process.argv[2]);
const line = new ModbusLine(
  { id: 'bench', type: 'tcp', host: '127.0.0.1', port },
  { clock: systemClock, random: Math.random, openPort },
);
const session = new MeterSession({
  meter: wattnode,
  profile: loadProfile(join(import.meta.dirname, '../config/meters/ccs-wattnode-wnc.yaml')),
  ctProfiles: [],
  line,
  clock: systemClock,
  simulated: false,
  intervalMs: 1000,
});
const client = new ModbusRTU.default();
await client.connectTCP('127.0.0.1', { port });
client.setID(1);
client.setTimeout(1000);
const reads = session.plan.fast.map(({ address, count }) => ({ address, count }));
const { signal } = new AbortController();

await cpuOf(ours, WARM_UP);
await cpuOf(bare, WARM_UP);
const turns: PollCost[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  const [oursUs, bareUs] = [await cpuOf(ours, POLLS), await cpuOf(bare, POLLS)];
  turns.push({ oursUs, bareUs, ratio: oursUs / bareUs });
}
await line.close();
await new Promise<void>((resolve) => client.close(() => resolve()));
const cost: PollCost = {
  oursUs: median(turns.map(({ oursUs }) => oursUs)),
  bareUs: median(turns.map(({ bareUs }) => bareUs)),
  ratio: median(turns.map(({ ratio }) => ratio)),
};
console.log(JSON.stringify(cost));

async function ours(): Promise<void> {
  const reading = await session.poll(signal);
  if (!reading.ok) throw new Error(reading.error?.message);
}

async function bare(): Promise<void> {
  for (const { address, count } of reads) await client.readHoldingRegisters(address, count);
}

async function cpuOf(poll: () => Promise<void>, polls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let done = 0; done < polls; done++) await poll();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / polls;
}
