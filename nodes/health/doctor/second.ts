/**
 * One second of the site as the doctor sees it: every channel's phases and the sums that rules argue
 * with. Made of a snapshot, so the doctor works from what the site records anyway.
 */
import type { Phase, PhaseReading, Role } from '../../meter/reading.ts';

/** Where the sun stands; `unknown` while the clock is not trusted or nothing tells. */
export type Daylight = 'day' | 'night' | 'between' | 'unknown';

export interface PhaseSecond extends PhaseReading {
  phase: Phase;
}

export interface ChannelSecond {
  /** `<meter>/<channel>`, the source of its faults. */
  id: string;
  meter: string;
  role: Role;
  /** W, signed as everywhere; null while not known. */
  powerW: number | null;
  /** Empty where the source tells of no phases. */
  phases: PhaseSecond[];
  /** Age of the values, ms; null before any. Two seconds may show the same poll. */
  ageMs: number | null;
}

export interface SiteSecond {
  /** When it was taken, monotonic ms. */
  monoMs: number;
  /** The wall clock, ms; null while it is not trusted. */
  wallMs: number | null;
  daylight: Daylight;
  channels: ChannelSecond[];
  /** Sum of the grid channels as read, + towards the house, W. */
  mainsW: number | null;
  /** Sum of the solar channels as read (negative where it is), W; null where unknown or none. */
  solarRawW: number | null;
  /** + discharge, W; 0 where the site has no battery. */
  batteryW: number | null;
  /** What the home would be before clamping, W (energy rules, section 2). */
  homeRawW: number | null;
}
