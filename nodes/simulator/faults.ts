/**
 * What a simulated meter is told to do wrong, and for how long. Knows commands and the clock; what a
 * fault does to wires, registers and frames is decided by those who ask.
 */
import { z } from 'zod';
import { PHASES } from '../meter/reading.ts';
import type { Clock, Timer } from '../site/clock.ts';
import { SolthriveError } from '../site/errors.ts';
import { loadWords } from '../site/words.ts';
import type { Blank } from './image.ts';
import type { WiringFaults } from './wiring.ts';

const LINE_FAULTS = [
  'silence',
  'crc_error',
  'wrong_unit',
  'truncated_frame',
  'noise_byte',
  'frozen',
] as const;
const PHASE_FAULTS = ['voltage_lost', 'ct_unplugged', 'ct_reversed'] as const;
const BLANK_FAULTS = ['nan', 'sentinel'] as const;

export const FAULTS = [
  ...LINE_FAULTS,
  'late_reply',
  'exception',
  ...PHASE_FAULTS,
  'ct_swapped',
  'counter_reset',
  ...BLANK_FAULTS,
] as const;
export type FaultName = (typeof FAULTS)[number];

/** How long; without it the fault stays until it is cleared. */
const seconds = z.number().positive().max(86_400).optional();
const phase = z.enum(PHASES);

const fault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.enum(LINE_FAULTS), seconds }),
  z.strictObject({
    fault: z.literal('late_reply'),
    ms: z.number().int().min(1).max(60_000).default(1_500),
    seconds,
  }),
  z.strictObject({
    fault: z.literal('exception'),
    code: z.number().int().min(1).max(11).default(4),
    seconds,
  }),
  z.strictObject({ fault: z.enum(PHASE_FAULTS), phases: z.array(phase).min(1), seconds }),
  z.strictObject({ fault: z.literal('ct_swapped'), phases: z.tuple([phase, phase]), seconds }),
  z.strictObject({ fault: z.literal('counter_reset') }),
  z.strictObject({
    fault: z.enum(BLANK_FAULTS),
    /** Names of the profile's values; all of them where left out. */
    values: z.array(z.string()).min(1).optional(),
    seconds,
  }),
]);
const command = z.union([
  fault,
  z.strictObject({ fault: z.literal('none') }),
  z.strictObject({ clear: z.enum(FAULTS) }),
]);

export type ActiveFault = z.output<typeof fault>;
export type Command = z.output<typeof command>;

/** What goes wrong between the meter and whoever asks. */
export interface LineFaults {
  silence: boolean;
  lateMs: number;
  /** Exception code answered to everything; 0 for none. */
  exception: number;
  crcError: boolean;
  wrongUnit: boolean;
  truncated: boolean;
  noise: boolean;
}

const words = loadWords(import.meta.url, 'faults');

/** @throws SolthriveError `message_invalid`, which says what is allowed */
export function parseCommand(payload: unknown): Command {
  const parsed = command.safeParse(payload);
  if (parsed.success) return parsed.data;
  const what = words('allowed', {
    found: JSON.stringify(payload)?.slice(0, 120) ?? String(payload),
    faults: FAULTS.join(', '),
    phases: PHASES.join(', '),
  });
  throw new SolthriveError('message_invalid', { kind: words('kind'), what });
}

/** The faults that are active now. Says so whenever that changes. */
export class FaultBoard {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #active = new Map<string, { fault: ActiveFault; timer: Timer | null }>();

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get active(): ActiveFault[] {
    return [...this.#active.values()].map((entry) => entry.fault);
  }

  /** Carries a command out. `counter_reset` is an event and left to the caller. */
  apply(order: Command): void {
    if ('clear' in order) this.#drop((active) => active.fault === order.clear);
    else if (order.fault === 'none') this.#drop(() => true);
    else if (order.fault !== 'counter_reset') this.#raise(order);
    this.#changed();
  }

  /** Forgets everything without a word. */
  stop(): void {
    this.#drop(() => true);
  }

  line(): LineFaults {
    return {
      silence: this.#has('silence'),
      lateMs: Math.max(
        0,
        ...this.active.map((each) => (each.fault === 'late_reply' ? each.ms : 0)),
      ),
      exception: Math.max(
        0,
        ...this.active.map((each) => (each.fault === 'exception' ? each.code : 0)),
      ),
      crcError: this.#has('crc_error'),
      wrongUnit: this.#has('wrong_unit'),
      truncated: this.#has('truncated_frame'),
      noise: this.#has('noise_byte'),
    };
  }

  get frozen(): boolean {
    return this.#has('frozen');
  }

  wiring(): WiringFaults {
    const phasesOf = (name: (typeof PHASE_FAULTS)[number]) =>
      new Set(this.active.flatMap((each) => (each.fault === name ? each.phases : [])));
    return {
      voltageLost: phasesOf('voltage_lost'),
      unplugged: phasesOf('ct_unplugged'),
      reversed: phasesOf('ct_reversed'),
      swapped: this.active.flatMap((each) => (each.fault === 'ct_swapped' ? [each.phases] : [])),
    };
  }

  blank(): Blank | null {
    for (const each of this.active) {
      if (each.fault !== 'nan' && each.fault !== 'sentinel') continue;
      return { as: each.fault, names: each.values ? new Set(each.values) : 'all' };
    }
    return null;
  }

  #has(name: FaultName): boolean {
    return this.active.some((each) => each.fault === name);
  }

  #raise(order: ActiveFault): void {
    const key = JSON.stringify([order.fault, 'phases' in order ? order.phases : null]);
    this.#active.get(key)?.timer?.cancel();
    const lasting = 'seconds' in order ? order.seconds : undefined;
    const end = () => {
      this.#active.delete(key);
      this.#changed();
    };
    const timer = lasting === undefined ? null : this.#clock.after(lasting * 1000, end);
    this.#active.set(key, { fault: order, timer });
  }

  #drop(which: (active: ActiveFault) => boolean): void {
    for (const [key, entry] of this.#active) {
      if (!which(entry.fault)) continue;
      entry.timer?.cancel();
      this.#active.delete(key);
    }
  }
}
