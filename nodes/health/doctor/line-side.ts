/**
 * Solar that joins before the mains CTs while the configuration says behind them: the home seems to
 * follow the sun, and the mains do not react to it.
 */
import { fieldsOf } from './cases.ts';
import { Days } from './days.ts';
import type { Edges, Slopes } from './edges.ts';
import { rounded } from './facts.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Surroundings, Verdict } from './rule.ts';
import type { SiteSecond } from './second.ts';
import { SITE, type SiteCase, siteRule } from './site-case.ts';
import { constantFactor } from './slopes.ts';
import { Share } from './windows.ts';

const EDGES = 10;
const EDGES_CONFIRMED = 30;
const DAYS_CONFIRMED = 2;
const FOLLOWS = [0.7, 1.3] as const;
const STILL_R = 0.3;
const SPREAD_R = 0.2;
const CLEARED_B = 0.3;
/** Seconds with sun by which it is judged whether the mains ever give. */
const SUNNY_MS = 6 * 3_600_000;
const SUNNY_W = 300;
/** Mains below this give, W; mains before the CTs of the home never do, save for a wild read. */
const GIVES_W = -50;
const GIVES_SHARE = 0.01;

export function lineSide({ config, edges }: RuleContext): Rule {
  const isPossible = config.solar_position === 'load_side';
  return siteRule('line_side', () => new LineSide(isPossible, edges));
}

class LineSide implements SiteCase {
  verdict: Verdict = 'quiet';
  readonly #isPossible: boolean;
  readonly #edges: Edges;
  readonly #gives = new Share(SUNNY_MS);
  /** On which edges have fitted, all of the last ten. */
  readonly #days = new Days();
  #judged = -1;

  constructor(isPossible: boolean, edges: Edges) {
    this.#isPossible = isPossible;
    this.#edges = edges;
  }

  take({ solarRawW, mainsW, wallMs }: SiteSecond, { passedMs }: Surroundings): Verdict {
    if (!this.#isPossible) return 'quiet';
    if (solarRawW !== null && mainsW !== null && Math.abs(solarRawW) > SUNNY_W) {
      this.#gives.add(passedMs, mainsW < GIVES_W);
    }
    if (this.#edges.news === this.#judged) return this.verdict;
    this.#judged = this.#edges.news;
    return this.#judge(wallMs);
  }

  hypothesis(): Hypothesis | null {
    const slopes = this.#edges.slopes(EDGES);
    if (!this.#isPossible || slopes === null) return null;
    const evidence = {
      slope_b: rounded(slopes.b, 2),
      slope_r: rounded(slopes.r, 2),
      edges: this.#edges.slopes(EDGES_CONFIRMED)?.edges ?? slopes.edges,
      days: this.#days.count,
    };
    const reasons: Argument[] = [
      { key: 'home_follows_sun', supports: isFollowing(slopes), params: evidence },
      { key: 'mains_still', supports: isStill(slopes), params: evidence },
      {
        key: 'mains_never_give',
        supports: this.#gives.share <= GIVES_SHARE,
        params: { percent: rounded(100 * this.#gives.share, 1) },
      },
    ];
    return {
      id: 'balance_residual',
      source: SITE,
      cause: 'solar_line_side',
      verdict: this.verdict,
      evidence,
      arguments: reasons,
    };
  }

  save(): unknown {
    return { gives: this.#gives.save(), days: this.#days.save() };
  }

  restore(saved: unknown): void {
    const { gives, days } = fieldsOf(saved);
    this.#gives.restore(gives);
    this.#days.restore(days);
  }

  #judge(wallMs: number | null): Verdict {
    const slopes = this.#edges.slopes(EDGES);
    if (slopes === null) return 'quiet';
    const isSo = this.#fits(slopes);
    if (!isSo && (this.verdict === 'quiet' || slopes.b < CLEARED_B)) {
      this.#days.clear();
      return 'quiet';
    }
    if (isSo) this.#days.note(wallMs);
    const many = this.#edges.slopes(EDGES_CONFIRMED);
    const isProven = many !== null && this.#fits(many) && this.#days.count >= DAYS_CONFIRMED;
    return this.verdict === 'confirmed' || isProven ? 'confirmed' : 'suspected';
  }

  #fits(slopes: Slopes): boolean {
    if (this.#gives.share > GIVES_SHARE) return false;
    // An inverter that follows the loads moves the home as well, but by turns.
    const isSteady = slopes.spread <= SPREAD_R;
    return isSteady && isFollowing(slopes) && isStill(slopes) && constantFactor(slopes) === null;
  }
}

function isFollowing({ b }: Slopes): boolean {
  return b >= FOLLOWS[0] && b <= FOLLOWS[1];
}

/** No input reacts. Two that react against each other are a CT turned round and no setting. */
function isStill({ r, wires }: Slopes): boolean {
  return [r, ...Object.values(wires)].every((each) => Math.abs(each) <= STILL_R);
}
