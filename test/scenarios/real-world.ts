/**
 * Time as it passes, and Modbus TCP between meters and readers. The wall clock shows the scenario's own
 * time, so that the sun of the simulated home stands where it has to.
 */

import { openPort } from '../../nodes/bus/ports.ts';
import { acquireLine, type LineLease } from '../../nodes/bus/registry.ts';
import { type ModbusServer, startServer } from '../../nodes/simulator/server.ts';
import { pause, systemClock, type Timer } from '../../nodes/site/clock.ts';
import type { DrivenClock, World } from './world.ts';

const REFRESH_MS = 1_000;

export function realWorld(startMs: number): World {
  const clock = new ShiftedClock(startMs);
  const servers: ModbusServer[] = [];
  const leases: LineLease[] = [];
  const timers = new Set<Timer>();
  return {
    clock,
    async wire(bus, meters) {
      const [only, ...others] = meters;
      if (!only || others.length > 0) throw new Error(`${bus}: over Modbus TCP one meter a bus`);
      const [unit, meter] = only;
      const server = await startServer({
        transport: { type: 'tcp', host: '127.0.0.1', port: 0 },
        clock,
        device: {
          unit,
          replyDelayMs: 0,
          read: (fn, address, count) => meter.read(fn, address, count),
          faults: () => meter.line(),
        },
        onLost: () => {},
      });
      servers.push(server);
      const refresh = () => {
        meter.live();
        const timer = clock.after(REFRESH_MS, () => {
          timers.delete(timer);
          refresh();
        });
        timers.add(timer);
      };
      refresh();
      const config = { id: bus, type: 'tcp', host: '127.0.0.1', port: server.port } as const;
      const lease = acquireLine(config, { clock, random: Math.random, openPort });
      leases.push(lease);
      return {
        line: lease.line,
        plug: () => {
          throw new Error('over Modbus TCP there is no adapter to pull out');
        },
      };
    },
    async close() {
      for (const timer of timers) timer.cancel();
      await Promise.all(leases.map((lease) => lease.release()));
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

class ShiftedClock implements DrivenClock {
  readonly #begunMs = systemClock.mono();
  #aheadMs: number;

  constructor(startMs: number) {
    this.#aheadMs = startMs;
  }

  now(): number {
    return this.#aheadMs + this.mono();
  }

  mono(): number {
    return systemClock.mono() - this.#begunMs;
  }

  after(ms: number, run: () => void): Timer {
    return systemClock.after(ms, run);
  }

  jump(ms: number): void {
    this.#aheadMs += ms;
  }

  runTo(mono: number): Promise<void> {
    return pause(this, Math.max(0, mono - this.mono()));
  }
}
