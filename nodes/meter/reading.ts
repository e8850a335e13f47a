/** What a source emits once per poll, on topic `reading/<meter>`. A tinkerer's node emits the same. */
export const ROLES = ['grid', 'solar', 'load', 'battery', 'ev', 'subpanel'] as const;
export type Role = (typeof ROLES)[number];

export const PHASES = ['l1', 'l2', 'l3'] as const;
export type Phase = (typeof PHASES)[number];

export interface Reading {
  /** The meter's id in meter.yaml. */
  meter: string;
  /** When the values arrived: UTC ISO 8601 with milliseconds. */
  ts: string;
  /** The same instant on the monotonic clock, ms. Energy is integrated over these. */
  mono_ms: number;
  ok: boolean;
  /** Why `ok` is false: a code of the error catalogue, its message and how to mend it. */
  error?: { code: string; message: string; hint?: string };
  simulated?: true;
  frequency_hz?: number | null;
  /** How long the poll took on the wire, ms, where the source can tell. */
  latency_ms?: number | null;
  /** The meter's serial number, where it tells: with another one, counters begin anew. */
  serial?: string;
  /** Empty when `ok` is false. */
  channels: Record<string, ChannelReading>;
  /** What was seen where a value cannot be: it is null in the channels. Left out while all can. */
  doubts?: Doubt[];
}

/** Why a value cannot be. */
export type DoubtKind =
  /** A code for "not available" that the profile does not list. */
  | 'sentinel'
  | 'voltage'
  | 'frequency'
  | 'power_factor'
  /** Far more than the CT or the service can carry. */
  | 'current'
  /** More than voltage times current, or than the service can carry. */
  | 'power'
  | 'energy'
  /** More flows than so many bits can tell. */
  | 'width';

export interface Doubt {
  /** A name of the vocabulary for a meter's value, such as `voltage_l1_n`; else a key of the reading. */
  value: string;
  phase?: Phase;
  channel?: string;
  /** 0-based address of its first register, and what the registers held, as one unsigned number. */
  register?: number;
  raw?: number;
  /** What it reads as; null for a sentinel. */
  shown: number | null;
  kind: DoubtKind;
}

export interface ChannelReading {
  role: Role;
  /** W. Grid + import, solar + generation, battery + discharge, others + consumption. */
  power_w: number | null;
  /** Lifetime counters, kWh, after invert and gain. Left out where the meter has none. */
  import_kwh?: number | null;
  export_kwh?: number | null;
  /**
   * How the two counters net across the channel's phases: `summed` as a utility meter does, or
   * `per_phase` (each leg counted by itself, then added). Left out means `summed`.
   */
  counters?: 'summed' | 'per_phase';
  /**
   * When the counters were read, on the clock of `mono_ms`: slow values are older than the powers
   * beside them, and one read repeated is not a second one. Left out means with the powers.
   */
  counters_mono_ms?: number;
  /** Smallest step of the counters after gain, kWh; left out means 0.1, or the smallest it went up by. */
  counter_step_kwh?: number;
  /** Where the counters wrap, after gain, kWh; left out means not known. */
  counter_modulus_kwh?: number | null;
  /** Battery state of charge, percent. */
  soc?: number | null;
  phases?: Partial<Record<Phase, PhaseReading>>;
}

export interface PhaseReading {
  voltage_v: number | null;
  current_a: number | null;
  power_w: number | null;
  reactive_var?: number | null;
  power_factor?: number | null;
}
