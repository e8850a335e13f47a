/**
 * A home that comes out negative while every row above is silent: something makes power that is not
 * measured (where cloud edges have proven solar good), or nobody knows what.
 */
import { fieldsOf, numberOf } from './cases.ts';
import { Days } from './days.ts';
import type { Edges } from './edges.ts';
import { Facts, rounded } from './facts.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Surroundings, Verdict } from './rule.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';
import { SITE, type SiteCase, siteRule } from './site-case.ts';
import { provesSolar } from './slopes.ts';
import { Share } from './windows.ts';

const LEAST_W = 50;
const LEAST_SHARE = 0.03;
/** A flickering gain hides a small residual in single seconds, but not in means over these, ms. */
const MEAN_MS = 30_000;
const NEGATIVE_MS = 300_000;
/** Where there is solar, the row of reversed CTs is asked first at night, which takes it ten minutes. */
const BY_NIGHT_MS = 720_000;
/** And so is the row of exchanged phases where an input looks turned by a third. */
const TURNED_MS = 660_000;
/** What that row looks at, A and power factor: below the cosine of 30 degrees. */
const TURNED_A = 3;
const TURNED_FACTOR = Math.sqrt(3) / 2;
/** Solar below this by day is off, unplugged or turned round, W: not for this row to say. */
const SUNNY_W = 100;
const EDGES = 10;
const DAYS_CONFIRMED = 2;
const UNKNOWN_CLEARS_MS = 1_800_000;
const GENERATOR_CLEARS_MS = 3 * 86_400_000;
/** Mains that answer solar backwards: the first night will tell of reversed CTs. */
const BACKWARD_R = -0.7;

export function homeNegative({ config, edges }: RuleContext): Rule {
  const facts = new Facts(config);
  return siteRule('home_negative', () => new Negative(facts, edges, config.solar_position));
}

class Negative implements SiteCase {
  verdict: Verdict = 'quiet';
  readonly #facts: Facts;
  readonly #edges: Edges;
  readonly #position: 'load_side' | 'line_side';
  readonly #byDay = new Share(NEGATIVE_MS);
  readonly #byNight: Share;
  readonly #days = new Days();
  #sum = { ms: 0, homeMs: 0, excessMs: 0 };
  #isGenerator = false;
  /** Time with a negative home since it was last normal for long, by day and at night. */
  #dayMs = 0;
  #nightMs = 0;
  #quietMs = 0;
  #lowestW = 0;
  /** An input of the balance may be paired with another phase's voltage. */
  #mayBeTurned = false;

  constructor(facts: Facts, edges: Edges, position: 'load_side' | 'line_side') {
    this.#facts = facts;
    this.#edges = edges;
    this.#position = position;
    this.#byNight = new Share(facts.has('solar') ? BY_NIGHT_MS : NEGATIVE_MS);
  }

  get about(): string {
    return this.#isGenerator ? 'unmetered_generator' : 'unknown';
  }

  take(second: SiteSecond, { passedMs, blocked }: Surroundings): Verdict {
    const { homeRawW, mainsW, solarRawW, wallMs } = second;
    if (homeRawW === null || mainsW === null) return this.verdict;
    const sum = this.#sum;
    const largest = Math.max(Math.abs(mainsW), Math.abs(solarRawW ?? 0));
    sum.ms += passedMs;
    sum.homeMs += passedMs * homeRawW;
    sum.excessMs += passedMs * (homeRawW + LEAST_W + LEAST_SHARE * largest);
    if (sum.ms < MEAN_MS) return this.verdict;
    const isNegative = sum.excessMs < 0;
    const meanW = sum.homeMs / sum.ms;
    const spanMs = sum.ms;
    this.#sum = { ms: 0, homeMs: 0, excessMs: 0 };
    if (!second.channels.some((channel) => isOfBalance(channel) && blocked(channel))) {
      this.#note(second, { isNegative, meanW, spanMs });
    }
    return this.#judge(wallMs);
  }

  hypothesis(): Hypothesis | null {
    if (this.#byDay.coveredMs === 0 && this.#byNight.coveredMs === 0) return null;
    const evidence: Record<string, number> = {
      power_w: rounded(this.#lowestW),
      day_min: rounded(this.#dayMs / 60_000),
      night_min: rounded(this.#nightMs / 60_000),
      days: this.#days.count,
    };
    const isNow = this.#byDay.holds || this.#byNight.holds;
    const reasons: Argument[] = [
      { key: 'home_negative', supports: isNow, params: { ...evidence } },
    ];
    const slopes = this.#edges.slopes(EDGES);
    if (slopes !== null) {
      evidence.slope_r = rounded(slopes.r, 2);
      evidence.slope_b = rounded(slopes.b, 2);
      evidence.edges = slopes.edges;
      const supports = provesSolar(slopes, this.#position);
      reasons.push({ key: 'solar_proven', supports, params: evidence });
    }
    return {
      id: 'balance_residual',
      source: SITE,
      cause: this.about,
      verdict: this.verdict,
      evidence,
      arguments: reasons,
    };
  }

  save(): unknown {
    return {
      by_day: this.#byDay.save(),
      by_night: this.#byNight.save(),
      days: this.#days.save(),
      is_generator: this.#isGenerator,
      day_ms: this.#dayMs,
      night_ms: this.#nightMs,
      quiet_ms: this.#quietMs,
      lowest_w: this.#lowestW,
    };
  }

  restore(saved: unknown): void {
    const fields = fieldsOf(saved);
    this.#byDay.restore(fields.by_day);
    this.#byNight.restore(fields.by_night);
    this.#days.restore(fields.days);
    this.#isGenerator = fields.is_generator === true;
    this.#dayMs = numberOf(fields.day_ms);
    this.#nightMs = numberOf(fields.night_ms);
    this.#quietMs = numberOf(fields.quiet_ms);
    this.#lowestW = numberOf(fields.lowest_w);
  }

  #note(second: SiteSecond, mean: { isNegative: boolean; meanW: number; spanMs: number }): void {
    const { isNegative, meanW, spanMs } = mean;
    const when = this.#whenOf(second);
    if (!isNegative) this.#quietMs += spanMs;
    if (this.#quietMs >= UNKNOWN_CLEARS_MS && !this.#isGenerator) this.#forgive();
    if (when === null) return;
    (when === 'day' ? this.#byDay : this.#byNight).add(spanMs, isNegative);
    if (!isNegative) return;
    this.#quietMs = 0;
    this.#mayBeTurned = this.#facts.service === 'three_phase' && second.channels.some(looksTurned);
    if (when === 'day') this.#dayMs += spanMs;
    else this.#nightMs += spanMs;
    this.#lowestW = Math.min(this.#lowestW, meanW);
  }

  /** Of which time a second tells; null where a row above is to explain a negative home. */
  #whenOf(second: SiteSecond): 'day' | 'night' | null {
    const { daylight, solarRawW } = second;
    if (!this.#facts.has('solar')) return daylight === 'night' ? 'night' : 'day';
    if (solarRawW === null) return null;
    if (daylight === 'night' && this.#facts.onlyConsumes(second)) return 'night';
    const isSunny = (daylight === 'day' || daylight === 'unknown') && solarRawW > SUNNY_W;
    return isSunny ? 'day' : null;
  }

  #judge(wallMs: number | null): Verdict {
    if (this.#isGenerator && this.#quietMs >= GENERATOR_CLEARS_MS) this.#forgive();
    const isPatient = this.#mayBeTurned && this.#dayMs + this.#nightMs < TURNED_MS;
    const isNow = !isPatient && (this.#byDay.holds || this.#byNight.holds);
    const slopes = this.#edges.slopes(EDGES);
    const isProven = slopes !== null && provesSolar(slopes, this.#position);
    if (isNow && isProven) {
      this.#isGenerator = true;
      this.#days.note(wallMs);
    }
    if (this.#isGenerator) return this.#days.count >= DAYS_CONFIRMED ? 'confirmed' : 'suspected';
    if (this.verdict !== 'quiet' && this.#dayMs + this.#nightMs > 0) return 'suspected';
    const isExplainable = slopes !== null && slopes.r < BACKWARD_R;
    return isNow && !isExplainable ? 'suspected' : 'quiet';
  }

  #forgive(): void {
    this.#isGenerator = false;
    this.#days.clear();
    this.#dayMs = 0;
    this.#nightMs = 0;
    this.#lowestW = 0;
  }
}

function isOfBalance({ role }: ChannelSecond): boolean {
  return role === 'grid' || role === 'solar' || role === 'battery';
}

/** Whether an input carries what a third of a turn may have taken from its power. */
function looksTurned(channel: ChannelSecond): boolean {
  if (!isOfBalance(channel) || channel.phases.length < 2) return false;
  return channel.phases.some(({ voltage_v: volts, current_a: amps, power_w: watts }) => {
    if (volts === null || amps === null || watts === null || amps < TURNED_A) return false;
    return Math.abs(watts) < TURNED_FACTOR * volts * amps;
  });
}
