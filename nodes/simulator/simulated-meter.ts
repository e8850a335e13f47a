/**
 * A simulated meter that runs: once a second the home is measured, the counters grow and the
 * registers change; meanwhile it is served and told to misbehave. Knows no Node-RED and no files.
 */
import type { Profile } from '../meter/profile.ts';
import type { Clock, Timer } from '../site/clock.ts';
import { zeroCounters } from './counters.ts';
import { type ActiveFault, FaultBoard, parseCommand } from './faults.ts';
import { flowsOf, type Home, type HomeFlows } from './home.ts';
import { RegisterImage } from './image.ts';
import type { MeteredHome } from './metered-home.ts';
import { type ModbusServer, startServer, type Transport } from './server.ts';
import { type MeterValues, valuesOf } from './values.ts';

export interface MeterSetup {
  home: Home;
  metered: MeteredHome;
  profile: Profile;
  unit: number;
  transport: Transport;
  clock: Clock;
  onFaults?(active: ActiveFault[]): void;
  onUpdate?(update: Update): void;
  onLost?(error: Error): void;
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

/** The WattNode averages over about a second. */
const REFRESH_MS = 1_000;

export class SimulatedMeter {
  readonly #setup: MeterSetup;
  readonly #image: RegisterImage;
  readonly #board: FaultBoard;
  #server: ModbusServer | null = null;
  #timer: Timer | null = null;
  #lastMonoMs: number;
  #dueMonoMs: number;

  constructor(setup: MeterSetup) {
    this.#setup = setup;
    this.#image = new RegisterImage(setup.profile);
    this.#lastMonoMs = setup.clock.mono();
    this.#dueMonoMs = this.#lastMonoMs;
    this.#board = new FaultBoard(setup.clock, () => this.#faultsChanged());
  }

  /** Where it is served; '' while it is not. */
  get address(): string {
    return this.#server?.address ?? '';
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get active(): ActiveFault[] {
    return this.#board.active;
  }

  /** What is true in the home at the last update. */
  get truth(): HomeFlows {
    return flowsOf(this.#setup.home.at(this.#setup.metered.now.ms));
  }

  /** @throws SolthriveError `bus_unreachable` where the port cannot be opened */
  async start(): Promise<void> {
    const { profile, unit, transport, clock, onLost } = this.#setup;
    this.#update();
    this.#server = await startServer({
      transport,
      clock,
      device: {
        unit,
        replyDelayMs: profile.replyDelayMs,
        read: (fn, address, count) => this.#image.read(fn, address, count),
        faults: () => this.#board.line(),
      },
      onLost: onLost ?? (() => {}),
    });
    this.#dueMonoMs = clock.mono();
    this.#schedule();
  }

  /** Obeys a command. @throws SolthriveError `message_invalid` */
  command(payload: unknown): void {
    const order = parseCommand(payload);
    if ('fault' in order && order.fault === 'counter_reset') {
      this.#setup.metered.setCounters(zeroCounters());
    }
    this.#board.apply(order);
  }

  /** Resolves when the port is free again. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#board.stop();
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }

  #schedule(): void {
    const { clock } = this.#setup;
    this.#dueMonoMs = Math.max(this.#dueMonoMs + REFRESH_MS, clock.mono());
    this.#timer = clock.after(this.#dueMonoMs - clock.mono(), () => {
      this.#update();
      this.#schedule();
    });
  }

  #live(): { ms: number; monoMs: number } {
    const { clock, metered } = this.#setup;
    const now = { ms: clock.now(), monoMs: clock.mono() };
    metered.advance(now.ms, { elapsedMs: now.monoMs - this.#lastMonoMs });
    this.#lastMonoMs = now.monoMs;
    return now;
  }

  #update(): void {
    const { metered, profile, home, onUpdate } = this.#setup;
    const { ms, monoMs } = this.#live();
    const values = valuesOf(metered.now, metered.counters, profile.totalCounters);
    if (!this.#board.frozen) this.#image.fill(values, this.#board.blank());
    onUpdate?.({ ms, monoMs, values, truth: flowsOf(home.at(ms)) });
  }

  #faultsChanged(): void {
    this.#live();
    this.#setup.metered.rewire(this.#board.wiring());
    this.#update();
    this.#setup.onFaults?.(this.#board.active);
  }
}
