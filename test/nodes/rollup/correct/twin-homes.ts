/** One home, metered twice at the same time: once as configured rightly, once wrongly. */
import { Balance } from '../../../../nodes/balance/home.ts';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../../../nodes/journal/minute-builder.ts';
import { corrected, correctionOf } from '../../../../nodes/meter/correction.ts';
import type { ChannelReading } from '../../../../nodes/meter/reading.ts';
import { createHome, flowsOf } from '../../../../nodes/simulator/home.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import { recordedConfig } from '../../../../nodes/site/hash.ts';
import type { ChannelConfig, SiteConfig } from '../../../../nodes/site/schema.ts';
import { siteConfigSchema } from '../../../../nodes/site/schema.ts';
import { CHICAGO } from '../../../support/simulated-meter.ts';

export type Channels = Record<string, Partial<ChannelConfig>>;

/** One meter `main`; its channels are named after the CTs that they read. */
export function configOf(channels: Channels, more: Record<string, unknown> = {}): SiteConfig {
  return siteConfigSchema.parse({
    meters: [
      {
        id: 'main',
        source: 'external',
        channels: Object.entries(channels).map(([id, channel]) => ({ id, ...channel })),
      },
    ],
    ...more,
  });
}

export const recorded = (config: SiteConfig) => recordedConfig(config);

/** W of each CT at an instant, as the wires really are; + the way the right configuration counts. */
export type Truth = (ms: number) => Record<string, number>;

/** A home in Chicago; solar joins where `position` says. */
export function chicago(position: SiteConfig['solar_position'] = 'load_side'): Truth {
  const home = createHome(CHICAGO, { seed: 7 });
  return (ms) => {
    const { homeW, solarW, standbyW, gridW } = flowsOf(home.at(ms));
    const solarRawW = solarW - standbyW;
    // Before the solar joins, the mains see the house alone; behind it, what the utility meter sees.
    const mainsW = position === 'line_side' ? homeW - standbyW : gridW;
    const batteryW = Math.max(-2000, Math.min(1500, 900 - solarRawW));
    return {
      mains: mainsW,
      pv: solarRawW,
      battery: batteryW,
      legA: mainsW * 0.7,
      legB: mainsW * 0.3,
    };
  };
}

export interface Metered {
  truth: Truth;
  /** How the meter shows what is true: what `right` undoes. */
  right: SiteConfig;
  /** The configurations that measure at the same time. */
  under: SiteConfig[];
  from: string;
  minutes: number;
}

/** The minutes that each configuration makes of the same seconds. */
export function meter({ truth, right, under, from, minutes }: Metered): MinuteRecord[][] {
  const startMs = Date.parse(from);
  const makers = under.map((config) => ({
    config,
    builder: new MinuteBuilder('cfg'),
    records: [] as MinuteRecord[],
    balance: new Balance({
      config,
      run: 'r1',
      simulated: false,
      start: { wallMs: startMs, monoMs: 0 },
    }),
  }));
  for (let s = 0; s <= minutes * 60; s++) {
    const [wallMs, monoMs] = [startMs + s * 1000, s * 1000];
    const shown = shownBy(right, truth(wallMs));
    for (const { config, balance, builder, records } of makers) {
      const channels = asConfigured(config, shown);
      balance.take({ meter: 'main', ts: isoTime(wallMs), mono_ms: monoMs, ok: true, channels });
      const { snapshot, measured } = balance.tick({ wallMs, monoMs });
      if (s > 0) records.push(...builder.take(snapshot, measured));
    }
  }
  return makers.map(({ records }) => records);
}

/** What the meter itself shows: the right configuration makes the truth of it. */
function shownBy(right: SiteConfig, truth: Record<string, number>): Record<string, number> {
  const entries = right.meters.flatMap(({ channels }) =>
    channels.map((channel: ChannelConfig) => {
      const { factor, invert } = correctionOf(channel, right.ct_profiles);
      return [channel.id, (truth[channel.id] ?? 0) / (invert ? -factor : factor)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

function asConfigured(
  config: SiteConfig,
  shown: Record<string, number>,
): Record<string, ChannelReading> {
  const entries = config.meters.flatMap(({ channels }) =>
    channels.map((channel: ChannelConfig) => {
      const power_w = shown[channel.id] ?? null;
      const reading: ChannelReading = { role: channel.role, power_w };
      return [channel.id, corrected(reading, correctionOf(channel, config.ct_profiles))] as const;
    }),
  );
  return Object.fromEntries(entries);
}
