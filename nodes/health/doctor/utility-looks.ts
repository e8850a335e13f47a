/**
 * What the utility's meter says of the grid CTs: by looks at it that lie 20 kWh or more apart, they
 * read right, or wrong by a known factor. It makes no claim of its own: the rule of ratios asks it.
 */
import type { SiteConfig } from '../../site/schema.ts';
import { anchorsOf, ENOUGH_KWH, flowedBetween, type UtilityLook } from '../commission/utility.ts';
import { lookOf } from '../commission/utility-file.ts';
import { fieldsOf, numberOf } from './cases.ts';
import { knownFactors, nearestFactor } from './ratio-side.ts';
import type { Claim, Hypothesis, Rule, Surroundings } from './rule.ts';
import type { SiteSecond } from './second.ts';

const OFF = 0.15;
const RIGHT = 0.07;
/** What a row above has found in more of the time than this may be what differs. */
const SPOILT_SHARE = 0.05;

export interface UtilityWord {
  /** `other`: they differ, but by nothing that a ratio is likely to be. */
  says: 'right' | 'wrong' | 'other';
  /** As measured, ours over theirs; as known where it is wrong. */
  factor: number;
  /** What the known factor is off by. */
  off: number;
  utilityKwh: number;
  oursKwh: number;
}

interface Noted extends UtilityLook {
  /** How long rows above had found something on the grid's channels until then, ms. */
  spoiltMs: number;
}

export class UtilityLooks implements Rule {
  readonly name = 'utility';
  readonly #factors: number[];
  /** Channels that are configured, and whether they are the grid's. */
  readonly #channels: ReadonlyMap<string, boolean>;
  readonly #isJudged: boolean;
  #looks: Noted[] = [];
  #spoiltMs = 0;
  /** Looks up to this time are of another installation: UTC ISO 8601, '' for none. */
  #forgotten = '';
  #word: UtilityWord | null = null;
  #news = 0;

  constructor(config: SiteConfig) {
    const channels = config.meters.flatMap((meter) =>
      meter.channels.map(({ id, role }) => ({ id: `${meter.id}/${id}`, role })),
    );
    this.#factors = knownFactors(config.ct_profiles);
    this.#channels = new Map(channels.map(({ id, role }) => [id, role === 'grid']));
    // Where solar joins before the mains CTs, what flows to the grid is not theirs alone.
    const hasSolar = channels.some(({ role }) => role === 'solar');
    this.#isJudged = !(hasSolar && config.solar_position === 'line_side');
  }

  /** Null until two looks tell. */
  get word(): UtilityWord | null {
    return this.#word;
  }

  /** Counts up whenever there are other looks than before. */
  get news(): number {
    return this.#news;
  }

  /** Those that are of the installation as it is, oldest first. */
  get looks(): UtilityLook[] {
    return this.#looks.map(({ spoiltMs: _spoiltMs, ...look }) => look);
  }

  /** @param looks  all there are, oldest first */
  give(looks: readonly UtilityLook[]): void {
    const known = new Map(this.#looks.map(({ ts, spoiltMs }) => [ts, spoiltMs]));
    const spoiltOf = ({ ts }: UtilityLook) => known.get(ts) ?? this.#spoiltMs;
    this.#hold(
      looks
        .filter(({ ts }) => ts > this.#forgotten)
        .map((look) => ({ ...look, spoiltMs: spoiltOf(look) })),
    );
  }

  take({ channels }: SiteSecond, surroundings: Surroundings): void {
    for (const channel of channels) {
      if (channel.role !== 'grid' || !surroundings.blocked(channel)) continue;
      this.#spoiltMs += surroundings.passedMs;
      return;
    }
  }

  found(): readonly Claim[] {
    return NONE;
  }

  hypotheses(): Hypothesis[] {
    return [];
  }

  save(): unknown {
    return { looks: this.#looks, spoilt_ms: this.#spoiltMs, forgotten: this.#forgotten };
  }

  restore(saved: unknown): void {
    const { looks, spoilt_ms, forgotten } = fieldsOf(saved);
    this.#spoiltMs = numberOf(spoilt_ms);
    this.#forgotten = typeof forgotten === 'string' ? forgotten : '';
    const list: unknown[] = Array.isArray(looks) ? looks : [];
    this.#hold(
      list.flatMap((value) => {
        const look = lookOf(value);
        return look === null ? [] : { ...look, spoiltMs: numberOf(fieldsOf(value).spoiltMs) };
      }),
    );
  }

  forget(channel: string): void {
    const last = this.#looks.at(-1);
    // One that is gone may have been the grid's.
    const isGrid = this.#channels.get(channel) ?? true;
    if (last === undefined || !isGrid) return;
    this.#forgotten = last.ts;
    this.#hold([]);
  }

  #hold(looks: Noted[]): void {
    const isSame = JSON.stringify(looks) === JSON.stringify(this.#looks);
    if (isSame) return;
    this.#looks = looks;
    this.#news += 1;
    this.#word = this.#isJudged ? this.#weigh() : null;
  }

  /** Between 7 and 15 %, or by no known factor, what was found before stays. */
  #weigh(): UtilityWord | null {
    let word: UtilityWord | null = null;
    let before: Noted | null = null;
    for (const look of anchorsOf(this.#looks)) {
      const told = before && !isSpoilt(before, look) ? this.#compare(before, look) : null;
      if (told !== null && (told.says !== 'other' || word === null)) word = told;
      before = look;
    }
    return word;
  }

  #compare(first: UtilityLook, second: UtilityLook): UtilityWord | null {
    const flowed = flowedBetween(first, second);
    const judged = flowed.filter(({ theirs }) => theirs >= ENOUGH_KWH);
    const [most] = judged.toSorted((a, b) => b.theirs - a.theirs);
    if (most === undefined || flowed.some(({ theirs }) => theirs < 0)) return null;
    const { theirs, ours } = most;
    const factor = ours / theirs;
    const isAll = (of: number, within: number) =>
      judged.every((each) => Math.abs(each.ours / each.theirs / of - 1) <= within);
    const told = { factor, off: 0, utilityKwh: theirs, oursKwh: ours };
    if (isAll(1, RIGHT)) return { ...told, says: 'right' };
    const isOff = ours > 0 && Math.abs(factor - 1) > OFF;
    const known = isOff ? nearestFactor(this.#factors, factor) : null;
    // A ratio is wrong in both ways alike.
    if (known === null || !isAll(factor, OFF)) return { ...told, says: 'other' };
    return { ...told, says: 'wrong', factor: known, off: Math.abs(factor / known - 1) };
  }
}

function isSpoilt(first: Noted, second: Noted): boolean {
  const passedMs = Date.parse(second.ts) - Date.parse(first.ts);
  return !(second.spoiltMs - first.spoiltMs <= SPOILT_SHARE * passedMs);
}

const NONE: readonly Claim[] = [];
