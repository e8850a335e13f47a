/**
 * The site as it is lived, second by second, for somebody who stands at the panel: what the doctor sees
 * of it, and what each meter says of itself. Costs nothing while nobody looks.
 */
import type { Snapshot } from '../../balance/snapshot.ts';
import type { MeterStatus } from '../../meter/meter-status.ts';
import type { Reading } from '../../meter/reading.ts';
import type { Clock } from '../../site/clock.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { type SiteSecond, secondOf } from '../doctor/second.ts';
import type { Incoming } from '../incoming.ts';

export interface LiveMeter {
  /** Whether its last values came, and are fresh. */
  answers: boolean;
  /** Whether it is the kind of meter its profile describes. */
  identity: MeterStatus['identity'];
  serial: string | null;
  frequencyHz: number | null;
  /** Why it does not answer; null while it does. */
  error: string | null;
}

export interface LiveSecond extends SiteSecond {
  /** UTC ISO 8601. */
  ts: string;
  /** Every configured meter and source, by id. */
  meters: Record<string, LiveMeter>;
  /** Totals of the grid as the site counts them, kWh; null until something is known. */
  importKwh: number | null;
  exportKwh: number | null;
}

type Listener = (second: LiveSecond) => void;

export class LiveView {
  readonly #clock: Clock;
  readonly #config: SiteConfig;
  readonly #listeners = new Set<Listener>();
  readonly #readings = new Map<string, Pick<Reading, 'frequency_hz' | 'serial'>>();
  readonly #status = new Map<string, MeterStatus>();

  constructor(clock: Clock, config: SiteConfig) {
    this.#clock = clock;
    this.#config = config;
  }

  take(incoming: Incoming): void {
    if (incoming.kind === 'reading' && incoming.reading.ok) {
      this.#readings.set(incoming.reading.meter, incoming.reading);
    }
    if (incoming.kind === 'status') this.#status.set(incoming.status.meter, incoming.status);
    if (incoming.kind !== 'snapshot' || this.#listeners.size === 0) return;
    const second = this.#secondOf(incoming.snapshot);
    for (const listener of this.#listeners) listener(second);
  }

  /** The seconds to come, for so long; it ends by itself, so that nobody can forget to end it. */
  async *seconds(forMs: number): AsyncGenerator<LiveSecond, void> {
    const waiting: LiveSecond[] = [];
    let isOver = false;
    let wake = () => {};
    const listener = (second: LiveSecond) => {
      waiting.push(second);
      wake();
    };
    const timer = this.#clock.after(forMs, () => {
      isOver = true;
      wake();
    });
    this.#listeners.add(listener);
    try {
      while (!isOver) {
        yield* waiting.splice(0);
        if (waiting.length > 0 || isOver) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      yield* waiting.splice(0);
    } finally {
      timer.cancel();
      this.#listeners.delete(listener);
    }
  }

  #secondOf(snapshot: Snapshot): LiveSecond {
    const monoMs = this.#clock.mono();
    // The day is told by whoever stands there: nothing here is decided by the clock.
    const second = secondOf(snapshot, { config: this.#config, clockTrusted: true, monoMs });
    const { import_kwh: importKwh, export_kwh: exportKwh } = snapshot.energy;
    const meters = Object.fromEntries(
      this.#config.meters.map(({ id }) => [id, this.#meterOf(id, snapshot)]),
    );
    return { ...second, ts: snapshot.ts, meters, importKwh, exportKwh };
  }

  #meterOf(id: string, { sources }: Snapshot): LiveMeter {
    const status = this.#status.get(id);
    const reading = this.#readings.get(id);
    return {
      answers: sources[id]?.ok === true,
      identity: status?.identity ?? 'unknown',
      serial: status?.serial ?? reading?.serial ?? null,
      frequencyHz: reading?.frequency_hz ?? null,
      error: status?.error?.message ?? null,
    };
  }
}
