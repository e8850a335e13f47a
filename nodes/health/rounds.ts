/** When the health node does what: judges each second, looks at the disk now and then, reports. */
import type { Clock, Timer } from '../site/clock.ts';
import type { DoctorReport } from './doctor/doctor.ts';
import type { Host } from './host.ts';
import type { HealthReport } from './report.ts';
import { type SiteWatch, TICK_MS } from './site-watch.ts';

/** In rounds of a second. */
const REPORT_EVERY = 5;
const DOCTOR_EVERY = 10;
const LOOK_EVERY = 30;
const GLANCE_EVERY = 5;

export interface RoundsOptions {
  clock: Clock;
  watch: SiteWatch;
  host: Host;
  /** Told on change and every five seconds. */
  report: (report: HealthReport) => void;
  /** Told on a change of verdict and every ten seconds. */
  doctor: (report: DoctorReport) => void;
}

export class Rounds {
  readonly #options: RoundsOptions;
  #timer: Timer;
  #round = 0;
  #reportedRound = 0;
  #reported = '';
  #doctorRound = 0;
  #doctorNews = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#timer = options.clock.after(TICK_MS, () => this.#go());
    void options.host.look();
  }

  /** Reports now, whether or not there is anything new. */
  report(): void {
    const { watch, report } = this.#options;
    this.#reportedRound = this.#round;
    this.#reported = watch.summary();
    report(watch.report());
  }

  /** Reports where there is something new. */
  reportNews(): void {
    const { watch } = this.#options;
    if (watch.summary() !== this.#reported) this.report();
    if (watch.doctorNews !== this.#doctorNews) this.#tellDoctor();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #tellDoctor(): void {
    const { watch, doctor } = this.#options;
    this.#doctorRound = this.#round;
    this.#doctorNews = watch.doctorNews;
    doctor(watch.doctorReport());
  }

  #go(): void {
    const { clock, watch, host } = this.#options;
    this.#round++;
    this.#timer = clock.after(watch.tick(), () => this.#go());
    const lookEvery = host.freeBytes === null ? REPORT_EVERY : LOOK_EVERY;
    if (this.#round % lookEvery === 0) void host.look();
    if (this.#round % GLANCE_EVERY === 0) void host.glance();
    if (this.#round - this.#reportedRound >= REPORT_EVERY) this.report();
    if (this.#round - this.#doctorRound >= DOCTOR_EVERY) this.#tellDoctor();
    this.reportNews();
  }
}
