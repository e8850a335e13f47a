/**
 * A simulated meter that runs: once a second the home is measured, the counters grow and the
 * registers change; meanwhile it is served and told to misbehave. Knows no Node-RED and no files.
 */
import type { Timer } from '../site/clock.ts';
import type { ActiveFault } from './commands.ts';
import type { HomeFlows } from './home.ts';
import { RegisterMeter, type RegisterMeterSetup } from './register-meter.ts';
import { type ModbusServer, startServer, type Transport } from './server.ts';

export interface MeterSetup extends RegisterMeterSetup {
  unit: number;
  transport: Transport;
  onLost?(error: Error): void;
}

/** The WattNode averages over about a second. */
const REFRESH_MS = 1_000;

export class SimulatedMeter {
  readonly #setup: MeterSetup;
  readonly #registers: RegisterMeter;
  #server: ModbusServer | null = null;
  #timer: Timer | null = null;
  #dueMonoMs: number;

  constructor(setup: MeterSetup) {
    this.#setup = setup;
    this.#registers = new RegisterMeter(setup);
    this.#dueMonoMs = setup.clock.mono();
  }

  /** Where it is served; '' while it is not. */
  get address(): string {
    return this.#server?.address ?? '';
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get active(): ActiveFault[] {
    return this.#registers.active;
  }

  /** What is true in the home at the last update. */
  get truth(): HomeFlows {
    return this.#registers.truth;
  }

  /** @throws SolthriveError `bus_unreachable` where the port cannot be opened */
  async start(): Promise<void> {
    const { profile, unit, transport, clock, onLost } = this.#setup;
    const registers = this.#registers;
    registers.live();
    this.#server = await startServer({
      transport,
      clock,
      device: {
        unit,
        replyDelayMs: profile.replyDelayMs,
        read: (fn, address, count) => registers.read(fn, address, count),
        faults: () => registers.line(),
      },
      onLost: onLost ?? (() => {}),
    });
    this.#dueMonoMs = clock.mono();
    this.#schedule();
  }

  /** Obeys a command. @throws SolthriveError `message_invalid` */
  command(payload: unknown): void {
    this.#registers.command(payload);
  }

  /** Resolves when the port is free again. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#registers.stop();
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }

  #schedule(): void {
    const { clock } = this.#setup;
    this.#dueMonoMs = Math.max(this.#dueMonoMs + REFRESH_MS, clock.mono());
    this.#timer = clock.after(this.#dueMonoMs - clock.mono(), () => {
      this.#registers.live();
      this.#schedule();
    });
  }
}
