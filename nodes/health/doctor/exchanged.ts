/**
 * Solar and grid channels exchanged: "solar" delivers at night and goes both ways, "grid" lies at the
 * inverter's own draw all night and never gives. An inverter with a battery behind it delivers at night
 * too, but then the mains move with every load.
 */
import { fieldsOf, numberOf } from './cases.ts';
import { Facts, rounded } from './facts.ts';
import type { Gates } from './gates.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Surroundings, Verdict } from './rule.ts';
import type { SiteSecond } from './second.ts';
import { SITE, type SiteCase, siteRule } from './site-case.ts';
import { Share } from './windows.ts';

const NIGHT_MS = 600_000;
/** "Solar" from here on at night is no solar, and "grid" below this is an inverter asleep, W. */
const DELIVERS_W = 200;
const ASLEEP_W = 50;
/** Over the night "solar" has moved by this and "grid" stayed within that, W. */
const MOVED_W = 50;
const STILL_W = 25;
const DAY_MS = 12 * 3_600_000;
/** So much of a day has to be seen, and "solar" negative for so long of it, ms. */
const DAY_SEEN_MS = 2 * 3_600_000;
const NEGATIVE_MS = 600_000;
const NEGATIVE_W = -100;
const GIVES_SHARE = 0.01;

export function exchanged({ config }: RuleContext): Rule {
  const facts = new Facts(config);
  const grid = config.meters.flatMap(({ id, channels }) =>
    channels.filter(({ role }) => role === 'grid').map((channel) => `${id}/${channel.id}`),
  )[0];
  return siteRule('solar_grid_exchanged', () => new Exchanged(facts, facts.gates(grid ?? '')));
}

class Exchanged implements SiteCase {
  verdict: Verdict = 'quiet';
  readonly #facts: Facts;
  readonly #gates: Gates;
  readonly #night = new Share(NIGHT_MS);
  readonly #mains = new Range();
  readonly #solar = new Range();
  readonly #gives = new Share(DAY_MS);
  readonly #negative = new Share(DAY_MS);
  #solarW = 0;

  constructor(facts: Facts, gates: Gates) {
    this.#facts = facts;
    this.#gates = gates;
  }

  take(second: SiteSecond, { passedMs }: Surroundings): Verdict {
    const { daylight, mainsW, solarRawW } = second;
    if (mainsW === null || solarRawW === null) return this.verdict;
    if (daylight === 'night') {
      if (this.#facts.isBatteryIdle(second)) this.#takeNight(passedMs, mainsW, solarRawW);
    } else if (daylight === 'day') {
      this.#mains.clear();
      this.#solar.clear();
      this.#gives.add(passedMs, mainsW < -this.#gates.leastW);
      this.#negative.add(passedMs, solarRawW < NEGATIVE_W);
    } else return this.verdict;
    return this.#judge();
  }

  hypothesis(): Hypothesis | null {
    if (this.#night.coveredMs === 0) return null;
    const evidence = {
      power_w: rounded(this.#solarW),
      night_percent: this.#night.percent,
      mains_moved_w: rounded(this.#mains.width),
      negative_min: rounded(this.#negativeMs / 60_000),
    };
    const byDay: Argument[] =
      this.#gives.coveredMs === 0
        ? []
        : [
            {
              key: 'solar_both_ways',
              supports: this.#negativeMs >= NEGATIVE_MS,
              params: { minutes: evidence.negative_min },
            },
            {
              key: 'mains_never_give',
              supports: this.#gives.share <= GIVES_SHARE,
              params: { percent: rounded(100 * this.#gives.share, 1) },
            },
          ];
    return {
      id: 'balance_residual',
      source: SITE,
      cause: 'solar_grid_swapped',
      verdict: this.verdict,
      evidence,
      arguments: [
        { key: 'solar_at_night', supports: !this.#night.fails, params: evidence },
        ...byDay,
      ],
    };
  }

  save(): unknown {
    return {
      night: this.#night.save(),
      gives: this.#gives.save(),
      negative: this.#negative.save(),
      mains: this.#mains.save(),
      solar: this.#solar.save(),
      solar_w: this.#solarW,
    };
  }

  restore(saved: unknown): void {
    const fields = fieldsOf(saved);
    this.#night.restore(fields.night);
    this.#gives.restore(fields.gives);
    this.#negative.restore(fields.negative);
    this.#mains.restore(fields.mains);
    this.#solar.restore(fields.solar);
    this.#solarW = numberOf(fields.solar_w);
  }

  #takeNight(passedMs: number, mainsW: number, solarRawW: number): void {
    const isSo = solarRawW > DELIVERS_W && Math.abs(mainsW) < ASLEEP_W;
    this.#night.add(passedMs, isSo);
    if (!isSo) return;
    this.#mains.add(mainsW);
    this.#solar.add(solarRawW);
    this.#solarW += (solarRawW - this.#solarW) * Math.min(1, passedMs / NIGHT_MS);
  }

  #judge(): Verdict {
    if (this.verdict === 'quiet') {
      const isStill = this.#mains.width <= STILL_W && this.#solar.width >= MOVED_W;
      return this.#night.holds && isStill ? 'suspected' : 'quiet';
    }
    if (this.#night.fails) return 'quiet';
    const isDaySeen =
      this.#gives.coveredMs >= DAY_SEEN_MS &&
      this.#gives.share <= GIVES_SHARE &&
      this.#negativeMs >= NEGATIVE_MS;
    return this.verdict === 'confirmed' || isDaySeen ? 'confirmed' : 'suspected';
  }

  get #negativeMs(): number {
    return this.#negative.share * this.#negative.coveredMs;
  }
}

/** The least and the most of what was seen. */
class Range {
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }

  get width(): number {
    return Math.max(0, this.#most - this.#least);
  }

  clear(): void {
    this.#least = Number.POSITIVE_INFINITY;
    this.#most = Number.NEGATIVE_INFINITY;
  }

  save(): unknown {
    return this.#least <= this.#most ? { least: this.#least, most: this.#most } : {};
  }

  restore(saved: unknown): void {
    const { least, most } = fieldsOf(saved);
    if (typeof least === 'number') this.add(least);
    if (typeof most === 'number') this.add(most);
  }
}
