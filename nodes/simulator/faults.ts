/**
 * The faults a simulated meter has now, and for how long. Knows commands and the clock; what a fault
 * does to wires, registers and frames is decided by those who ask.
 */
import { PHASES, type Phase } from '../meter/reading.ts';
import type { Clock, Timer } from '../site/clock.ts';
import { chanceOf } from './chance.ts';
import type { ActiveFault, Command, FaultName, PhaseFault } from './commands.ts';
import type { Spoilt } from './image.ts';
import { SOUND, type WiringFaults } from './measuring.ts';

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

/** How registers are spoilt by a fault, and which where the command names none. */
const SPOILS: Partial<Record<FaultName, { as: Spoilt['as']; usual: RegExp }>> = {
  nan: { as: 'nan', usual: /./ },
  sentinel: { as: 'sentinel', usual: /./ },
  solar_asleep: { as: 'sentinel', usual: /^(power|reactive_power|current)_/ },
  power_width: { as: 'width', usual: /^power_(l\d|total)$/ },
  words_exchanged: { as: 'words', usual: /./ },
};

/** The faults that are active now. Says so whenever that changes. */
export class FaultBoard {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #active = new Map<string, { fault: ActiveFault; timer: Timer | null }>();
  /** Kept from change to change: it is asked for with every request. */
  #line: LineFaults | null = null;
  #requests = 0;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = () => {
      this.#line = null;
      changed();
    };
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
    this.#line = null;
  }

  /** What goes wrong with the next request: asked once for each. */
  line(): LineFaults {
    this.#line ??= this.#lineNow();
    if (this.#active.size === 0) return this.#line;
    const [lossy] = this.#all('lost_frames');
    if (!lossy) return this.#line;
    const isLost = chanceOf(lossy.seed, 'lost')(this.#requests++) < lossy.percent / 100;
    return isLost ? { ...this.#line, silence: true } : this.#line;
  }

  get frozen(): boolean {
    return this.#has('frozen');
  }

  wiring(): WiringFaults {
    const phasesOf = (name: PhaseFault) => new Set(this.#all(name).flatMap(({ phases }) => phases));
    const [noisy] = this.#all('gain_noise');
    return {
      voltageLost: phasesOf('voltage_lost'),
      unplugged: phasesOf('ct_unplugged'),
      reversed: phasesOf('ct_reversed'),
      swapped: this.#all('ct_swapped').map(({ phases }) => phases),
      rotated: this.#all('ct_rotated').reduce((sum, { steps }) => sum + steps, 0) % PHASES.length,
      onLeg: Object.fromEntries(
        this.#all('ct_on_leg').flatMap(({ phases, leg }) =>
          phases.map((phase) => [phase, PHASES.indexOf(leg)]),
        ),
      ),
      referenceSwapped: this.#has('reference_swapped'),
      ratio: this.#ratios(),
      noise: noisy ? { share: noisy.percent / 100, seed: noisy.seed } : SOUND.noise,
    };
  }

  /** What is wrong with the registers, which may be only while the inverter sleeps. */
  spoilt(isAsleep: boolean): Spoilt | null {
    for (const { fault } of this.#active.values()) {
      const spoil = SPOILS[fault.fault];
      if (!spoil || (fault.fault === 'solar_asleep' && !isAsleep)) continue;
      const named = 'values' in fault && fault.values ? new Set(fault.values) : null;
      const spoils = (name: string) => (named ? named.has(name) : spoil.usual.test(name));
      return { as: spoil.as, spoils };
    }
    return null;
  }

  #ratios(): WiringFaults['ratio'] {
    const ratio = { ...SOUND.ratio };
    const scale = (phases: readonly Phase[], factorOf: (phase: Phase) => number) => {
      for (const phase of phases) ratio[phase] *= factorOf(phase);
    };
    for (const { phases, factor } of this.#all('ct_ratio')) scale(phases, () => factor);
    for (const { phases, percent, seed } of this.#all('gain_error')) {
      scale(
        phases,
        (phase) => 1 + (percent / 100) * (2 * chanceOf(seed, 'gain')(PHASES.indexOf(phase)) - 1),
      );
    }
    return ratio;
  }

  #lineNow(): LineFaults {
    const most = (values: number[]) => Math.max(0, ...values);
    return {
      silence: this.#has('silence') || this.#has('restart'),
      lateMs: most(this.#all('late_reply').map(({ ms }) => ms)),
      exception: most(this.#all('exception').map(({ code }) => code)),
      crcError: this.#has('crc_error'),
      wrongUnit: this.#has('wrong_unit'),
      truncated: this.#has('truncated_frame'),
      noise: this.#has('noise_byte'),
    };
  }

  #all<N extends FaultName>(name: N): Extract<ActiveFault, { fault: N }>[] {
    const isOne = (fault: ActiveFault): fault is Extract<ActiveFault, { fault: N }> =>
      fault.fault === name;
    return this.active.filter(isOne);
  }

  #has(name: FaultName): boolean {
    return this.#active.size > 0 && this.#all(name).length > 0;
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
