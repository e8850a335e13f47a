/**
 * A year of minute records as an appliance leaves them: of each month one day is lived, from
 * the simulated meter's values to the journal's lines, and stands for all days of it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Balance } from '../nodes/balance/home.ts';
import type { LedgerState } from '../nodes/balance/measured.ts';
import type { MinuteRecord } from '../nodes/journal/minute.ts';
import { MinuteBuilder } from '../nodes/journal/minute-builder.ts';
import { minuteFolder } from '../nodes/journal/minutes.ts';
import { mapChannels, readChannel } from '../nodes/meter/channels.ts';
import { daysBetween } from '../nodes/rollup/calendar.ts';
import { zeroCounters } from '../nodes/simulator/counters.ts';
import { createHome } from '../nodes/simulator/home.ts';
import { MeteredHome } from '../nodes/simulator/metered-home.ts';
import { valuesOf } from '../nodes/simulator/values.ts';
import { wiringOf } from '../nodes/simulator/wiring.ts';
import { isoTime } from '../nodes/site/clock.ts';
import { hashOf } from '../nodes/site/hash.ts';
import { siteConfigSchema } from '../nodes/site/schema.ts';
import { CHICAGO, shippedProfile } from '../test/support/simulated-meter.ts';
import { wattnode } from './wattnode.ts';

const DAY_MS = 86_400_000;
/** The longest step that counts as measured: a minute's line is as long as of readings each second. */
const STEP_MS = 5_000;
/** UTC days. */
export const FIRST_DAY = '2025-06-16';
export const LAST_DAY = '2026-06-15';
/** Noon of the day after it. */
export const AFTER_THE_YEAR_MS = Date.parse('2026-06-16T12:00:00Z');

/** A home in Chicago whose hours have different prices. */
export const site = siteConfigSchema.parse({
  site: CHICAGO,
  buses: [{ id: wattnode.bus, type: 'tcp', host: '127.0.0.1' }],
  meters: [wattnode],
  tariffs: [
    {
      id: 'utility',
      valid_from: '2020-01-01',
      currency: 'USD',
      fixed: { per_day: 0.45 },
      periods: [
        {
          id: 'peak',
          days: ['mon', 'tue', 'wed', 'thu', 'fri'],
          from: '16:00',
          to: '21:00',
          rate: 0.32,
        },
        { id: 'offpeak', rate: 0.12 },
      ],
      export: { mode: 'rate', rate: 0.08 },
    },
  ],
});

const lived = new Map<string, MinuteRecord[]>();

/** The minutes of a UTC day. */
export function minutesOf(date: string): MinuteRecord[] {
  const livedDate = `2025-${date.slice(5, 7)}-15`;
  const known = lived.get(livedDate) ?? liveDay(livedDate);
  lived.set(livedDate, known);
  const laterMs = Date.parse(date) - Date.parse(livedDate);
  return known.map((minute) => ({
    ...minute,
    ts: `${date}${minute.ts.slice(10)}`,
    ...(minute.ledger && { ledger: later(minute.ledger, laterMs) }),
  }));
}

/** Writes the files of all days: packed, but for the last, which has only just ended. */
export function writeYear(records: string): void {
  mkdirSync(minuteFolder(records), { recursive: true });
  for (const date of daysBetween(FIRST_DAY, LAST_DAY)) {
    const text = minutesOf(date)
      .map((minute) => `${JSON.stringify(minute)}\n`)
      .join('');
    const file = join(minuteFolder(records), `${date}.jsonl`);
    if (date === LAST_DAY) writeFileSync(file, text);
    else writeFileSync(`${file}.gz`, gzipSync(text));
  }
}

function later(ledger: LedgerState, ms: number): LedgerState {
  return { ...ledger, at: ledger.at + ms };
}

function liveDay(date: string): MinuteRecord[] {
  const startMs = Date.parse(date);
  const profile = shippedProfile(wattnode.profile);
  const home = createHome(CHICAGO, { seed: 1 });
  const wiring = wiringOf(CHICAGO.service, wattnode.channels);
  const metered = new MeteredHome({ home, wiring, ms: startMs, counters: zeroCounters() });
  const maps = mapChannels(wattnode, profile, site.ct_profiles);
  const start = { wallMs: startMs, monoMs: 0 };
  const balance = new Balance({ config: site, run: 'b1e55ed0', simulated: false, start });
  const builder = new MinuteBuilder(hashOf(site));
  const minutes: MinuteRecord[] = [];
  for (let monoMs = STEP_MS; monoMs <= DAY_MS; monoMs += STEP_MS) {
    const wallMs = startMs + monoMs;
    const measurement = metered.advance(wallMs, { stepMs: STEP_MS });
    const values = valuesOf(measurement, metered.counters, profile.totalCounters);
    // Registers hold 32-bit floats.
    const lookUp = (name: keyof typeof values) => ({ value: Math.fround(values[name]), monoMs });
    balance.take({
      meter: wattnode.id,
      ts: isoTime(wallMs),
      mono_ms: monoMs,
      ok: true,
      channels: Object.fromEntries(maps.map((map) => [map.id, readChannel(map, lookUp)])),
    });
    const { snapshot, measured } = balance.tick({ wallMs, monoMs });
    minutes.push(...builder.take(snapshot, measured));
  }
  return minutes;
}
