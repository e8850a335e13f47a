/** What a scenario is lived in: a clock, and what lies between the meters and those who read them. */
import type { Line } from '../../nodes/bus/line.ts';
import type { RegisterMeter } from '../../nodes/simulator/register-meter.ts';
import type { Clock } from '../../nodes/site/clock.ts';
import { MemoryLine } from './memory-line.ts';
import { SteppedClock } from './stepped-clock.ts';

export interface World {
  clock: DrivenClock;
  /** Puts the meters of one bus, by unit, on a line. */
  wire(bus: string, meters: ReadonlyMap<number, RegisterMeter>): Promise<WiredLine>;
  close(): Promise<void>;
}

/** Monotonic time is 0 at the start. */
export interface DrivenClock extends Clock {
  /** Resolves when it is `mono`, ms. */
  runTo(mono: number): Promise<void>;
  /** Sets the wall clock, as the network or a person does. */
  jump(ms: number): void;
}

export interface WiredLine {
  line: Line;
  /** Pulls the adapter out, or puts it back. */
  plug(isPlugged: boolean): void;
}

/** Time and bytes as fast as the machine can. */
export function virtualWorld(startMs: number): World {
  const clock = new SteppedClock(startMs);
  return {
    clock,
    async wire(bus, meters) {
      const line = new MemoryLine(bus, clock, meters);
      return { line, plug: (isPlugged) => line.plug(isPlugged) };
    },
    async close() {},
  };
}
