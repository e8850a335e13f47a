/**
 * A solar CT turned round: solar that is negative by day. Only something that stores or draws could
 * be that too, and it would not rest at night.
 */
import { type Case, Cases, fieldsOf, numberOf, WHOLE } from './cases.ts';
import type { Slopes } from './edges.ts';
import { Facts, numberOfPhase, rounded } from './facts.ts';
import { ratedAmps } from './gates.ts';
import type { Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { Daylight } from './second.ts';
import { Share } from './windows.ts';

const SUSPECTED_MS = 10 * 60_000;
const CONFIRMED_MS = 30 * 60_000;
const NIGHT_MS = 30 * 60_000;
/** Edges at which the mains follow what solar reads, sign aside, prove that it is solar. */
const EDGES = 10;
const FOLLOWED = 0.3;
/** An inverter's own draw at night stays below, W. */
const RESTING_W = 100;
/** Negative beyond this is no standby: W, and a share of what the CT is rated for. */
const LEAST_W = 100;
const LEAST_SHARE = 0.02;

export function reversedSolar({ config, edges }: RuleContext): Rule {
  const facts = new Facts(config);
  const leastW = new Map<string, number>();
  for (const meter of config.meters) {
    for (const channel of meter.channels) {
      const ratedW = (ratedAmps(config, channel) ?? 0) * channel.multiplier * facts.nominalV;
      leastW.set(`${meter.id}/${channel.id}`, Math.max(LEAST_W, LEAST_SHARE * ratedW));
    }
  }
  const cases = new Cases((channel, phase) => {
    return new SolarWire(channel, phase, leastW.get(channel) ?? LEAST_W);
  });

  return {
    name: 'ct_reversed_solar',
    take(second, { passedMs, blocked }) {
      const slopes = edges.slopes(EDGES);
      for (const channel of second.channels) {
        if (channel.role !== 'solar') continue;
        const { phases, powerW } = channel;
        const now = { daylight: second.daylight, slopes };
        for (const { phase, power_w: watts, voltage_v } of phases) {
          if (watts === null || !facts.isSound(voltage_v) || blocked(channel, phase)) continue;
          const wire = cases.of(channel.id, phase);
          cases.settle(wire, wire.take(passedMs, watts, now));
        }
        if (phases.length > 0 || powerW === null || blocked(channel)) continue;
        const wire = cases.of(channel.id, WHOLE);
        cases.settle(wire, wire.take(passedMs, powerW, now));
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

interface Now {
  daylight: Daylight;
  slopes: Slopes | null;
}

class SolarWire implements Case {
  verdict: Verdict = 'quiet';
  readonly #channel: string;
  readonly #phase: string;
  readonly #leastW: number;
  readonly #day = new Share(SUSPECTED_MS);
  readonly #long = new Share(CONFIRMED_MS);
  readonly #night = new Share(NIGHT_MS);
  #slopes: Slopes | null = null;
  #watts = 0;
  #nightW = 0;

  constructor(channel: string, phase: string, leastW: number) {
    this.#channel = channel;
    this.#phase = phase;
    this.#leastW = leastW;
  }

  take(passedMs: number, watts: number, { daylight, slopes }: Now): Verdict {
    this.#slopes = slopes;
    if (daylight === 'night') {
      this.#nightW = watts;
      this.#night.add(passedMs, Math.abs(watts) < RESTING_W);
    } else if (daylight === 'day' && Math.abs(watts) >= this.#leastW) {
      this.#watts = watts;
      this.#day.add(passedMs, watts < 0);
      this.#long.add(passedMs, watts < 0);
    } else return this.verdict;
    return this.#judge();
  }

  hypothesis(): Hypothesis | null {
    if (this.#day.coveredMs === 0) return null;
    const { percent } = this.#day;
    const minutes = rounded((this.#long.share * this.#long.coveredMs) / 60_000);
    return {
      id: 'ct_reversed',
      source: this.#channel,
      verdict: this.verdict,
      evidence: {
        ...(this.#phase === WHOLE ? {} : { phase: numberOfPhase(this.#phase) }),
        percent,
        minutes,
        power_w: rounded(this.#watts),
        least_w: rounded(this.#leastW),
      },
      arguments: [
        { key: 'solar_negative_by_day', supports: percent >= 50, params: { percent, minutes } },
        ...(this.#night.coveredMs === 0
          ? []
          : [
              {
                key: 'solar_rests_at_night',
                supports: this.#night.holds,
                params: { power_w: rounded(this.#nightW) },
              },
            ]),
        ...(this.#slopes === null
          ? []
          : [
              {
                key: 'mains_follow_solar',
                supports: this.#isFollowed,
                params: { edges: this.#slopes.edges, slope_r: rounded(this.#slopes.r, 2) },
              },
            ]),
      ],
      ...(this.#phase === WHOLE ? {} : { phases: [this.#phase] }),
    };
  }

  save(): unknown {
    return {
      day: this.#day.save(),
      long: this.#long.save(),
      night: this.#night.save(),
      watts: this.#watts,
      night_w: this.#nightW,
    };
  }

  restore(saved: unknown): void {
    const { day, long, night, watts, night_w } = fieldsOf(saved);
    this.#day.restore(day);
    this.#long.restore(long);
    this.#night.restore(night);
    this.#watts = numberOf(watts);
    this.#nightW = numberOf(night_w);
  }

  get #isFollowed(): boolean {
    return this.#slopes !== null && Math.abs(this.#slopes.r - 1) <= FOLLOWED;
  }

  #judge(): Verdict {
    // What works at night is not solar at all: its channel may have been exchanged with another.
    const isNone = this.#day.denies || this.#night.denies;
    if (isNone || (this.verdict === 'suspected' && this.#day.fails)) {
      if (this.verdict !== 'quiet') this.#long.clear();
      return 'quiet';
    }
    if (this.verdict === 'confirmed' || !this.#day.holds) return this.verdict;
    const isProven = this.#night.holds || this.#isFollowed;
    return this.#long.holds && isProven ? 'confirmed' : 'suspected';
  }
}
