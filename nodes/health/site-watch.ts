/** Puts the watches of one site together: who is told what, when they judge, and the report of it all. */

import type { Snapshot } from '../balance/snapshot.ts';
import type { ClockState } from '../journal/filing.ts';
import type { BusStatus, MeterStatus } from '../meter/meter-status.ts';
import type { Reading } from '../meter/reading.ts';
import type { Clock } from '../site/clock.ts';
import { systemTime } from '../site/clock-trust.ts';
import type { Site } from '../site/config.ts';
import { requiredSources } from '../site/required.ts';
import type { UtilityLook } from './commission/utility.ts';
import { DiskDiary } from './disk-diary.ts';
import type { DoctorReport } from './doctor/doctor.ts';
import type { FaultBook, FaultId } from './faults.ts';
import type { Host } from './host.ts';
import type { HealthReport, ModbusStatus, RequestErrors, Spread, Status } from './report.ts';
import { BusWatch } from './watch/bus.ts';
import { ClockWatch } from './watch/clock.ts';
import { DoctorWatch } from './watch/doctor.ts';
import { DriftWatch } from './watch/drift.ts';
import { JumpWatch } from './watch/jump.ts';
import { MachineWatch, type Program } from './watch/machine.ts';
import { MeterWatch } from './watch/meters.ts';
import { ScalingWatch } from './watch/scaling.ts';

export const TICK_MS = 1_000;
/** When our own tick is this late nobody is judged: it was we who were away, and replies may wait. */
const AWAY_MS = 1_500;
const SETTLE_MS = 2_000;

export interface SiteWatchOptions {
  clock: Clock;
  site: Site;
  book: FaultBook;
  host: Host;
  setAside: SetAside;
  /** What was known of the clock before a deploy. */
  clockState?: ClockState | null;
  program?: Program;
}

/** What the flow check took out of the flows at the start. */
export interface SetAside {
  nodes: number;
  /** In which they, or whole flows that could not be read, are kept. */
  files: number;
}

interface Watched {
  meter: MeterWatch;
  /** Left out where the source is not polled by us. */
  bus?: BusWatch;
  drift: DriftWatch;
  scaling: ScalingWatch;
}

export class SiteWatch {
  readonly #clock: Clock;
  readonly #site: Site;
  readonly #book: FaultBook;
  readonly #host: Host;
  readonly #machine: MachineWatch;
  readonly #clockWatch: ClockWatch;
  readonly #jump: JumpWatch;
  readonly #doctor: DoctorWatch;
  readonly #watched = new Map<string, Watched>();
  readonly #meterStatus = new Map<string, MeterStatus>();
  readonly #busStatus = new Map<string, BusStatus>();
  readonly #startedMs: number;
  #dueMs: number;
  #judgeFromMs = 0;

  constructor({ clock, site, book, host, setAside, clockState, program }: SiteWatchOptions) {
    this.#clock = clock;
    this.#site = site;
    this.#book = book;
    this.#host = host;
    const diary = new DiskDiary(site.paths.records, clock);
    this.#machine = new MachineWatch({ ...program, clock, book, host, diary });
    this.#clockWatch = new ClockWatch(clockState ?? null);
    const time = systemTime(site.paths.run);
    this.#jump = new JumpWatch(clock, async () => (await time.facts()).synchronised);
    this.#doctor = new DoctorWatch({ clock, site, book });
    this.#startedMs = clock.mono();
    this.#dueMs = this.#startedMs + TICK_MS;
    const required = requiredSources(site.config);
    for (const { id, source } of site.config.meters) {
      const modbus = source === 'modbus';
      const intervalMs = site.config.poll.interval_ms;
      this.#watched.set(id, {
        meter: new MeterWatch(
          { id, modbus, required: required.has(id), intervalMs },
          this.#startedMs,
        ),
        ...(modbus ? { bus: new BusWatch(id) } : {}),
        drift: new DriftWatch(id, intervalMs),
        scaling: new ScalingWatch(id, !modbus),
      });
    }
    book.keepOnly((source) => source === 'site' || this.#isThere(source));
    this.#judgeStart(setAside);
  }

  reading(reading: Reading): void {
    const watched = this.#watched.get(reading.meter);
    if (watched === undefined) return;
    const nowMs = this.#clock.mono();
    watched.meter.note(reading, nowMs);
    watched.drift.note(reading.ok, nowMs);
    if (reading.ok && watched.bus) watched.scaling.note(reading.doubts, nowMs);
    if (this.#mayJudge(nowMs)) this.#judgeMeter(reading.meter, watched, nowMs);
  }

  /** A second of the home has passed: old values have just left the snapshot, if they are too old. */
  snapshot(snapshot: Snapshot): void {
    this.#machine.snapshot();
    const nowMs = this.#clock.mono();
    // What cannot be of a source of somebody's own is found where its readings enter the balance.
    for (const [id, { bus, scaling }] of this.#watched) {
      const state = bus ? undefined : snapshot.sources[id];
      if (state) scaling.noteSource(state, nowMs);
    }
    if (this.#mayJudge(nowMs)) this.#judge(nowMs);
    this.#doctor.take(snapshot, this.#clockWatch.isTrusted(this.#clock));
  }

  meterStatus(status: MeterStatus): void {
    const watched = this.#watched.get(status.meter);
    if (watched === undefined) return;
    this.#meterStatus.set(status.meter, status);
    if (status.serial !== undefined) this.#doctor.serial(status.meter, status.serial);
    if (status.line !== undefined) this.#busStatus.set(status.bus, status.line);
    watched.meter.noteState(status, this.#book);
    watched.scaling.noteSignature(status.signature ?? null);
    if (status.stats !== undefined) watched.bus?.note(status.stats, this.#clock.mono());
  }

  /** Every hypothesis of the CT doctor with the numbers for and against it. */
  doctorReport(): DoctorReport {
    return this.#doctor.report();
  }

  /** He looks for new readings of the utility's meter. @returns those that count */
  readUtility(): UtilityLook[] {
    return this.#doctor.readUtility();
  }

  /** Counts up whenever one of his verdicts has changed. */
  get doctorNews(): number {
    return this.#doctor.news;
  }

  /** Writes down what the next start goes on from. */
  stop(): void {
    this.#doctor.keep();
  }

  storage(ok: boolean, reporter: string): void {
    this.#machine.written(ok, reporter);
  }

  clockSays(state: ClockState): void {
    this.#clockWatch.note(state, this.#book);
  }

  get clockState(): ClockState | null {
    return this.#clockWatch.said;
  }

  /** Judges, once a second. Returns how long to wait for the next call, ms. */
  tick(): number {
    const nowMs = this.#clock.mono();
    const lateMs = nowMs - this.#dueMs;
    this.#machine.tick(lateMs);
    this.#clockWatch.tick(this.#jump, this.#book);
    if (lateMs > AWAY_MS) this.#judgeFromMs = nowMs + SETTLE_MS;
    if (this.#mayJudge(nowMs)) this.#judge(nowMs);
    this.#book.review();
    this.#dueMs = Math.max(this.#dueMs + TICK_MS, nowMs + TICK_MS / 2);
    return this.#dueMs - nowMs;
  }

  /** Looks different whenever a report would say something new. */
  summary(): string {
    const faults = this.#book.active().map(({ id, source, cause }) => `${id} ${source} ${cause}`);
    return [this.#modbusStatus(), this.#host.storage, ...faults].join('\n');
  }

  report(): HealthReport {
    const { version, simulated } = this.#site;
    const faults = this.#book.active();
    const modbus = this.#modbusStatus();
    return {
      status: worst(
        faults.map(({ severity }) => severity),
        modbus,
      ),
      modbus_status: modbus,
      storage: this.#host.storage,
      measured_mono_ms: this.#measuredMs(),
      errors: [...new Set(faults.map(({ id }) => id))],
      faults,
      version,
      ...(simulated === null ? {} : { simulated: true as const }),
      system: {
        version,
        uptime_s: Math.floor(process.uptime()),
        ...this.#machine.report(),
        poll_drift_ms: this.#drifts(),
        poll_interval_ms: this.#site.config.poll.interval_ms,
        meters: Object.fromEntries(this.#meterStatus),
        buses: Object.fromEntries(this.#busStatus),
        request_errors: this.#requestErrors(),
        clock: this.#clockWatch.report(this.#clock),
      },
    };
  }

  #mayJudge(nowMs: number): boolean {
    return nowMs >= this.#judgeFromMs && nowMs - this.#dueMs <= AWAY_MS;
  }

  #judge(nowMs: number): void {
    for (const [id, watched] of this.#watched) this.#judgeMeter(id, watched, nowMs);
  }

  #judgeMeter(id: string, { meter, bus, drift, scaling }: Watched, nowMs: number): void {
    meter.judge(nowMs, this.#book);
    scaling.judge(this.#book);
    if (bus === undefined) return;
    drift.judge(this.#book);
    // What failed before a meter's first reply is a start, and its silence later another fault.
    const isOut = meter.measuredMs === null || this.#book.has('meter_not_responding', id);
    if (isOut) bus.forget(this.#book);
    else bus.judge(this.#book);
  }

  /** A meter, or a channel, that is configured. */
  #isThere(source: string): boolean {
    const [meter = '', channel] = source.split('/', 2);
    if (channel === undefined) return this.#watched.has(meter);
    const { meters } = this.#site.config;
    return meters.some(
      ({ id, channels }) => id === meter && channels.some((c) => c.id === channel),
    );
  }

  /** What is settled at the start and stays so until the next one. */
  #judgeStart({ nodes, files }: SetAside): void {
    const problems = this.#site.problems.length;
    const meters = this.#site.config.meters.length;
    if (problems === 0 && meters === 0) {
      const cause = 'no_meter';
      this.#book.raise({ id: 'config_invalid', source: 'site', cause, evidence: { meters } });
    } else this.#judgeOnce('config_invalid', problems > 0, { problems });
    this.#judgeOnce('flow_quarantined', nodes + files > 0, { nodes, files });
  }

  #judgeOnce(id: FaultId, isWrong: boolean, evidence: Record<string, number>): void {
    if (isWrong) this.#book.raise({ id, source: 'site', evidence });
    else this.#book.clear(id, 'site');
  }

  #modbusStatus(): ModbusStatus {
    const polled = [...this.#watched].filter(([, { bus }]) => bus !== undefined);
    if (polled.length === 0) return 'none';
    const answering = polled.filter(
      ([id, { meter }]) => meter.measuredMs !== null && !this.#book.has('meter_not_responding', id),
    );
    if (answering.length === 0) return 'down';
    const clean = answering.every(([id]) => !this.#book.has('bus_errors', id));
    return answering.length === polled.length && clean ? 'ok' : 'degraded';
  }

  #measuredMs(): number | null {
    const required = requiredSources(this.#site.config);
    const times = [...this.#watched]
      .filter(([id]) => required.has(id))
      .flatMap(([, { meter }]) => meter.measuredMs ?? []);
    return times.length === 0 ? null : Math.max(...times);
  }

  #drifts(): Record<string, Spread> {
    const drifts: Record<string, Spread> = {};
    for (const [id, { drift }] of this.#watched) {
      if (drift.spread !== null) drifts[id] = drift.spread;
    }
    return drifts;
  }

  #requestErrors(): Record<string, RequestErrors> {
    const errors: Record<string, RequestErrors> = {};
    for (const [id, { bus }] of this.#watched) {
      const on = this.#meterStatus.get(id)?.bus;
      if (bus !== undefined && on !== undefined) errors[id] = { bus: on, ...bus.errors() };
    }
    return errors;
  }
}

function worst(severities: readonly string[], modbus: ModbusStatus): Status {
  if (severities.includes('fault')) return 'fault';
  return severities.includes('warning') || modbus === 'down' ? 'degraded' : 'ok';
}
