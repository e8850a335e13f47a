/**
 * Brings each second of the site to the CT doctor and what he finds to the fault book. An outage of
 * the meter leaves a fault as it was; a fault further up in the order of exclusion ends it.
 */
import type { Snapshot } from '../../balance/snapshot.ts';
import { type Clock, isoTime } from '../../site/clock.ts';
import type { Site } from '../../site/config.ts';
import type { UtilityLook } from '../commission/utility.ts';
import { readLooks } from '../commission/utility-file.ts';
import { DaylightWatch } from '../doctor/daylight.ts';
import { Doctor, type DoctorReport, type Weighed } from '../doctor/doctor.ts';
import { EvidenceStore } from '../doctor/evidence-store.ts';
import { rulesOf } from '../doctor/rules.ts';
import { secondOf } from '../doctor/second.ts';
import { UtilityLooks } from '../doctor/utility-looks.ts';
import type { FaultBook, FaultId } from '../faults.ts';

/** How often evidence in the book is renewed where no verdict changes. */
const RENEW_MS = 10_000;
/** How often it is kept on disk, and at most how often for the sake of a new verdict. */
const KEEP_MS = 3_600_000;
const KEEP_NEWS_MS = 300_000;

const UTILITY_MS = 3_600_000;

const OUTAGES: readonly FaultId[] = ['meter_not_responding', 'scaling_failure', 'data_stale'];
/** What nobody but the doctor says. */
const HIS: readonly FaultId[] = [
  'voltage_missing',
  'voltage_reference_swapped',
  'ct_unplugged',
  'ct_phase_mismatch',
  'ct_reversed',
  'ct_ratio_suspect',
  'balance_residual',
];
const NONE: readonly FaultId[] = [];

export interface DoctorWatchOptions {
  clock: Clock;
  site: Pick<Site, 'config' | 'paths'>;
  book: FaultBook;
}

export class DoctorWatch {
  readonly #clock: Clock;
  readonly #site: DoctorWatchOptions['site'];
  readonly #book: FaultBook;
  readonly #doctor: Doctor;
  readonly #utility: UtilityLooks;
  readonly #daylight: DaylightWatch;
  readonly #store: EvidenceStore;
  #utilityMs: number;
  #news = 0;
  #renewedMs = Number.NEGATIVE_INFINITY;
  #keptMs: number;
  #isUnkept = false;

  constructor({ clock, site, book }: DoctorWatchOptions) {
    this.#clock = clock;
    this.#site = site;
    this.#book = book;
    const outage = (meter: string) => this.#outagesOf(meter);
    const { config } = site;
    this.#utility = new UtilityLooks(config);
    const rules = rulesOf({ config, utility: this.#utility });
    this.#doctor = new Doctor({ rules, outage });
    this.#daylight = new DaylightWatch(site.config.site);
    this.#store = new EvidenceStore(site.paths.records, site.config);
    this.#keptMs = clock.mono();
    this.#utilityMs = this.#keptMs;
    this.#restore();
  }

  /** Counts up whenever a verdict has changed. */
  get news(): number {
    return this.#doctor.news;
  }

  take(snapshot: Snapshot, clockTrusted: boolean): void {
    const monoMs = this.#clock.mono();
    // Whoever writes a look says so; one that was put there by other means is found all the same.
    if (monoMs - this.#utilityMs >= UTILITY_MS) this.readUtility();
    const { config } = this.#site;
    const second = secondOf(snapshot, { config, clockTrusted, monoMs });
    second.daylight = this.#daylight.take(second);
    this.#doctor.take(second);
    const isNews = this.#doctor.news !== this.#news;
    if (isNews || monoMs - this.#renewedMs >= RENEW_MS) {
      this.#renewedMs = monoMs;
      this.#news = this.#doctor.news;
      this.#enter(this.#doctor.findings());
    }
    this.#isUnkept ||= isNews;
    if (monoMs - this.#keptMs >= (this.#isUnkept ? KEEP_NEWS_MS : KEEP_MS)) this.keep();
  }

  serial(meter: string, serial: string): void {
    for (const channel of this.#store.isSerial(meter, serial)) this.#forget(channel);
  }

  report(): DoctorReport {
    return this.#doctor.report(isoTime(this.#clock.now()));
  }

  /** Writes the evidence down: now and then, and at the end. */
  keep(): void {
    this.#keptMs = this.#clock.mono();
    this.#isUnkept = false;
    try {
      this.#store.keep({ rules: this.#doctor.save(), daylight: this.#daylight.save() });
    } catch {
      // A disk that takes nothing is told of by the journal; the evidence is in memory and goes on.
    }
  }

  /** Looks for new readings of the utility's meter. @returns those of the installation as it is */
  readUtility(): UtilityLook[] {
    this.#utilityMs = this.#clock.mono();
    this.#utility.give(readLooks(this.#site.paths.records));
    return this.#utility.looks;
  }

  #restore(): void {
    const kept = this.#store.read();
    if (kept !== null) {
      this.#doctor.restore(kept.evidence.rules);
      this.#daylight.restore(kept.evidence.daylight);
    }
    this.readUtility();
    for (const channel of kept?.forget ?? []) this.#forget(channel);
  }

  #forget(channel: string): void {
    this.#doctor.forget(channel);
    this.#daylight.forget();
  }

  #enter(found: readonly Weighed[]): void {
    const kept = new Set<string>();
    for (const each of found) {
      const { id, source, cause, verdict, evidence, held_back_by: above } = each;
      if (above !== undefined && !this.#goesOn(each, above)) continue;
      kept.add(`${id} ${source}`);
      if (above !== undefined) continue;
      const state = verdict === 'confirmed' ? 'confirmed' : 'suspected';
      this.#book.raise({ id, source, ...(cause && { cause }), state, evidence });
    }
    for (const { id, source } of this.#book.active()) {
      if (HIS.includes(id) && !kept.has(`${id} ${source}`)) this.#book.clear(id, source);
    }
  }

  /** Whether a fault that was raised stays while nobody can look. */
  #goesOn({ id, source }: Weighed, above: readonly string[]): boolean {
    return this.#book.has(id, source) && above.every((each) => isOutage(each));
  }

  #outagesOf(meter: string): readonly FaultId[] {
    if (!OUTAGES.some((id) => this.#book.has(id, meter))) return NONE;
    return OUTAGES.filter((id) => this.#book.has(id, meter));
  }
}

function isOutage(id: string): boolean {
  return OUTAGES.some((outage) => outage === id);
}
