/** Faults: what is wrong, since when, and what to do about it. Topic `fault`. */
import { type Clock, isoTime } from '../site/clock.ts';
import { SolthriveError } from '../site/errors.ts';
import type { Say } from '../site/words.ts';
import { textOf } from './book/texts.ts';

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
  /** Somebody has seen it. It stays visible, and ends with its time or with the fault. */
  acknowledged?: { by: string; until: string };
  /** Numbers only. */
  evidence: Record<string, number>;
  /** For the homeowner. */
  message: string;
  /** For the installer. */
  advice: string;
}

/** Once confirmed; a suspicion is a warning. */
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
  balance_residual: 'fault',
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
  /** `unknown` is never more than suspected. */
  cause?: string;
  /** Left out: confirmed. */
  state?: Fault['state'];
  evidence: Record<string, number>;
  /** Texts that it brings with it; else those of its id and cause. */
  message?: string;
  advice?: string;
}

/** What has become of a fault; `change` is another cause, or doubt again, or an acknowledgement's end. */
export type Change = 'raise' | 'confirm' | 'change' | 'acknowledge' | 'clear';

export interface Acknowledgement {
  id: FaultId;
  source: string;
  /** Who has seen it. */
  by: string;
  /** Until when nobody needs to be reminded of it, UTC ISO 8601. */
  until: string;
}

export interface FaultBookOptions {
  clock: Clock;
  say: Say;
  /** Told of each transition once. */
  announce: (fault: Fault, change: Change) => void;
  /** Faults that were active before: they go on, since when they began. */
  carried?: readonly Fault[];
}

/** The slowest watch has judged again by then: a carried fault that nobody has found is over. */
export const PROVE_WITHIN_MS = 300_000;

/** A fault that comes again so soon after it was over flickers. */
const RELAPSE_MS = 60_000;
/** So long it has to stay away before it is called over again. */
const STEADY_MS = 30_000;

interface Entry {
  fault: Fault;
  /** It was over shortly before. */
  isRelapse: boolean;
  /** When its watch last found it, monotonic ms. */
  foundMs: number;
  /** Its watch has found that it is over. */
  isGone: boolean;
  /** Monotonic ms by when a carried fault has to be found again; null once it was. */
  proveByMs: number | null;
}

/**
 * The faults that are active. A watch raises and clears as often as it likes; only transitions are
 * announced. When to raise and when to clear is for each watch to decide; what comes and goes all the
 * same is one fault here until it has stayed away for a while.
 */
export class FaultBook {
  readonly #active = new Map<string, Entry>();
  /** When each was last over, monotonic ms. */
  readonly #endedMs = new Map<string, number>();
  readonly #clock: Clock;
  readonly #say: Say;
  readonly #announce: (fault: Fault, change: Change) => void;

  constructor({ clock, say, announce, carried = [] }: FaultBookOptions) {
    this.#clock = clock;
    this.#say = say;
    this.#announce = announce;
    const foundMs = clock.mono();
    const fresh = {
      isRelapse: false,
      isGone: false,
      foundMs,
      proveByMs: foundMs + PROVE_WITHIN_MS,
    };
    for (const fault of carried) this.#active.set(keyOf(fault), { ...fresh, fault });
  }

  /** Begins a fault, or refreshes the evidence of an active one. */
  raise(finding: Finding): void {
    const key = keyOf(finding);
    const known = this.#active.get(key);
    const fault = this.#made(finding, known?.fault);
    const foundMs = this.#clock.mono();
    const overMs = foundMs - (this.#endedMs.get(key) ?? Number.NEGATIVE_INFINITY);
    const isRelapse = known?.isRelapse ?? overMs < RELAPSE_MS;
    this.#active.set(key, { fault, isRelapse, foundMs, isGone: false, proveByMs: null });
    const change = changeOf(known?.fault, fault);
    if (change !== null) this.#announce(fault, change);
  }

  /** Ends a fault, at once or when it has stayed away; nothing happens where there is none. */
  clear(id: FaultId, source: string): void {
    const entry = this.#entryOf(id, source);
    if (entry === undefined) return;
    entry.isGone = true;
    if (this.#isOver(entry)) this.#end(entry.fault);
  }

  /**
   * Somebody has seen a fault.
   * @throws SolthriveError `fault_unknown` where no such fault is active, `until_past`
   */
  acknowledge({ id, source, by, until }: Acknowledgement): Fault {
    const entry = this.#entryOf(id, source);
    if (entry === undefined) throw new SolthriveError('fault_unknown', { id, source });
    // What is no time at all is not in the future either.
    const untilMs = Date.parse(until);
    if (!(untilMs > this.#clock.now())) throw new SolthriveError('until_past', { until });
    entry.fault = { ...entry.fault, acknowledged: { by, until: isoTime(untilMs) } };
    this.#announce(entry.fault, 'acknowledge');
    return entry.fault;
  }

  /** Ends what ends with time: flickering, acknowledgements, carried faults nobody finds. Once a second. */
  review(): void {
    const wallMs = this.#clock.now();
    for (const entry of [...this.#active.values()]) {
      const { acknowledged, ...fault } = entry.fault;
      if (this.#isOver(entry)) this.#end(entry.fault);
      else if (acknowledged !== undefined && Date.parse(acknowledged.until) <= wallMs) {
        entry.fault = fault;
        this.#announce(fault, 'change');
      }
    }
  }

  /** Ends the faults of sources that are no longer there. */
  keepOnly(isKnown: (source: string) => boolean): void {
    for (const fault of this.active()) if (!isKnown(fault.source)) this.#end(fault);
  }

  has(id: FaultId, source: string): boolean {
    return this.#entryOf(id, source) !== undefined;
  }

  /** The active faults, oldest first. */
  active(): Fault[] {
    return [...this.#active.values()].map(({ fault }) => fault);
  }

  /** Asked many times a second; mostly nothing is wrong, and then no key need be put together. */
  #entryOf(id: FaultId, source: string): Entry | undefined {
    return this.#active.size === 0 ? undefined : this.#active.get(keyOf({ id, source }));
  }

  #isOver({ isGone, isRelapse, foundMs, proveByMs }: Entry): boolean {
    const nowMs = this.#clock.mono();
    if (isGone) return !isRelapse || nowMs - foundMs >= STEADY_MS;
    return proveByMs !== null && nowMs >= proveByMs;
  }

  #end(fault: Fault): void {
    const key = keyOf(fault);
    this.#active.delete(key);
    this.#endedMs.set(key, this.#clock.mono());
    this.#announce({ ...fault, cleared_at: isoTime(this.#clock.now()) }, 'clear');
  }

  #made(finding: Finding, known: Fault | undefined): Fault {
    const { id, source, cause, evidence } = finding;
    const state = cause === 'unknown' ? 'suspected' : (finding.state ?? 'confirmed');
    return {
      id,
      source,
      ...(cause === undefined ? {} : { cause }),
      severity: state === 'suspected' ? 'warning' : SEVERITY[id],
      state,
      since: known?.since ?? isoTime(this.#clock.now()),
      ...(known?.acknowledged && { acknowledged: known.acknowledged }),
      evidence,
      message: finding.message ?? textOf(this.#say, 'message', { ...finding, state }),
      advice: finding.advice ?? textOf(this.#say, 'advice', { ...finding, state }),
    };
  }
}

function changeOf(known: Fault | undefined, fault: Fault): Change | null {
  if (known === undefined) return 'raise';
  if (known.state === 'suspected' && fault.state === 'confirmed') return 'confirm';
  return known.state !== fault.state || known.cause !== fault.cause ? 'change' : null;
}

function keyOf({ id, source }: { id: FaultId; source: string }): string {
  return `${id} ${source}`;
}
