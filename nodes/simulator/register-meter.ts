/**
 * A simulated meter without its line: a metered home, the registers that show it, and the faults it
 * was told. Time moves only when it is told to, so that days can be played in seconds.
 */
import type { Profile } from '../meter/profile.ts';
import type { Clock } from '../site/clock.ts';
import { type ActiveFault, type Command, parseCommand } from './commands.ts';
import { zeroCounters } from './counters.ts';
import { FaultBoard, type LineFaults } from './faults.ts';
import { flowsOf, type HomeFlows } from './home.ts';
import { RegisterImage } from './image.ts';
import type { MeteredHome } from './metered-home.ts';
import { type MeterValues, valuesOf } from './values.ts';

export interface RegisterMeterSetup {
  metered: MeteredHome;
  /** What it serves. Whoever polls may believe in another profile. */
  profile: Profile;
  /** The home's own time: right even where the appliance's clock is not. */
  clock: Clock;
  /** After every change of the faults, when wires and registers show it. */
  onFaults?(active: ActiveFault[]): void;
  onUpdate?(update: Update): void;
}

/** One change of the registers. */
export interface Update {
  /** When it was done: wall and monotonic, ms. */
  ms: number;
  monoMs: number;
  values: MeterValues;
  /** What is true in the home, whatever the meter is told to say. */
  truth: HomeFlows;
}

/** What comes of a request: registers, an exception code, or how the reply went wrong. */
export type Reply = Buffer | number | 'timeout' | 'crc_error' | 'wrong_unit';

/** A reply later than this finds nobody who waits, ms. */
const PATIENCE_MS = 1_000;

export class RegisterMeter {
  readonly #setup: RegisterMeterSetup;
  readonly #image: RegisterImage;
  readonly #board: FaultBoard;
  #lastMonoMs: number;

  constructor(setup: RegisterMeterSetup) {
    this.#setup = setup;
    this.#image = new RegisterImage(setup.profile);
    this.#board = new FaultBoard(setup.clock, () => this.#faultsChanged());
    this.#lastMonoMs = setup.clock.mono();
  }

  get metered(): MeteredHome {
    return this.#setup.metered;
  }

  get active(): ActiveFault[] {
    return this.#board.active;
  }

  /** What is true in the home, whatever the meter is told to say. */
  get truth(): HomeFlows {
    return flowsOf(this.#setup.metered.state);
  }

  /** Lives on to now; the registers follow. */
  live(): void {
    this.#catchUp();
    this.#show();
  }

  /** Obeys a command as it came. @throws SolthriveError `message_invalid` */
  command(payload: unknown): void {
    this.obey(parseCommand(payload));
  }

  obey(order: Command): void {
    if ('fault' in order && order.fault === 'counter_reset') {
      this.#setup.metered.setCounters(zeroCounters());
    }
    this.#board.apply(order);
  }

  /** Registers as bytes, or an exception code; faults of the line are not its business. */
  read(fn: number, address: number, count: number): Buffer | number {
    return this.#image.read(fn, address, count);
  }

  /** What goes wrong with the next request: asked once for each. */
  line(): LineFaults {
    return this.#board.line();
  }

  /** What one request brings over its line. */
  ask(fn: number, address: number, count: number): Reply {
    const { silence, lateMs, wrongUnit, crcError, noise, truncated, exception } = this.line();
    if (silence || truncated || lateMs > PATIENCE_MS) return 'timeout';
    if (crcError || noise) return 'crc_error';
    if (wrongUnit) return 'wrong_unit';
    return exception > 0 ? exception : this.read(fn, address, count);
  }

  /** Forgets its faults without a word. */
  stop(): void {
    this.#board.stop();
  }

  #catchUp(): void {
    const { clock, metered } = this.#setup;
    const monoMs = clock.mono();
    metered.advance(clock.now(), { elapsedMs: monoMs - this.#lastMonoMs });
    this.#lastMonoMs = monoMs;
  }

  #show(): void {
    const { metered, profile, onUpdate } = this.#setup;
    const values = valuesOf(metered.now, metered.counters, profile.totalCounters);
    if (!this.#board.frozen) this.#image.fill(values, this.#board.spoilt(this.#isAsleep));
    onUpdate?.({ ms: metered.now.ms, monoMs: this.#lastMonoMs, values, truth: this.truth });
  }

  get #isAsleep(): boolean {
    return this.#setup.metered.state.legs.every(({ solarW }) => solarW <= 0);
  }

  #faultsChanged(): void {
    this.#catchUp();
    this.#setup.metered.rewire(this.#board.wiring());
    this.#show();
    this.#setup.onFaults?.(this.#board.active);
  }
}
