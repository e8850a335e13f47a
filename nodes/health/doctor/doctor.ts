/**
 * The CT doctor: hands each second to its rules in the order of exclusion and says what they have
 * found. A row that has found something silences the rows below it for the same meter or phase. It
 * never corrects anything by itself.
 */
import type { Finding } from '../faults.ts';
import type { Hypothesis, Rule, Surroundings } from './rule.ts';
import type { ChannelSecond, SiteSecond } from './second.ts';

export interface DoctorReport {
  /** When it was made: UTC ISO 8601. */
  ts: string;
  daylight: SiteSecond['daylight'];
  hypotheses: (Hypothesis & {
    /** Ids of the faults that hold it back; left out where nothing does. */
    held_back_by?: string[];
  })[];
}

export interface DoctorOptions {
  rules: readonly Rule[];
  /** Ids of faults outside the doctor that silence a meter (silent, stale, implausible); empty: none. */
  outage: (meter: string) => string[];
}

export class Doctor {
  readonly #rules: readonly Rule[];
  readonly #outage: (meter: string) => string[];
  #last: SiteSecond | null = null;

  constructor({ rules, outage }: DoctorOptions) {
    this.#rules = rules;
    this.#outage = outage;
  }

  take(second: SiteSecond): void {
    this.#last = second;
    const found: Hypothesis[] = [];
    const surroundings: Surroundings = {
      blocked: (channel, phase) =>
        this.#outage(channel.meter).length > 0 ||
        found.some((each) => covers(each, channel, phase)),
    };
    for (const rule of this.#rules) {
      rule.take(second, surroundings);
      found.push(...rule.hypotheses().filter(({ verdict }) => verdict !== 'quiet'));
    }
  }

  /** What may be said now, for the fault book. */
  findings(): Finding[] {
    return this.#weighed()
      .filter(({ verdict, held_back_by }) => verdict !== 'quiet' && held_back_by === undefined)
      .map(({ id, source, cause, verdict, evidence }) => ({
        id,
        source,
        ...(cause === undefined ? {} : { cause }),
        state: verdict === 'confirmed' ? 'confirmed' : 'suspected',
        evidence,
      }));
  }

  /** Every hypothesis with the numbers for and against it. */
  report(ts: string): DoctorReport {
    return { ts, daylight: this.#last?.daylight ?? 'unknown', hypotheses: this.#weighed() };
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

  /** All hypotheses, in order, each with what holds it back. */
  #weighed(): DoctorReport['hypotheses'] {
    const active: Hypothesis[] = [];
    return this.#rules.flatMap((rule) => {
      const mine = rule.hypotheses().map((each) => {
        const above = [
          ...this.#outagesOf(each),
          ...active.filter((row) => overlap(row, each)).map(({ id }) => id),
        ];
        return above.length === 0 ? each : { ...each, held_back_by: [...new Set(above)] };
      });
      active.push(...mine.filter(({ verdict }) => verdict !== 'quiet'));
      return mine;
    });
  }

  #outagesOf({ source }: Hypothesis): string[] {
    return source === 'site' ? [] : this.#outage(meterOf(source));
  }
}

/** Whether a finding speaks of that channel, or of that phase of it. */
function covers(found: Hypothesis, channel: ChannelSecond, phase?: string): boolean {
  if (found.source !== channel.id && found.source !== channel.meter) return false;
  return phase === undefined || found.phases === undefined || found.phases.includes(phase);
}

/** Whether two hypotheses speak of the same wires; what concerns the site concerns all of it. */
function overlap(a: Hypothesis, b: Hypothesis): boolean {
  if (a.source === 'site' || b.source === 'site') return true;
  if (meterOf(a.source) !== meterOf(b.source)) return false;
  if (a.source.includes('/') && b.source.includes('/') && a.source !== b.source) return false;
  return !a.phases || !b.phases || a.phases.some((phase) => b.phases?.includes(phase));
}

function meterOf(source: string): string {
  return source.split('/', 1)[0] ?? source;
}
