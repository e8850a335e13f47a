/** What is said of a meter's polls, on topic `status/<meter>`. */
import type { DeviceStats, LineStats } from '../bus/line.ts';

export type MeterState =
  /** Nothing has come yet. */
  | 'connecting'
  /** The newest values are fresh. */
  | 'live'
  /** They are not, or none have come for a while. */
  | 'failing'
  /** It cannot be polled as it is configured; `error` says why. */
  | 'misconfigured';

export type BusStatus = Pick<LineStats, 'state' | 'reconnects'>;

export interface MeterStatus {
  meter: string;
  /** Id of the bus it is on. */
  bus: string;
  /** How that line is, for all the meters on it; left out where the meter is not polled. */
  line?: BusStatus;
  state: MeterState;
  /** When it entered the state: UTC ISO 8601 with milliseconds. */
  since: string;
  /** How long the last good poll took on the wire, ms; null before the first. */
  latency_ms: number | null;
  /** From one good poll to the next, the last time, ms; null before the second. */
  cycle_ms: number | null;
  /** Failed polls in a row. */
  failures: number;
  /** Why the last poll failed, or why there is none; left out when it did not. */
  error?: { code: string; message: string; hint?: string };
  /** Whether it is the kind of meter its profile describes; `unknown` until it could be asked. */
  identity: 'unknown' | 'match' | 'mismatch';
  /** Its serial number; left out until it has told it, and where it does not. */
  serial?: string;
  /** Why its numbers cannot be, where a closer look has told; left out while they can. */
  signature?: Signature;
  /** Values of the profile that this meter does not have. */
  missing: string[];
  /** The line's counters for the unit; left out before the first request. */
  stats?: DeviceStats;
  /** The requests in use, such as `3:1008x16`: function, first register, count. */
  plan: { fast: string[]; slow: string[] };
}

/** What a closer look at impossible values has told. Decoding does not follow it: a person decides. */
export interface Signature {
  cause: 'width' | 'word_order' | 'offset' | 'profile';
  /** 0-based address of the first register of one such value. */
  register: number;
  /** What the registers held, as one unsigned number, and what it reads as. */
  raw: number;
  value: number;
  /** How it would make sense; left out where nothing does. */
  suggestion?: {
    /** What the value would be. */
    fits: number;
    /** Where it begins then, and of how many bits it is. */
    at: number;
    bits: number;
    /** 1 where the words (the bytes of each word) stand the other way round, else 0. */
    words: number;
    bytes: number;
  };
}
