/** A made-up site for the doctor's tests: sun, passing clouds, loads and wiring, one second at a time. */

import { DaylightWatch } from '../../../../nodes/health/doctor/daylight.ts';
import { Doctor } from '../../../../nodes/health/doctor/doctor.ts';
import type { Hypothesis, Rule } from '../../../../nodes/health/doctor/rule.ts';
import { rulesOf } from '../../../../nodes/health/doctor/rules.ts';
import type {
  ChannelSecond,
  PhaseSecond,
  SiteSecond,
} from '../../../../nodes/health/doctor/second.ts';
import { type SiteConfig, siteConfigSchema } from '../../../../nodes/site/schema.ts';
import { sunPosition } from '../../../../nodes/site/sun.ts';

export const PLACE = { latitude: 40, longitude: -105 };
/** Local midnight, with 15 hours of day before the next one. */
export const MIDNIGHT_MS = Date.parse('2026-06-10T07:00:00Z');
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface ConfigOptions {
  position?: 'load_side' | 'line_side';
  battery?: boolean;
  coordinates?: boolean;
  inverterW?: number | null;
}

export function configOf(options: ConfigOptions = {}): SiteConfig {
  const { position = 'load_side', battery = false, coordinates = true, inverterW = null } = options;
  return siteConfigSchema.parse({
    site: { ...(coordinates ? PLACE : {}), inverter_watts: inverterW },
    solar_position: position,
    ct_profiles: [
      { id: 'mains', rated_amps: 200 },
      { id: 'pair', rated_amps: 50 },
    ],
    meters: [
      {
        id: 'panel',
        source: 'external',
        channels: [
          { id: 'mains', role: 'grid', ct: 'mains' },
          { id: 'sun', role: 'solar', ct: 'pair' },
          ...(battery ? [{ id: 'store', role: 'battery' }] : []),
        ],
      },
    ],
  });
}

/** What truly happens, W. */
export interface Truth {
  homeW: number;
  solarW: number;
  batteryW: number;
  /** Made in the home by what no meter sees. */
  hiddenW: number;
}

/** What the channels read, W: each input of the mains, solar, battery. */
export interface Read {
  mainsW: number[];
  solarW: number;
  batteryW: number;
}

export type Chance = () => number;

/** Numbers of chance, 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Weather {
  seed?: number;
  /** Minutes between edges of clouds; Infinity: none. */
  cloudMin?: number;
  peakW?: number;
}

/** Solar of a site: the sun's height and clouds that come and go within three seconds. */
export function solarOf({ seed = 1, cloudMin = 6, peakW = 6_000 }: Weather = {}) {
  const random = chance(seed);
  let level = 1;
  let from = 1;
  let changedMs = 0;
  let nextMs = 0;
  let minute = -1;
  let clearW = 0;
  return (ms: number): number => {
    if (ms >= nextMs) {
      from = level;
      level = level > 0.7 ? 0.2 + 0.3 * random() : 0.85 + 0.15 * random();
      changedMs = ms;
      nextMs = ms + cloudMin * 60_000 * (0.5 + random());
    }
    if (Math.floor(ms / 60_000) !== minute) {
      minute = Math.floor(ms / 60_000);
      const height = sunPosition(ms, PLACE).elevationDeg;
      clearW = height <= -2 ? 0 : peakW * Math.sin(((height + 2) / 92) * (Math.PI / 2));
    }
    if (clearW < 12) return -10;
    const share = Math.min(1, (ms - changedMs) / 3_000);
    const through = cloudMin === Number.POSITIVE_INFINITY ? 1 : from + (level - from) * share;
    return clearW * through;
  };
}

/** Loads of a home: a base, a fridge, a kettle now and then. */
export function loadsOf({ seed = 2, baseW = 350 }: { seed?: number; baseW?: number } = {}) {
  const random = chance(seed);
  let kettleMs = 0;
  let nextMs = 0;
  return (ms: number): number => {
    if (nextMs === 0) nextMs = ms + 2 * HOUR_MS * random();
    if (ms >= nextMs) {
      kettleMs = ms + 180_000;
      nextMs = ms + 6 * HOUR_MS * (0.5 + random());
    }
    const fridgeW = ms % 2_400_000 < 900_000 ? 120 : 0;
    return baseW + fridgeW + (ms < kettleMs ? 1_500 : 0);
  };
}

export interface Script {
  config?: SiteConfig;
  /** Wall clock at the start; the clock is trusted unless said otherwise. */
  fromMs?: number;
  forMs: number;
  stepMs?: number;
  trusted?: boolean;
  truth?: (ms: number) => Partial<Truth>;
  solar?: (ms: number) => number;
  loads?: (ms: number) => number;
  /** How the wiring shows the truth. Left out: as it is, half of it on each leg. */
  wiring?: (truth: Truth, ms: number) => Partial<Read>;
  /** Share by which each reading flickers. */
  noise?: number;
  /** How much later solar is read than the mains, ms. */
  skewMs?: number;
}

/** The mains as they should be read, half on each leg, W. */
export function mainsOf({ homeW, solarW, batteryW, hiddenW }: Truth): number[] {
  const halfW = (homeW - solarW - batteryW - hiddenW) / 2;
  return [halfW, halfW];
}

/** The seconds of a script. */
export function* secondsOf(script: Script): Generator<SiteSecond> {
  const { config = configOf(), fromMs = MIDNIGHT_MS, forMs, stepMs = 1_000 } = script;
  const { trusted = true, noise = 0, skewMs = 0 } = script;
  const solar = script.solar ?? solarOf();
  const loads = script.loads ?? loadsOf();
  const random = chance(99);
  const daylight = new DaylightWatch(config.site);
  const flicker = () => 1 + noise * (random() + random() + random() + random() - 2) * 1.73;
  let shown: number | null = null;
  for (let ms = fromMs; ms < fromMs + forMs; ms += stepMs) {
    const truth: Truth = {
      homeW: loads(ms),
      solarW: solar(ms),
      batteryW: 0,
      hiddenW: 0,
      ...script.truth?.(ms),
    };
    const read: Read = {
      mainsW: mainsOf(truth),
      solarW: truth.solarW,
      batteryW: truth.batteryW,
      ...script.wiring?.(truth, ms),
    };
    const solarW = (skewMs === 0 || shown === null ? read.solarW : shown) * flicker();
    shown = read.solarW;
    const mainsW = read.mainsW.map((watts) => Math.round(watts * flicker()));
    const wallMs = trusted ? ms : null;
    yield secondOfReads({
      config,
      monoMs: ms - fromMs,
      wallMs,
      daylight: daylight.take({ wallMs, solarRawW: solarW }),
      read: { mainsW, solarW: Math.round(solarW), batteryW: read.batteryW * flicker() },
    });
  }
}

interface Reads extends Pick<SiteSecond, 'monoMs' | 'wallMs' | 'daylight'> {
  config: SiteConfig;
  read: Read;
}

function secondOfReads({ config, monoMs, wallMs, daylight, read }: Reads): SiteSecond {
  const hasBattery = config.meters[0]?.channels.some(({ role }) => role === 'battery') === true;
  const mainsW = read.mainsW.reduce((sum, watts) => sum + watts, 0);
  const channels = [
    channelOf('mains', 'grid', read.mainsW),
    channelOf('sun', 'solar', [read.solarW / 2, read.solarW / 2]),
    ...(hasBattery ? [channelOf('store', 'battery', [read.batteryW])] : []),
  ];
  const gridW = config.solar_position === 'line_side' ? mainsW - read.solarW : mainsW;
  const homeRawW = Math.max(0, read.solarW) + gridW + read.batteryW;
  return {
    monoMs,
    wallMs,
    daylight,
    channels,
    mainsW,
    solarRawW: read.solarW,
    batteryW: read.batteryW,
    homeRawW,
  };
}

function channelOf(id: string, role: ChannelSecond['role'], legsW: number[]): ChannelSecond {
  return {
    id: `panel/${id}`,
    meter: 'panel',
    role,
    powerW: legsW.reduce((sum, watts) => sum + watts, 0),
    phases: legsW.map(
      (watts, leg): PhaseSecond => ({
        phase: leg === 0 ? 'l1' : 'l2',
        voltage_v: 121,
        current_a: Math.hypot(watts, 80) / 121,
        power_w: watts,
        reactive_var: 80,
        power_factor: watts / Math.hypot(watts, 80),
      }),
    ),
    ageMs: 200,
  };
}

/** One thing the doctor has said: what, since when, until when. */
export interface Said {
  id: string;
  source: string;
  cause?: string;
  verdict: Hypothesis['verdict'];
  /** From the start of the script, ms. */
  atMs: number;
}

/** All that the doctor says newly, in the order in which it says it. */
export function heard(
  script: Script,
  { restartAtMs = -1, make = rulesOf as (context: { config: SiteConfig }) => Rule[] } = {},
): Said[] {
  const { config = configOf() } = script;
  const doctorOf = () => new Doctor({ rules: make({ config }), outage: () => [] });
  let doctor = doctorOf();
  let news = -1;
  let before = '';
  const said: Said[] = [];
  for (const second of secondsOf({ ...script, config })) {
    if (second.monoMs === restartAtMs) {
      const kept = JSON.stringify(doctor.save());
      doctor = doctorOf();
      doctor.restore(JSON.parse(kept));
      news = -1;
    }
    doctor.take(second);
    if (doctor.news === news) continue;
    news = doctor.news;
    const findings = doctor.findings().filter(({ held_back_by }) => held_back_by === undefined);
    const now = findings.map(({ id, source, cause, verdict }) => ({ id, source, cause, verdict }));
    if (JSON.stringify(now) === before) continue;
    before = JSON.stringify(now);
    for (const each of findings) {
      const { id, source, cause, verdict } = each;
      const isKnown = said.some(
        (one) =>
          one.id === id && one.source === source && one.cause === cause && one.verdict === verdict,
      );
      if (isKnown) continue;
      said.push({ id, source, ...(cause && { cause }), verdict, atMs: second.monoMs });
    }
  }
  return said;
}

/** `id/cause source verdict`, to be compared with. */
export function outline({ id, cause, source, verdict }: Said): string {
  return `${cause === undefined ? id : `${id}/${cause}`} ${source} ${verdict}`;
}
