/**
 * What the API answers from: the last snapshot and the last health report, in memory, and the reader
 * of the past. A snapshot becomes JSON once, at the first request that wants it, however many follow.
 */
import type { Snapshot } from '../balance/snapshot.ts';
import type { DoctorReport } from '../health/doctor/doctor.ts';
import type { HealthReport } from '../health/report.ts';
import type { Here } from '../history/params.ts';
import type { Heads, Question } from '../history/question.ts';
import type { Answer, Reader } from '../history/reader.ts';
import type { Clock } from '../site/clock.ts';
import type { Site } from '../site/config.ts';
import { SolthriveError } from '../site/errors.ts';
import { tokenFile } from '../site/identity.ts';
import { newestAgeMs, requiredSources, STALE_AFTER_MS } from '../site/required.ts';
import { Gate } from './auth.ts';

/** Questions about the past that one address may have open: the reader has room for eight. */
const QUESTIONS_PER_ADDRESS = 4;
const ASK_AGAIN_S = 2;

export interface ApiStateOptions {
  clock: Clock;
  site: Site;
  reader: Reader;
}

export class ApiState {
  readonly site: Site;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly #reader: Reader;
  readonly #required: ReadonlySet<string>;
  readonly #startedMs: number;
  /** Open questions by address. */
  readonly #asking = new Map<string, number>();
  #snapshot: Snapshot | null = null;
  #json: Buffer | null = null;
  /** When the last snapshot came, or before any, when this began; monotonic ms. */
  #heardMs: number;
  #health: HealthReport | null = null;
  #doctor: DoctorReport | null = null;

  constructor({ clock, site, reader }: ApiStateOptions) {
    this.clock = clock;
    this.site = site;
    this.gate = new Gate(tokenFile(site.paths), clock);
    this.#reader = reader;
    this.#required = requiredSources(site.config);
    this.#startedMs = clock.mono();
    this.#heardMs = clock.mono();
  }

  get version(): string {
    return this.site.version;
  }

  get simulated(): boolean {
    return this.site.simulated !== null;
  }

  noteSnapshot(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#json = null;
    this.#heardMs = this.clock.mono();
  }

  noteHealth(health: HealthReport): void {
    this.#health = health;
  }

  get health(): HealthReport | null {
    return this.#health;
  }

  noteDoctor(doctor: DoctorReport): void {
    this.#doctor = doctor;
  }

  get doctor(): DoctorReport | null {
    return this.#doctor;
  }

  get snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  get hasSnapshot(): boolean {
    return this.#snapshot !== null;
  }

  /** Since this node began, s. */
  get uptimeS(): number {
    return Math.floor((this.clock.mono() - this.#startedMs) / 1_000);
  }

  /** The last snapshot as JSON; null before the first, and when it is the last for too long. */
  snapshotJson(): Buffer | null {
    if (this.#snapshot === null || this.stalled) return null;
    this.#json ??= Buffer.from(JSON.stringify(this.#snapshot));
    return this.#json;
  }

  /** What should come every second has stopped. */
  get stalled(): boolean {
    return this.clock.mono() - this.#heardMs > STALE_AFTER_MS;
  }

  /** Age of the newest measured values of the required sources, s; null before any. */
  measuredAgeS(): number | null {
    if (this.#snapshot === null) return null;
    const ageMs = newestAgeMs(this.#snapshot.sources, this.#required);
    if (ageMs === null) return null;
    return Math.round(ageMs + this.clock.mono() - this.#heardMs) / 1_000;
  }

  /** Where and when a question is asked. */
  here(): Here {
    return { zone: this.site.config.site.timezone, nowMs: this.clock.now() };
  }

  /**
   * Asks the past, for one client.
   * @param signal  aborted at the latest when the client has its answer, or went away
   * @throws SolthriveError `busy` when the client has enough questions open, else as the reader does
   */
  async ask<Kind extends Question['kind']>(
    question: Extract<Question, { kind: Kind }>,
    { address, signal }: { address: string; signal: AbortSignal },
  ): Promise<Answer<Heads[Kind]>> {
    const open = this.#asking.get(address) ?? 0;
    if (open >= QUESTIONS_PER_ADDRESS) throw new SolthriveError('busy', { seconds: ASK_AGAIN_S });
    this.#asking.set(address, open + 1);
    signal.addEventListener('abort', () => this.#answered(address), { once: true });
    return this.#reader.ask(question, signal);
  }

  #answered(address: string): void {
    const left = (this.#asking.get(address) ?? 1) - 1;
    if (left > 0) this.#asking.set(address, left);
    else this.#asking.delete(address);
  }
}
