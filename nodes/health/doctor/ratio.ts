/**
 * A CT whose ratio is wrong: at cloud edges the mains answer solar by a known factor. The slopes alone
 * cannot tell whose factor it is; what home and solar would come to says which side can be meant.
 */
import type { ChannelConfig, SiteConfig } from '../../site/schema.ts';
import { fieldsOf, numberOf } from './cases.ts';
import type { Edges, Slopes } from './edges.ts';
import { Facts, rounded } from './facts.ts';
import { ratedAmps } from './gates.ts';
import { knownFactors, nearestFactor, type Plausible, plausibleOf, sideOf } from './ratio-side.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Surroundings, Verdict } from './rule.ts';
import type { SiteSecond } from './second.ts';
import { SITE, type SiteCase, siteRule } from './site-case.ts';
import { constantFactor } from './slopes.ts';
import { Share } from './windows.ts';

const EDGES = 10;
const EDGES_CONFIRMED = 30;
const OFF = 0.15;
const RIGHT = 0.07;
const SPREAD_SUSPECTED = 0.3;
const SPREAD_CONFIRMED = 0.15;
/** Solar is averaged over this before its highest is kept, and the home at night over that, ms. */
const SOLAR_MS = 60_000;
const NIGHT_MS = 3_600_000;
const NIGHT_SEEN_MS = 600_000;
/** Without a new edge the sides are weighed again this often, ms. */
const LOOK_MS = 600_000;

export function ratioSuspect(context: RuleContext): Rule {
  const facts = new Facts(context.config);
  return siteRule('ratio', () => new Ratio(context, facts));
}

class Ratio implements SiteCase {
  verdict: Verdict = 'quiet';
  readonly #edges: Edges;
  readonly #facts: Facts;
  readonly #config: SiteConfig;
  readonly #factors: number[];
  readonly #plausible: Plausible;
  readonly #night = new Share(NIGHT_MS);
  #nightW = 0;
  #solarW = 0;
  #highestW = 0;
  #judged = -1;
  #sinceMs = 0;
  /** The known factor that was found, mains as read over solar as read. */
  #factor: number | null = null;
  /** Whose it is; null where both could be. */
  #side: 'grid' | 'solar' | null = null;

  constructor({ config, edges }: RuleContext, facts: Facts) {
    this.#edges = edges;
    this.#facts = facts;
    this.#config = config;
    this.#factors = knownFactors(config.ct_profiles);
    this.#plausible = plausibleOf(config.site);
  }

  get about(): string {
    return (this.#side === null ? undefined : this.#only(this.#side)?.id) ?? SITE;
  }

  take(second: SiteSecond, { passedMs }: Surroundings): Verdict {
    const { solarRawW, mainsW, daylight } = second;
    if (this.#config.solar_position === 'line_side' || solarRawW === null) return this.verdict;
    this.#solarW += (Math.abs(solarRawW) - this.#solarW) * Math.min(1, passedMs / SOLAR_MS);
    if (this.#solarW > this.#highestW) this.#highestW = this.#solarW;
    if (daylight === 'night' && mainsW !== null && this.#facts.onlyConsumes(second)) {
      this.#night.add(passedMs, true);
      const coveredMs = Math.min(NIGHT_MS, Math.max(passedMs, this.#night.coveredMs));
      this.#nightW += ((Math.abs(mainsW) - this.#nightW) * passedMs) / Math.max(1, coveredMs);
    }
    this.#sinceMs += passedMs;
    if (this.#edges.news === this.#judged && this.#sinceMs < LOOK_MS) return this.verdict;
    this.#judged = this.#edges.news;
    this.#sinceMs = 0;
    return this.#judge();
  }

  hypothesis(): Hypothesis | null {
    const slopes = this.#slopes(EDGES);
    if (slopes === null || this.#config.solar_position === 'line_side') return null;
    const factor = this.#factor ?? slopes.r;
    const evidence: Record<string, number> = {
      slope_r: rounded(slopes.r, 3),
      edges: (this.#slopes(EDGES_CONFIRMED) ?? slopes).edges,
      spread_percent: rounded((100 * slopes.spread) / Math.abs(slopes.r)),
      factor: rounded(factor, 4),
      times: rounded(factor < 1 ? 1 / factor : factor, 2),
      fit_percent: rounded(100 * Math.abs(slopes.r / factor - 1)),
      ...this.#ratings(factor),
    };
    const reasons: Argument[] = [
      { key: 'slope_factor', supports: this.verdict !== 'quiet', params: { ...evidence } },
    ];
    if (this.#night.coveredMs >= NIGHT_SEEN_MS) {
      const params = { power_w: rounded(this.#nightW), factor_w: rounded(this.#nightW / factor) };
      reasons.push({ key: 'home_at_night', supports: this.#side === 'grid', params });
    }
    return {
      id: 'ct_ratio_suspect',
      source: this.about,
      ...(this.about === SITE ? { cause: 'solar_or_grid' } : {}),
      verdict: this.verdict,
      evidence,
      arguments: reasons,
    };
  }

  save(): unknown {
    return {
      factor: this.#factor,
      night: this.#night.save(),
      night_w: this.#nightW,
      highest_w: this.#highestW,
    };
  }

  restore(saved: unknown): void {
    const { factor, night, night_w, highest_w } = fieldsOf(saved);
    this.#factor = typeof factor === 'number' ? factor : null;
    this.#night.restore(night);
    this.#nightW = numberOf(night_w);
    this.#highestW = numberOf(highest_w);
    this.#findSide();
  }

  /** Mains that read next to nothing always lie about 0: then those edges are all there is. */
  #slopes(count: number): Slopes | null {
    const held = this.#edges.slopes(1) === null ? this.#edges.heldSlopes(count) : null;
    return this.#edges.slopes(count) ?? held;
  }

  #judge(): Verdict {
    const slopes = this.#slopes(EDGES);
    if (slopes === null || Math.abs(slopes.r - 1) <= RIGHT) {
      this.#factor = null;
      return 'quiet';
    }
    const factor = this.#factorOf(slopes, SPREAD_SUSPECTED);
    if (factor === null && this.#factor === null) return 'quiet';
    this.#factor = factor ?? this.#factor;
    this.#findSide();
    const many = this.#slopes(EDGES_CONFIRMED);
    const isProven = many !== null && this.#factorOf(many, SPREAD_CONFIRMED) === this.#factor;
    return this.verdict === 'confirmed' || isProven ? 'confirmed' : 'suspected';
  }

  #factorOf(slopes: Slopes, spread: number): number | null {
    const { r } = slopes;
    if (r <= 0 || Math.abs(r - 1) <= OFF || slopes.spread > spread * r) return null;
    return constantFactor(slopes) === null ? null : nearestFactor(this.#factors, r);
  }

  #findSide(): void {
    if (this.#factor === null) return;
    const isNightKnown = this.#night.coveredMs >= NIGHT_SEEN_MS;
    this.#side = sideOf(this.#plausible, {
      factor: this.#factor,
      solarW: this.#highestW,
      nightW: isNightKnown ? this.#nightW : null,
    });
  }

  /** The rating that is set, and the one that would fit. */
  #ratings(factor: number): Record<string, number> {
    const channel = this.#side === null ? undefined : this.#only(this.#side);
    const rated = channel === undefined ? null : ratedAmps(this.#config, channel.config);
    if (rated === null) return {};
    const fits = this.#side === 'grid' ? rated / factor : rated * factor;
    return { rated_a: rated, suggested_a: rounded(fits, 1) };
  }

  /** The channel of a role, where there is just one: of several, slopes cannot tell which. */
  #only(role: 'grid' | 'solar'): { id: string; config: ChannelConfig } | undefined {
    const channels = this.#config.meters.flatMap((meter) =>
      meter.channels
        .filter((channel) => channel.role === role)
        .map((config) => ({ id: `${meter.id}/${config.id}`, config })),
    );
    return channels.length === 1 ? channels[0] : undefined;
  }
}
