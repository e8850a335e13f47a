/**
 * Grid CTs turned round in a home with solar: at night, with the battery idle, a home can only take,
 * so mains that give then are read backwards. Cloud edges, or a second night, settle it.
 */
import { type Case, Cases, fieldsOf, numberOf, WHOLE } from './cases.ts';
import { placeOf, SunHeight } from './daylight.ts';
import { Days } from './days.ts';
import { wireId } from './edge-blocks.ts';
import type { Edges, Slopes } from './edges.ts';
import { Facts, rounded } from './facts.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';
import { Share } from './windows.ts';

const NIGHT_MS = 600_000;
/** With the sun below the horizon and solar below this it is dark enough, W: no panel does more. */
const ASLEEP_W = 30;
const EDGES = 10;
const NIGHTS = 2;
/** How much of what its inputs do at cloud edges must point one way. */
const ONE_WAY = 0.7;
/** `r` of a whole service that is read at its full size; of a part of it at least the other. */
const FULL_R = [0.7, 1.3] as const;
const PART_R = 0.15;

export function reversedGrid({ config, edges }: RuleContext): Rule {
  const facts = new Facts(config);
  const sun = new SunHeight(placeOf(config.site));
  const grids = config.meters.flatMap(({ channels }) => channels).filter(isGrid).length;
  const cases = new Cases(
    (channel, part) => new Direction({ channel, part, isAll: grids === 1 && part === WHOLE }),
  );

  let judged = -1;

  const takeChannel = (channel: ChannelSecond, passedMs: number): void => {
    const { leastW } = facts.gates(channel.id);
    if (channel.powerW === null) return;
    let isMixed = false;
    for (const { phase, power_w } of channel.phases) {
      if (power_w === null || Math.abs(power_w) < leastW) continue;
      cases.of(channel.id, phase).take(passedMs, power_w);
      if (power_w > 0) isMixed = true;
    }
    if (Math.abs(channel.powerW) < leastW) return;
    // Where one input takes and another gives, the CT of one is meant and not the channel.
    const watts = isMixed ? Math.abs(channel.powerW) : channel.powerW;
    cases.of(channel.id).take(passedMs, watts);
  };

  return {
    name: 'reversed_grid',
    take(second, { passedMs, blocked }) {
      if (!facts.has('solar')) return;
      const isTelling = isDark(second, sun) && facts.onlyConsumes(second);
      if (!isTelling && edges.news === judged) return;
      judged = edges.news;
      for (const channel of isTelling ? second.channels : []) {
        if (channel.role === 'grid' && !blocked(channel)) takeChannel(channel, passedMs);
      }
      for (const each of cases.all()) {
        const isPart = each.part !== WHOLE && cases.of(each.channel).verdict !== 'quiet';
        cases.settle(each, isPart ? 'quiet' : each.judge(second.wallMs, edges));
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

function isGrid({ role }: { role: string }): boolean {
  return role === 'grid';
}

function isDark({ daylight, wallMs, solarRawW }: SiteSecond, sun: SunHeight): boolean {
  if (daylight === 'night') return true;
  if (daylight !== 'between' || solarRawW === null || Math.abs(solarRawW) > ASLEEP_W) return false;
  const degrees = sun.at(wallMs);
  return degrees !== null && degrees < 0;
}

interface DirectionOptions {
  channel: string;
  /** A phase, or `WHOLE`. */
  part: string;
  /** Whether it stands for all of the mains. */
  isAll: boolean;
}

type Way = 'forward' | 'backward' | 'unclear';

/** Which way a channel, or one input of it, is read. */
class Direction implements Case {
  verdict: Verdict = 'quiet';
  readonly channel: string;
  readonly part: string;
  readonly #isAll: boolean;
  readonly #night = new Share(NIGHT_MS);
  readonly #nights = new Days();
  #watts = 0;
  /** Edges seen when it was last suspected: what the mains did before proves nothing about now. */
  #edgesBefore: number | null = null;
  #isCleared = false;
  #slopes: Slopes | null = null;
  #way: Way = 'unclear';
  #judged = -1;

  constructor({ channel, part, isAll }: DirectionOptions) {
    this.channel = channel;
    this.part = part;
    this.#isAll = isAll;
  }

  take(passedMs: number, watts: number): void {
    this.#night.add(passedMs, watts < 0);
    this.#watts += (watts - this.#watts) * Math.min(1, passedMs / NIGHT_MS);
  }

  judge(wallMs: number | null, edges: Edges): Verdict {
    if (edges.news !== this.#judged) {
      this.#judged = edges.news;
      this.#slopes = edges.slopes(EDGES);
      this.#way = this.#wayAtEdges();
    }
    const isForward = this.#way === 'forward';
    // Ten edges since the first suspicion that point forward: the night has another generator.
    if (!isForward) this.#isCleared = false;
    else if (this.#edgesBefore !== null && edges.seen - this.#edgesBefore >= EDGES) {
      this.#isCleared = true;
    }
    if (this.#isCleared || this.#night.fails) return 'quiet';
    if (this.verdict === 'quiet') {
      if (!this.#night.holds) return 'quiet';
      this.#edgesBefore = edges.seen;
      this.#nights.clear();
    }
    if (this.#night.holds) this.#nights.note(wallMs);
    const isProven = this.#way === 'backward' || this.#nights.count >= NIGHTS;
    return this.verdict === 'confirmed' || isProven ? 'confirmed' : 'suspected';
  }

  hypothesis(): Hypothesis | null {
    if (this.#night.coveredMs === 0) return null;
    const evidence: Record<string, number> = {
      percent: this.#night.percent,
      minutes: rounded(this.#night.coveredMs / 60_000),
      power_w: rounded(this.#watts),
      nights: this.#nights.count,
    };
    const reasons: Argument[] = [
      { key: 'gives_at_night', supports: !this.#night.fails, params: { ...evidence } },
    ];
    if (this.#slopes !== null) {
      evidence.edges = this.#slopes.edges;
      evidence.slope_r = rounded(this.#slopeOf(this.#slopes).sum, 2);
      const supports = this.#way === 'backward';
      reasons.push({ key: 'slope_mains', supports, params: evidence });
    }
    return {
      id: 'ct_reversed',
      source: this.channel,
      verdict: this.verdict,
      evidence,
      arguments: reasons,
      ...(this.part === WHOLE ? {} : { phases: [this.part] }),
    };
  }

  save(): unknown {
    return {
      night: this.#night.save(),
      nights: this.#nights.save(),
      watts: this.#watts,
      edges_before: this.#edgesBefore,
      is_cleared: this.#isCleared,
    };
  }

  restore(saved: unknown): void {
    const { night, nights, watts, edges_before, is_cleared } = fieldsOf(saved);
    this.#night.restore(night);
    this.#nights.restore(nights);
    this.#watts = numberOf(watts);
    this.#edgesBefore = typeof edges_before === 'number' ? edges_before : null;
    this.#isCleared = is_cleared === true;
  }

  #wayAtEdges(): Way {
    if (this.#slopes === null) return 'unclear';
    const { sum, size } = this.#slopeOf(this.#slopes);
    const [least, most] = this.#isAll ? FULL_R : [PART_R, FULL_R[1]];
    if (size < least || size > most || Math.abs(sum) < ONE_WAY * size) return 'unclear';
    return sum > 0 ? 'forward' : 'backward';
  }

  /** What its inputs do at cloud edges: in sum, and without regard to the way. */
  #slopeOf({ wires }: Slopes): { sum: number; size: number } {
    let sum = 0;
    let size = 0;
    for (const [wire, r] of Object.entries(wires)) {
      const isMine = wire === this.channel || wire.startsWith(`${this.channel} `);
      if (this.part === WHOLE ? !isMine : wire !== wireId(this.channel, this.part)) continue;
      sum += r;
      size += Math.abs(r);
    }
    return { sum, size };
  }
}
