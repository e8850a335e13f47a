/**
 * One second of the site as the doctor sees it: every channel's phases and the sums that rules argue
 * with. Made of a snapshot, so the doctor works from what the site records anyway.
 */
import type { Snapshot, SnapshotChannel } from '../../balance/snapshot.ts';
import type { Phase, PhaseReading, Role } from '../../meter/reading.ts';
import type { SiteConfig } from '../../site/schema.ts';

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

export interface SecondOptions {
  config: Pick<SiteConfig, 'solar_position'>;
  clockTrusted: boolean;
  /** When the snapshot was taken, monotonic ms. */
  monoMs: number;
}

const PHASE_IDS: readonly Phase[] = ['l1', 'l2', 'l3'];

/**
 * A snapshot as the doctor sees it, the daylight still to be told: that may be learned from solar. It
 * is made each second, so it is made without detours.
 */
export function secondOf(snapshot: Snapshot, options: SecondOptions): SiteSecond {
  const channels: ChannelSecond[] = [];
  for (const id of Object.keys(snapshot.channels)) {
    const channel = snapshot.channels[id];
    if (channel !== undefined) channels.push(channelOf(id, channel));
  }
  const mainsW = sumOf(channels, 'grid');
  const solarRawW = sumOf(channels, 'solar');
  const batteryW = sumOf(channels, 'battery');
  const second: SiteSecond = {
    monoMs: options.monoMs,
    wallMs: options.clockTrusted ? Date.parse(snapshot.ts) : null,
    daylight: 'unknown',
    channels,
    mainsW: mainsW ?? null,
    solarRawW: solarRawW ?? null,
    batteryW: batteryW === undefined ? 0 : batteryW,
    homeRawW: null,
  };
  const solarW = solarRawW === undefined ? 0 : solarRawW;
  second.homeRawW = homeOf(second, solarW, options.config.solar_position);
  return second;
}

function channelOf(id: string, { role, power_w, age_ms, phases }: SnapshotChannel): ChannelSecond {
  const channel: ChannelSecond = {
    id,
    meter: id.slice(0, id.indexOf('/')),
    role,
    powerW: power_w,
    phases: [],
    ageMs: age_ms,
  };
  if (phases === undefined) return channel;
  for (const phase of PHASE_IDS) {
    const reading = phases[phase];
    if (reading !== undefined) channel.phases.push({ phase, ...reading });
  }
  return channel;
}

/** The sum of a role's channels, W; null as soon as one is not known, undefined where there is none. */
function sumOf(channels: readonly ChannelSecond[], role: Role): number | null | undefined {
  let total: number | null | undefined;
  for (const channel of channels) {
    if (channel.role !== role) continue;
    if (channel.powerW === null || total === null) total = null;
    else total = (total ?? 0) + channel.powerW;
  }
  return total;
}

/** The home before clamping, as the balance has it (energy rules, section 2). */
function homeOf(
  { mainsW, batteryW }: SiteSecond,
  solarRawW: number | null,
  position: SiteConfig['solar_position'],
): number | null {
  if (mainsW === null || batteryW === null || solarRawW === null) return null;
  const gridW = position === 'line_side' ? mainsW - solarRawW : mainsW;
  return Math.max(0, solarRawW) + gridW + batteryW;
}
