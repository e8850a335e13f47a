/**
 * Decides when the meters of one line are asked. Fast values are read in every cycle and end just
 * before its tick; what can wait follows in the time that is left. A meter that is silent is tried
 * there too, so that it costs the others little.
 */
import type { Line } from '../bus/line.ts';
import { type Clock, pause } from '../site/clock.ts';
import type { MeterStatus } from './meter-status.ts';
import { PollRecord } from './poll-record.ts';
import type { Reading } from './reading.ts';
import { type MeterSession, slowPeriodMs } from './session.ts';

/** For timers that fire late, and so that a snapshot on the tick finds the reading there, ms. */
const MARGIN_MS = 25;
/** Time a silent meter is likely to take up when it is tried, ms. */
const TRIAL_MS = 350;
const SLACK_SHARE = 0.05;

export interface PollerOptions {
  line: Line;
  clock: Clock;
  intervalMs: number;
  sessions: readonly MeterSession[];
  onReading: (reading: Reading) => void;
  /** Called when a meter's state changes, and about every 10 s. */
  onStatus: (status: MeterStatus) => void;
}

export class Poller {
  readonly #options: PollerOptions;
  readonly #records: PollRecord[];
  readonly #ending = new AbortController();
  /** The tick of the last cycle, monotonic ms. */
  #tickMs = Number.NEGATIVE_INFINITY;
  #startedMs = Number.NEGATIVE_INFINITY;
  #cycles = 0;
  /**
   * How much sooner cycles end than their requests cost, ms: a line that has rested needs no silence
   * before the first one. Learnt, because it depends on the line, the meters and the machine.
   */
  #slackMs = 0;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: PollerOptions) {
    const { clock, intervalMs, sessions, line } = options;
    this.#options = options;
    this.#records = sessions.map((session) => new PollRecord({ session, line, clock, intervalMs }));
  }

  start(): void {
    this.#ended = this.#run();
  }

  /** Ends the polls; resolves when the request that was under way is over. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#until(this.#nextStartMs());
      if (!signal.aborted) await this.#pass();
      await this.#readSlow();
      await this.#tryTheSilent();
      for (const record of this.#records) this.#report(record);
    }
  }

  /** One cycle: every meter that answers, each time another first. */
  async #pass(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    this.#startedMs = clock.mono();
    const endMs = this.#startedMs + this.#leadMs();
    this.#tickMs = this.#firstTickFrom(endMs - intervalMs / 2);
    this.#cycles++;
    const inTurn = this.#inPass();
    const first = this.#cycles % Math.max(1, inTurn.length);
    const costMs = costOf(inTurn);
    for (const record of [...inTurn.slice(first), ...inTurn.slice(0, first)]) {
      await this.#poll(record);
    }
    const slackMs = costMs - (clock.mono() - this.#startedMs);
    if (inTurn.every(({ isAnswering }) => isAnswering)) this.#learnSlack(slackMs);
  }

  /** Takes less slack at once and more by and by: too early is old news, too late is none. */
  #learnSlack(slackMs: number): void {
    const more = this.#slackMs + SLACK_SHARE * (slackMs - this.#slackMs);
    this.#slackMs = Math.max(0, Math.min(slackMs, more));
  }

  async #poll(record: PollRecord): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return;
    record.triedMs = this.#options.clock.mono();
    const reading = await record.session.poll(signal);
    if (signal.aborted) return;
    record.note(reading);
    this.#options.onReading(reading);
    this.#report(record);
  }

  /** Slow values and identities, the longest unread first, as far as there is time. */
  async #readSlow(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    const { signal } = this.#ending;
    // Rounds are spread over the period, so that they do not all fall into one cycle.
    const periodMs = slowPeriodMs(intervalMs);
    let rounds = Math.ceil((this.#records.length * intervalMs) / periodMs);
    const answering = this.#records.filter(({ isAnswering }) => isAnswering);
    const inTurn = answering.sort((a, b) => b.session.slowAgeMs - a.session.slowAgeMs);
    for (const { session } of inTurn) {
      const isDue = () => session.slowAgeMs >= periodMs - intervalMs / 2;
      const mayBegin = isDue() && rounds > 0;
      if (mayBegin) rounds--;
      for (;;) {
        const work = session.nextSlow(mayBegin && isDue());
        if (!work) break;
        const endMs = clock.mono() + work.costMs + this.#slackMs;
        const hasTime = endMs <= this.#nextStartMs();
        // On a line that is always busy, one request in a cycle may come late.
        const isStarved = session.slowAgeMs > periodMs;
        if (signal.aborted || (!hasTime && !isStarved)) return;
        const wentWell = await work.run(signal);
        if (!hasTime) return;
        if (!wentWell) break;
      }
    }
  }

  /** Tries silent meters, each when it is due, where no other has to wait for them. */
  async #tryTheSilent(): Promise<void> {
    const { signal } = this.#ending;
    for (;;) {
      const record = this.#nextSilent();
      const hasTime = record && record.dueMs + TRIAL_MS <= this.#nextStartMs();
      if (!record || (!hasTime && !record.isOverdue)) return;
      await this.#until(record.dueMs);
      if (signal.aborted) return;
      await this.#poll(record);
    }
  }

  /** Meters that a cycle reads: those that answer or, where none does, the one to be tried next. */
  #inPass(): PollRecord[] {
    const answering = this.#records.filter(({ isSilent }) => !isSilent);
    if (answering.length > 0) return answering;
    return this.#byDue().slice(0, 1);
  }

  /** The silent meter that is due first, where others must not wait for it. */
  #nextSilent(): PollRecord | undefined {
    const inPass = new Set(this.#inPass());
    return this.#byDue().find((record) => record.isSilent && !inPass.has(record));
  }

  #byDue(): PollRecord[] {
    return this.#records.toSorted((a, b) => a.dueMs - b.dueMs);
  }

  /**
   * When the next cycle starts, monotonic ms: so that it ends just before the next tick. A cycle
   * that is too late by half an interval is left out, never queued. Where the meters take longer
   * than an interval they follow each other without a pause.
   */
  #nextStartMs(): number {
    const { clock, intervalMs, line } = this.#options;
    const nowMs = clock.mono();
    const [first] = this.#inPass();
    if (first?.isSilent && line.backOffMs(first.session.meter.unit) > 0) return first.dueMs;
    const leadMs = this.#leadMs();
    if (leadMs > intervalMs) return Math.max(nowMs, this.#startedMs + intervalMs);
    const earliestMs = Math.max(nowMs + leadMs, this.#tickMs + intervalMs) - intervalMs / 2;
    return Math.max(nowMs, this.#firstTickFrom(earliestMs) - leadMs);
  }

  /** The grid is that of the wall clock, as snapshots follow it, also after it was set. */
  #firstTickFrom(monoMs: number): number {
    const { clock, intervalMs } = this.#options;
    const anyTickMs = clock.mono() - (clock.now() % intervalMs);
    return anyTickMs + Math.ceil((monoMs - anyTickMs) / intervalMs) * intervalMs;
  }

  /** From the start of a cycle to its tick, ms. */
  #leadMs(): number {
    return costOf(this.#inPass()) - this.#slackMs + MARGIN_MS;
  }

  async #until(monoMs: number): Promise<void> {
    const { clock } = this.#options;
    const leftMs = monoMs - clock.mono();
    if (leftMs > 0) await pause(clock, leftMs, this.#ending.signal);
  }

  #report(record: PollRecord): void {
    const status = this.#ending.signal.aborted ? null : record.report();
    if (status) this.#options.onStatus(status);
  }
}

function costOf(records: readonly PollRecord[]): number {
  return records.reduce((total, { session }) => total + session.pollCostMs, 0);
}
