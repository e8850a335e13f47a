/**
 * Who uses which port: one line a port, shared by everyone in this process and outliving none of
 * them. It is module-level because a deploy recreates the nodes while a port is still closing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { BusConfig } from '../site/schema.ts';
import type { Line, LineStats } from './line.ts';
import type { LinkDeps } from './link.ts';
import { ModbusLine } from './modbus-line.ts';

export interface LineLease {
  line: Line;
  /** Gives the line back; the last one to do so gets a port that is really closed, within 5 s. */
  release(): Promise<void>;
}

interface Entry {
  bus: BusConfig;
  line: ModbusLine;
  users: number;
}

const entries = new Map<string, Entry>();
/** Ports that are still being closed: whoever comes next waits for them. */
const closings = new Map<string, Promise<void>>();

/**
 * A line for this configuration; two users of one port get the same one. A port that was opened
 * with another configuration is closed first: its earlier users' reads end with `bus_closed`.
 */
export function acquireLine(bus: BusConfig, deps: Omit<LinkDeps, 'free'>): LineLease {
  const key = portOf(bus);
  const known = entries.get(key);
  if (known && !isSamePort(known.bus, bus)) void retire(key, known);
  const entry = entries.get(key) ?? enter(key, bus, deps);
  entry.users++;
  let held = true;
  return {
    line: entry.line,
    release: async () => {
      if (held) entry.users--;
      held = false;
      if (entry.users === 0) await retire(key, entry);
    },
  };
}

export interface LineInUse extends LineStats {
  /** Id of the bus that opened it. */
  bus: string;
  users: number;
  /** Requests that wait for their turn. */
  waiting: number;
}

/** Every line that is open or wants to be. */
export function linesInUse(): LineInUse[] {
  return [...entries.values()].map(({ bus, line, users }) => ({
    ...{ bus: bus.id, users, waiting: line.waiting },
    ...line.stats(),
  }));
}

function enter(key: string, bus: BusConfig, deps: Omit<LinkDeps, 'free'>): Entry {
  const line = new ModbusLine(bus, { ...deps, free: closings.get(key) });
  const entry: Entry = { bus, line, users: 0 };
  entries.set(key, entry);
  return entry;
}

function retire(key: string, entry: Entry): Promise<void> {
  if (entries.get(key) === entry) entries.delete(key);
  const before = closings.get(key);
  const closing = Promise.all([before, entry.line.close()]).then(() => {
    if (closings.get(key) === closing) closings.delete(key);
  });
  closings.set(key, closing);
  return closing;
}

function isSamePort({ id: _a, ...one }: BusConfig, { id: _b, ...other }: BusConfig): boolean {
  return isDeepStrictEqual(one, other);
}

function portOf(bus: BusConfig): string {
  return bus.type === 'serial' ? bus.port : `${bus.host}:${bus.port}`;
}
