/** A home at the panel, for tests: what flows is set by hand, and seconds pass one by one. */
import type { LiveSecond } from '../../../../nodes/health/commission/live.ts';
import type { ChannelSecond, PhaseSecond } from '../../../../nodes/health/doctor/second.ts';
import type { Phase, Role } from '../../../../nodes/meter/reading.ts';

export interface PanelInput {
  channel: string;
  role: Role;
  phase: Phase;
  /** W and var; may be changed while time passes. */
  watts: number;
  vars?: number;
  volts?: number | null;
}

export class Panel {
  readonly inputs: PanelInput[];
  hertz: number | null = 60;
  answers = true;
  /** Share by which each value strays, at most. */
  noise = 0;
  #monoMs = 0;
  #draws = 1;

  constructor(...inputs: PanelInput[]) {
    this.inputs = inputs;
  }

  input(channel: string, phase: Phase): PanelInput {
    const found = this.inputs.find((one) => one.channel === channel && one.phase === phase);
    if (!found) throw new Error(`no input ${channel} ${phase}`);
    return found;
  }

  /** Lets so many seconds pass. */
  pass(seconds: number, each: (second: LiveSecond) => void): void {
    for (let n = 0; n < seconds; n += 1) each(this.#second());
  }

  collect(seconds: number): LiveSecond[] {
    const all: LiveSecond[] = [];
    this.pass(seconds, (second) => all.push(second));
    return all;
  }

  #second(): LiveSecond {
    this.#monoMs += 1_000;
    const channels = [...new Set(this.inputs.map(({ channel }) => channel))].map((id) =>
      this.#channel(id),
    );
    const sum = (role: Role) =>
      channels.filter((one) => one.role === role).reduce((all, one) => all + (one.powerW ?? 0), 0);
    return {
      ts: new Date(Date.UTC(2026, 5, 21) + this.#monoMs).toISOString(),
      monoMs: this.#monoMs,
      wallMs: this.#monoMs,
      daylight: 'day',
      channels,
      mainsW: sum('grid'),
      solarRawW: sum('solar'),
      batteryW: 0,
      homeRawW: sum('grid') + sum('solar'),
      meters: {
        main: {
          answers: this.answers,
          identity: 'match',
          serial: '4711',
          frequencyHz: this.hertz,
          error: this.answers ? null : 'it did not answer',
        },
      },
      importKwh: 100,
      exportKwh: 50,
    };
  }

  #channel(id: string): ChannelSecond {
    const mine = this.inputs.filter(({ channel }) => channel === id);
    const phases = mine.map((input) => this.#phase(input));
    const powerW = phases.reduce((all, { power_w: watts }) => all + (watts ?? 0), 0);
    return { id, meter: 'main', role: mine[0]?.role ?? 'load', powerW, phases, ageMs: 100 };
  }

  #phase({ phase, watts, vars = 0, volts = 120 }: PanelInput): PhaseSecond {
    const real = watts * (1 + this.noise * this.#draw());
    return {
      phase,
      voltage_v: volts,
      current_a: Math.hypot(real, vars) / (volts || 120),
      power_w: real,
      reactive_var: vars,
      power_factor: real / Math.max(1, Math.hypot(real, vars)),
    };
  }

  /** -1 to 1, the same at each run of the test. */
  #draw(): number {
    this.#draws = (this.#draws * 48_271) % 2_147_483_647;
    return (2 * this.#draws) / 2_147_483_647 - 1;
  }
}

export function splitPhase(): Panel {
  return new Panel(
    { channel: 'main/mains', role: 'grid', phase: 'l1', watts: 300 },
    { channel: 'main/mains', role: 'grid', phase: 'l2', watts: 250 },
    { channel: 'main/pv', role: 'solar', phase: 'l3', watts: 0 },
  );
}
