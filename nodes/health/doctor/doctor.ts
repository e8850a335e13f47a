/**
 * The CT doctor: hands each second to its rules in the order of exclusion and says what they have
 * found. A row that has found something silences the rows below it for the same meter or phase. It
 * never corrects anything by itself.
 */
import type { Claim, Hypothesis, Rule, Surroundings } from './rule.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';

export interface DoctorReport {
  /** When it was made: UTC ISO 8601. */
  ts: string;
  daylight: SiteSecond['daylight'];
  hypotheses: Weighed[];
}

export interface Weighed extends Hypothesis {
  /** Ids of the faults that hold it back; left out where nothing does. */
  held_back_by?: string[];
}

export interface DoctorOptions {
  rules: readonly Rule[];
  /** Ids of faults outside the doctor that silence a meter (silent, stale, implausible); empty: none. */
  outage: (meter: string) => readonly string[];
}

/** A second never stands for more: what is older than 5 s is not shown as live either. */
const MOST_PASSED_MS = 5_000;

export class Doctor {
  readonly #rules: readonly Rule[];
  readonly #outage: (meter: string) => readonly string[];
  readonly #surroundings: Surroundings & { passedMs: number };
  /** What rules have found so far in this second, and whom an outage silences. */
  readonly #active: Claim[] = [];
  readonly #silenced = new Map<string, boolean>();
  readonly #seen: (readonly Claim[])[] = [];
  #last: SiteSecond | null = null;
  #news = 0;

  constructor({ rules, outage }: DoctorOptions) {
    this.#rules = rules;
    this.#outage = outage;
    this.#surroundings = {
      passedMs: 0,
      blocked: (channel, phase) => this.#isBlocked(channel, phase),
    };
  }

  /** Counts up whenever a rule's verdict has changed, or an outage has begun or ended. */
  get news(): number {
    return this.#news;
  }

  take(second: SiteSecond): void {
    const passedMs = this.#last === null ? 0 : second.monoMs - this.#last.monoMs;
    this.#surroundings.passedMs = Math.min(Math.max(0, passedMs), MOST_PASSED_MS);
    this.#last = second;
    this.#lookForOutages(second);
    this.#active.length = 0;
    for (const [index, rule] of this.#rules.entries()) {
      rule.take(second, this.#surroundings);
      const found = rule.found();
      if (found !== this.#seen[index]) this.#news += 1;
      this.#seen[index] = found;
      for (const claim of found) this.#active.push(claim);
    }
  }

  /** What is not quiet, the stronger verdict where two rules speak of one fault. */
  findings(): Weighed[] {
    const bySource = new Map<string, Weighed>();
    for (const each of this.#weigh((rule) => rule.found().length > 0)) {
      if (each.verdict === 'quiet') continue;
      const key = `${each.id} ${each.source}`;
      const known = bySource.get(key);
      if (known === undefined || isStronger(each, known)) bySource.set(key, each);
    }
    return [...bySource.values()];
  }

  /** Every hypothesis with the numbers for and against it. */
  report(ts: string): DoctorReport {
    const hypotheses = this.#weigh(() => true);
    return { ts, daylight: this.#last?.daylight ?? 'unknown', hypotheses };
  }

  save(): Record<string, unknown> {
    return Object.fromEntries(this.#rules.map((rule) => [rule.name, rule.save()]));
  }

  restore(saved: Record<string, unknown>): void {
    for (const rule of this.#rules) if (rule.name in saved) rule.restore(saved[rule.name]);
  }

  forget(channel: string): void {
    for (const rule of this.#rules) rule.forget(channel);
  }

  #lookForOutages({ channels }: SiteSecond): void {
    let before = '';
    for (const { meter } of channels) {
      if (meter === before) continue;
      before = meter;
      const isSilenced = this.#outage(meter).length > 0;
      if (isSilenced !== (this.#silenced.get(meter) ?? false)) this.#news += 1;
      this.#silenced.set(meter, isSilenced);
    }
  }

  #isBlocked(channel: ChannelSecond, phase?: string): boolean {
    if (this.#silenced.get(channel.meter) === true) return true;
    for (const claim of this.#active) if (covers(claim, channel, phase)) return true;
    return false;
  }

  /** Hypotheses in order, each with what holds it back. */
  #weigh(isWanted: (rule: Rule) => boolean): Weighed[] {
    const active: Claim[] = [];
    return this.#rules.filter(isWanted).flatMap((rule) => {
      const mine = rule.hypotheses().map((each): Weighed => {
        const above = [
          ...(each.source === 'site' ? [] : this.#outage(meterOf(each.source))),
          ...active.filter((row) => overlap(row, each)).map(({ id }) => id),
        ];
        return above.length === 0 ? each : { ...each, held_back_by: [...new Set(above)] };
      });
      active.push(...rule.found());
      return mine;
    });
  }
}

function isStronger(a: Weighed, b: Weighed): boolean {
  if ((a.held_back_by === undefined) !== (b.held_back_by === undefined)) {
    return a.held_back_by === undefined;
  }
  return a.verdict === 'confirmed' && b.verdict === 'suspected';
}

/** Whether a claim speaks of that channel, or of that phase of it. */
function covers(claim: Claim, channel: ChannelSecond, phase?: string): boolean {
  if (claim.source !== channel.id && claim.source !== channel.meter) return false;
  return phase === undefined || claim.phases === undefined || claim.phases.includes(phase);
}

/** Whether two claims speak of the same wires; what concerns the site concerns all of it. */
function overlap(a: Claim, b: Claim): boolean {
  if (a.source === 'site' || b.source === 'site') return true;
  if (meterOf(a.source) !== meterOf(b.source)) return false;
  if (a.source.includes('/') && b.source.includes('/') && a.source !== b.source) return false;
  return !a.phases || !b.phases || a.phases.some((phase) => b.phases?.includes(phase));
}

function meterOf(source: string): string {
  return source.split('/', 1)[0] ?? source;
}
