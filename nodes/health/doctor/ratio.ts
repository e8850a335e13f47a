/**
 * A CT whose ratio is wrong: at cloud edges the mains answer solar by a known factor. The slopes alone
 * cannot tell whose factor it is; what home and solar would come to says which side can be meant. The
 * utility's meter tells it of the grid's CTs alone.
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
import type { UtilityLooks, UtilityWord } from './utility-looks.ts';
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
  readonly #utility: UtilityLooks;
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
  #utilityNews = -1;
  /** What the edges come to by themselves. */
  #byEdges: Verdict = 'quiet';
  /** The known factor that was found, mains as read over solar as read. */
  #factor: number | null = null;
  /** Whose it is; null where both could be. */
  #side: 'grid' | 'solar' | null = null;

  constructor({ config, edges, utility }: RuleContext, facts: Facts) {
    this.#edges = edges;
    this.#utility = utility;
    this.#facts = facts;
    this.#config = config;
    this.#factors = knownFactors(config.ct_profiles);
    this.#plausible = plausibleOf(config.site);
  }

  get about(): string {
    return `${this.#source} ${this.#cause}`;
  }

  take(second: SiteSecond, { passedMs }: Surroundings): Verdict {
    this.#watch(second, passedMs);
    this.#sinceMs += passedMs;
    const isNews = this.#edges.news !== this.#judged || this.#utility.news !== this.#utilityNews;
    if (!isNews && this.#sinceMs < LOOK_MS) return this.verdict;
    this.#judged = this.#edges.news;
    this.#utilityNews = this.#utility.news;
    this.#sinceMs = 0;
    this.#byEdges = this.#hasEdges ? this.#judge() : 'quiet';
    return this.#proof === null ? this.#byEdges : 'confirmed';
  }

  hypothesis(): Hypothesis | null {
    const slopes = this.#hasEdges ? this.#slopes(EDGES) : null;
    const { word } = this.#utility;
    if (slopes === null && word === null) return null;
    const cause = this.#cause;
    const bySlopes = slopes && this.#slopeEvidence(slopes);
    const evidence = { ...bySlopes, ...(this.#proof && this.#utilityEvidence(this.#proof)) };
    return {
      id: 'ct_ratio_suspect',
      source: this.#source,
      ...(cause === null ? {} : { cause }),
      verdict: this.verdict,
      evidence,
      arguments: [
        ...(bySlopes ? this.#slopeArguments(bySlopes) : []),
        ...(word ? this.#utilityArguments(word) : []),
      ],
    };
  }

  save(): unknown {
    return {
      factor: this.#factor,
      by_edges: this.#byEdges,
      night: this.#night.save(),
      night_w: this.#nightW,
      highest_w: this.#highestW,
    };
  }

  restore(saved: unknown): void {
    const { factor, by_edges, night, night_w, highest_w } = fieldsOf(saved);
    if (by_edges === 'suspected' || by_edges === 'confirmed') this.#byEdges = by_edges;
    this.#factor = typeof factor === 'number' ? factor : null;
    this.#night.restore(night);
    this.#nightW = numberOf(night_w);
    this.#highestW = numberOf(highest_w);
    this.#findSide();
  }

  /** What the utility's meter has found wrong; null while nothing. */
  get #proof(): UtilityWord | null {
    const { word } = this.#utility;
    return word?.says === 'wrong' ? word : null;
  }

  /** The one that is meant, where it is known: grid CTs that agree with the utility are not. */
  get #meant(): 'grid' | 'solar' | null {
    if (this.#proof !== null) return 'grid';
    if (this.#utility.word === null) return this.#side;
    const isRight = this.#utility.word.says === 'right';
    if (this.#byEdges === 'quiet') return 'grid';
    return isRight ? 'solar' : this.#side;
  }

  get #source(): string {
    return (this.#meant === null ? undefined : this.#only(this.#meant)?.id) ?? SITE;
  }

  get #cause(): string | null {
    if (this.#proof === null) return this.#source === SITE ? 'solar_or_grid' : null;
    return this.#rated('grid') === null ? 'utility' : 'utility_rating';
  }

  get #hasEdges(): boolean {
    return this.#config.solar_position !== 'line_side';
  }

  /** What a home and its plant come to, as they are read. */
  #watch(second: SiteSecond, passedMs: number): void {
    const { solarRawW, mainsW, daylight } = second;
    if (!this.#hasEdges || solarRawW === null) return;
    this.#solarW += (Math.abs(solarRawW) - this.#solarW) * Math.min(1, passedMs / SOLAR_MS);
    if (this.#solarW > this.#highestW) this.#highestW = this.#solarW;
    if (daylight !== 'night' || mainsW === null || !this.#facts.onlyConsumes(second)) return;
    this.#night.add(passedMs, true);
    const coveredMs = Math.min(NIGHT_MS, Math.max(passedMs, this.#night.coveredMs));
    this.#nightW += ((Math.abs(mainsW) - this.#nightW) * passedMs) / Math.max(1, coveredMs);
  }

  #slopeEvidence(slopes: Slopes): SlopeEvidence {
    const factor = this.#factor ?? slopes.r;
    return {
      slope_r: rounded(slopes.r, 3),
      edges: (this.#slopes(EDGES_CONFIRMED) ?? slopes).edges,
      spread_percent: rounded((100 * slopes.spread) / Math.abs(slopes.r)),
      ...factorEvidence(factor, Math.abs(slopes.r / factor - 1)),
      ...this.#ratings(factor),
    };
  }

  #slopeArguments(evidence: SlopeEvidence): Argument[] {
    const params = { ...evidence };
    const told: Argument[] = [{ key: 'slope_factor', supports: this.#byEdges !== 'quiet', params }];
    if (this.#night.coveredMs < NIGHT_SEEN_MS) return told;
    const factorW = rounded(this.#nightW / evidence.factor);
    const night = { power_w: rounded(this.#nightW), factor_w: factorW };
    return [...told, { key: 'home_at_night', supports: this.#meant === 'grid', params: night }];
  }

  #utilityEvidence({ factor, off, utilityKwh, oursKwh }: UtilityWord): Record<string, number> {
    return {
      utility_kwh: rounded(utilityKwh, 1),
      ours_kwh: rounded(oursKwh, 1),
      ...factorEvidence(factor, off),
      ...this.#ratings(factor),
    };
  }

  #utilityArguments(word: UtilityWord): Argument[] {
    const { says, utilityKwh, oursKwh } = word;
    const told = { utility_kwh: rounded(utilityKwh, 1), ours_kwh: rounded(oursKwh, 1) };
    if (says === 'wrong') {
      return [{ key: 'utility_wrong', supports: true, params: this.#utilityEvidence(word) }];
    }
    if (says === 'other') {
      const params = { ...told, factor: rounded(word.factor, 4) };
      return [{ key: 'utility_unlike', supports: false, params }];
    }
    return [{ key: 'utility_right', supports: this.#byEdges !== 'quiet', params: told }];
  }

  /**
   * Mains that read next to nothing nearly always lie about 0: then those edges are all there is. What
   * they have shown stands until as many edges of mains that move freely say otherwise.
   */
  #slopes(count: number): Slopes | null {
    const mayHeld = this.#factor !== null || this.#edges.slopes(1) === null;
    return this.#edges.slopes(count) ?? (mayHeld ? this.#edges.heldSlopes(count) : null);
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
    return this.#byEdges === 'confirmed' || isProven ? 'confirmed' : 'suspected';
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
    const side = this.#meant;
    const rated = side === null ? null : this.#rated(side);
    if (rated === null) return {};
    const fits = side === 'grid' ? rated / factor : rated * factor;
    return { rated_a: rated, suggested_a: rounded(fits, 1) };
  }

  #rated(side: 'grid' | 'solar'): number | null {
    const channel = this.#only(side);
    return channel === undefined ? null : ratedAmps(this.#config, channel.config);
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

interface SlopeEvidence extends Record<string, number> {
  factor: number;
}

/** @param off  what it is off by, as a share */
function factorEvidence(factor: number, off: number) {
  return {
    factor: rounded(factor, 4),
    times: rounded(factor < 1 ? 1 / factor : factor, 2),
    fit_percent: rounded(100 * off),
  };
}
