/** Faults: what is wrong, since when, and what to do about it. Topic `fault`. */
import { type Clock, isoTime } from '../site/clock.ts';
import type { Say } from '../site/words.ts';

export const FAULT_IDS = [
  'meter_not_responding',
  'bus_errors',
  'scaling_failure',
  'voltage_missing',
  'ct_unplugged',
  'ct_reversed',
  'ct_phase_mismatch',
  'ct_ratio_suspect',
  'voltage_reference_swapped',
  'balance_residual',
  'data_stale',
  'poll_drift',
  'low_storage',
  'storage_failed',
  'service_crash',
  'api_stall',
  'clock_untrusted',
  'config_invalid',
  'flow_quarantined',
  'update_failed',
  'temperature_high',
  'power_undervoltage',
] as const;
export type FaultId = (typeof FAULT_IDS)[number];

export interface Fault {
  id: FaultId;
  /** `site`, `<bus>`, `<meter>` or `<meter>/<channel>`. */
  source: string;
  cause?: string;
  severity: 'info' | 'warning' | 'fault';
  state: 'suspected' | 'confirmed';
  since: string;
  cleared_at?: string;
  acknowledged?: { by: string; until: string };
  /** Numbers only. */
  evidence: Record<string, number>;
  /** For the homeowner. */
  message: string;
  /** For the installer. */
  advice: string;
}

const SEVERITY: Record<FaultId, Fault['severity']> = {
  meter_not_responding: 'fault',
  bus_errors: 'warning',
  scaling_failure: 'fault',
  voltage_missing: 'fault',
  ct_unplugged: 'fault',
  ct_reversed: 'fault',
  ct_phase_mismatch: 'fault',
  ct_ratio_suspect: 'fault',
  voltage_reference_swapped: 'fault',
  balance_residual: 'warning',
  data_stale: 'fault',
  poll_drift: 'warning',
  low_storage: 'warning',
  storage_failed: 'fault',
  service_crash: 'warning',
  api_stall: 'warning',
  clock_untrusted: 'warning',
  config_invalid: 'warning',
  flow_quarantined: 'warning',
  update_failed: 'warning',
  temperature_high: 'warning',
  power_undervoltage: 'warning',
};

/** What a watch has found to be wrong. */
export interface Finding {
  id: FaultId;
  source: string;
  cause?: string;
  /** Left out: confirmed. */
  state?: Fault['state'];
  evidence: Record<string, number>;
  /** Texts that it brings with it; else those of its id and cause. */
  message?: string;
  advice?: string;
}

export interface FaultBookOptions {
  clock: Clock;
  /** Texts under `<id>.message` and `<id>.advice`, or under `<id>.<cause>.…` where a cause has its own. */
  say: Say;
  /** Told of each fault once when it begins, changes its cause, or ends. */
  announce: (fault: Fault) => void;
  /** Faults that were active before: they go on, since when they began. */
  carried?: readonly Fault[];
}

/**
 * The faults that are active. A watch raises and clears as often as it likes; only transitions are
 * announced. When to raise and when to clear (hysteresis) is for each watch to decide.
 */
export class FaultBook {
  readonly #active = new Map<string, Fault>();
  readonly #clock: Clock;
  readonly #say: Say;
  readonly #announce: (fault: Fault) => void;

  constructor({ clock, say, announce, carried = [] }: FaultBookOptions) {
    this.#clock = clock;
    this.#say = say;
    this.#announce = announce;
    for (const fault of carried) this.#enter(fault, fault.since);
  }

  /** Begins a fault, or refreshes the evidence of an active one. */
  raise(finding: Finding): void {
    const known = this.#active.get(keyOf(finding.id, finding.source));
    const fault = this.#enter(finding, known?.since ?? isoTime(this.#clock.now()));
    if (known?.cause !== fault.cause || known?.state !== fault.state) this.#announce(fault);
  }

  /** Ends a fault; nothing happens where there is none. */
  clear(id: FaultId, source: string): void {
    const key = keyOf(id, source);
    const fault = this.#active.get(key);
    if (fault === undefined) return;
    this.#active.delete(key);
    this.#announce({ ...fault, cleared_at: isoTime(this.#clock.now()) });
  }

  /** Ends the faults of sources that are no longer there. */
  keepOnly(isKnown: (source: string) => boolean): void {
    for (const { id, source } of this.active()) if (!isKnown(source)) this.clear(id, source);
  }

  has(id: FaultId, source: string): boolean {
    return this.#active.has(keyOf(id, source));
  }

  /** The active faults, oldest first. */
  active(): Fault[] {
    return [...this.#active.values()];
  }

  #enter(finding: Finding, since: string): Fault {
    const { id, source, cause, state = 'confirmed', evidence } = finding;
    const fault: Fault = {
      id,
      source,
      ...(cause === undefined ? {} : { cause }),
      severity: state === 'suspected' ? 'warning' : SEVERITY[id],
      state,
      since,
      evidence,
      message: finding.message ?? this.#text('message', finding),
      advice: finding.advice ?? this.#text('advice', finding),
    };
    this.#active.set(keyOf(id, source), fault);
    return fault;
  }

  #text(part: 'message' | 'advice', { id, source, cause, evidence }: Finding): string {
    const params = { ...evidence, source };
    const ofCause = `${id}.${cause}.${part}`;
    const text = cause === undefined ? ofCause : this.#say(ofCause, params);
    return text === ofCause ? this.#say(`${id}.${part}`, params) : text;
  }
}

function keyOf(id: FaultId, source: string): string {
  return `${id} ${source}`;
}
