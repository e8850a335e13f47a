/**
 * The care of one site, as a health node gives it: what is noticed becomes faults, faults become
 * messages and lines of their history, and all of it outlives a deploy.
 */

import type { ClockState } from '../journal/filing.ts';
import { siteLogOf } from '../site/site-log.ts';
import { loadWords, type Say } from '../site/words.ts';
import { type FaultLine, lastActive } from './book/lines.ts';
import { FaultLog } from './book/log.ts';
import { logEntryOf } from './book/log-entry.ts';
import { type LiveSecond, LiveView } from './commission/live.ts';
import type { UtilityLook } from './commission/utility.ts';
import type { HealthDesk } from './desk.ts';
import type { DoctorReport } from './doctor/doctor.ts';
import { type Acknowledgement, type Change, type Fault, FaultBook } from './faults.ts';
import type { Incoming } from './incoming.ts';
import type { HealthReport } from './report.ts';
import { Rounds } from './rounds.ts';
import { SiteWatch, type SiteWatchOptions } from './site-watch.ts';

/** Topic `fault`. */
export type FaultMessage = {
  topic: 'fault';
  payload: Fault;
  /** What has become of it; `repeat` is for those who are new after a deploy. */
  change: Change | 'repeat';
  /** A headline in the site's language. */
  title: string;
};

export type HealthMessage =
  | FaultMessage
  | { topic: 'health'; payload: HealthReport }
  | { topic: 'doctor'; payload: DoctorReport };

/** What outlives a deploy. */
export interface Kept {
  faults: Fault[];
  unwritten: FaultLine[];
  clockState: ClockState | null;
}

export interface CareOptions extends Omit<SiteWatchOptions, 'book' | 'clockState'> {
  /** Null at the start of the program: then the history of faults tells what was active. */
  kept: Kept | null;
  tell: (message: HealthMessage) => void;
}

export class Care implements HealthDesk {
  readonly #tell: CareOptions['tell'];
  readonly #titles: Say;
  readonly #book: FaultBook;
  readonly #log: FaultLog;
  readonly #watch: SiteWatch;
  readonly #rounds: Rounds;
  readonly #live: LiveView;

  constructor({ kept, tell, ...given }: CareOptions) {
    const { clock, site, host } = given;
    const { records } = site.paths;
    const { language } = site.config.site;
    this.#tell = tell;
    this.#titles = loadWords(import.meta.url, 'notices', language);
    this.#log = new FaultLog({
      records,
      clock,
      active: () => this.#book.active(),
      waiting: kept?.unwritten ?? [],
      onState: (ok) => this.#watch.storage(ok, 'faults'),
    });
    this.#book = new FaultBook({
      clock,
      say: loadWords(import.meta.url, 'faults', language),
      announce: (fault, change) => {
        this.#say(fault, change);
        void this.#log.add(fault, change);
        siteLogOf(site.paths.data)?.note(logEntryOf(fault, change));
      },
      carried: kept?.faults ?? lastActive(records),
    });
    const clockState = kept?.clockState ?? null;
    this.#live = new LiveView(clock, site.config);
    this.#watch = new SiteWatch({ ...given, book: this.#book, clockState });
    this.#rounds = new Rounds({
      clock,
      watch: this.#watch,
      host,
      report: (payload) => tell({ topic: 'health', payload }),
      doctor: (payload) => tell({ topic: 'doctor', payload }),
    });
  }

  take(incoming: Incoming): void {
    const watch = this.#watch;
    if (incoming.kind === 'reading') watch.reading(incoming.reading);
    if (incoming.kind === 'status') watch.meterStatus(incoming.status);
    if (incoming.kind === 'snapshot') watch.snapshot(incoming.snapshot);
    if (incoming.kind === 'storage') watch.storage(incoming.ok, incoming.reporter);
    if (incoming.kind === 'clock') watch.clockSays(incoming.state);
    if (incoming.kind === 'acknowledge') this.acknowledge(incoming.given);
    this.#rounds.reportNews();
    this.#live.take(incoming);
  }

  faults(): Fault[] {
    return this.#book.active();
  }

  /** @throws SolthriveError `fault_unknown`, `until_past` */
  acknowledge(given: Acknowledgement): Fault {
    return this.#book.acknowledge(given);
  }

  doctor(): DoctorReport {
    return this.#watch.doctorReport();
  }

  utility(): UtilityLook[] {
    return this.#watch.readUtility();
  }

  seconds(forMs: number): AsyncIterable<LiveSecond> {
    return this.#live.seconds(forMs);
  }

  /** After a deploy those who listen may be new: they hear of every active fault once more. */
  restate(): void {
    for (const fault of this.#book.active()) this.#say(fault, 'repeat');
    this.#rounds.report();
  }

  /** Ends it. @returns what the next one goes on with; all of it once the disk has answered */
  close(): { kept: Kept; written: Promise<void> } {
    this.#rounds.stop();
    this.#watch.stop();
    const faults = this.#book.active();
    const kept: Kept = { faults, unwritten: [], clockState: this.#watch.clockState };
    const written = this.#log.close().then((left) => {
      kept.unwritten = left;
    });
    return { kept, written };
  }

  #say(fault: Fault, change: FaultMessage['change']): void {
    const title = this.#titles(change === 'raise' ? `raise.${fault.state}` : change);
    this.#tell({ topic: 'fault', payload: fault, change, title });
  }
}
