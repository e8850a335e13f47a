/** Made-up wires for tests of the doctor's rules: what each input shows, one second at a time. */

import { CloudEdges } from '../../../../nodes/health/doctor/edges.ts';
import type { Hypothesis, Rule, RuleContext } from '../../../../nodes/health/doctor/rule.ts';
import type { PhaseSecond, SiteSecond } from '../../../../nodes/health/doctor/second.ts';
import { UtilityLooks } from '../../../../nodes/health/doctor/utility-looks.ts';
import type { Role } from '../../../../nodes/meter/reading.ts';
import { type SiteConfig, siteConfigSchema } from '../../../../nodes/site/schema.ts';

export const MINUTE_S = 60;
export const HOUR_S = 3_600;

interface ChannelWritten {
  id: string;
  role: Role;
  phases?: ('l1' | 'l2' | 'l3')[];
}

/** A site of one meter `main`, 120 V split phase unless said otherwise; 200 A CTs. */
export function siteOf(channels: ChannelWritten[], site: Record<string, unknown> = {}): SiteConfig {
  return siteConfigSchema.parse({
    site,
    ct_profiles: [{ id: 'ct', rated_amps: 200 }],
    meters: [
      { id: 'main', source: 'external', channels: channels.map((each) => ({ ...each, ct: 'ct' })) },
    ],
  });
}

/** What one input shows. Left out: 120 V, and a current in phase with the power. */
export interface Shown {
  w: number;
  v?: number;
  a?: number;
  var?: number;
}

/** By channel, what its inputs show from l1 on, or null where nobody answers. */
export type Show = Record<string, Shown[] | null>;

export interface At {
  s: number;
  daylight?: SiteSecond['daylight'];
}

export function secondOf(
  config: SiteConfig,
  show: Show,
  { s, daylight = 'unknown' }: At,
): SiteSecond {
  const channels = (config.meters[0]?.channels ?? []).map(({ id, role }) => {
    const inputs = show[id] ?? null;
    const phases = (inputs ?? []).map((input, index) => phaseOf(input, index));
    const powerW = inputs === null ? null : inputs.reduce((sum, { w }) => sum + w, 0);
    return { id: `main/${id}`, meter: 'main', role, powerW, phases, ageMs: 100 };
  });
  const sumOf = (role: Role) => {
    const mine = channels.filter((channel) => channel.role === role);
    const known = mine.flatMap(({ powerW }) => powerW ?? []);
    return known.length < mine.length ? null : known.reduce((sum, w) => sum + w, 0);
  };
  const has = (role: Role) => channels.some((channel) => channel.role === role);
  const [mainsW, solarW, batteryW] = [sumOf('grid'), sumOf('solar'), sumOf('battery')];
  const isKnown = mainsW !== null && solarW !== null && batteryW !== null;
  return {
    monoMs: 1_000 * s,
    wallMs: daylight === 'unknown' ? null : Date.UTC(2026, 5, 1) + 1_000 * s,
    daylight,
    channels,
    mainsW: has('grid') ? mainsW : null,
    solarRawW: has('solar') ? solarW : null,
    batteryW,
    homeRawW: isKnown ? Math.max(0, solarW) + mainsW + batteryW : null,
  };
}

function phaseOf({ w, v = 120, a, var: vars }: Shown, index: number): PhaseSecond {
  return {
    phase: (['l1', 'l2', 'l3'] as const)[index] ?? 'l1',
    voltage_v: v,
    current_a: a ?? Math.hypot(w, vars ?? 0) / v,
    power_w: w,
    ...(vars !== undefined && { reactive_var: vars }),
  };
}

export interface Heard {
  verdict: Hypothesis['verdict'];
  cause?: string;
  phases?: string[];
  source: string;
  /** Second of the script at which it was first so. */
  s: number;
}

/** Lives a script under one rule. */
export class Bench {
  readonly rule: Rule;
  readonly heard: Heard[] = [];
  readonly #config: SiteConfig;
  readonly #make: (context: RuleContext) => Rule;
  readonly #blocked: Set<string>;
  #s = 0;
  #said = '';

  constructor(
    make: (context: RuleContext) => Rule,
    config: SiteConfig,
    { blocked = [], s = 0 }: { blocked?: string[]; s?: number } = {},
  ) {
    this.#make = make;
    this.#config = config;
    this.#blocked = new Set(blocked);
    this.#s = s;
    this.rule = make({ config, edges: new CloudEdges(), utility: new UtilityLooks(config) });
  }

  get s(): number {
    return this.#s;
  }

  /** Shows the same, or what a function of the second makes, for some seconds. */
  show(
    seconds: number,
    show: Show | ((s: number) => Show),
    { daylight = 'unknown', stepS = 1 }: { daylight?: SiteSecond['daylight']; stepS?: number } = {},
  ): this {
    const until = this.#s + seconds;
    for (; this.#s < until; this.#s += stepS) {
      const now = typeof show === 'function' ? show(this.#s) : show;
      const second = secondOf(this.#config, now, { s: this.#s, daylight });
      this.rule.take(second, {
        passedMs: 1_000 * stepS,
        blocked: ({ id }, phase) =>
          this.#blocked.has(id) || (phase !== undefined && this.#blocked.has(`${id} ${phase}`)),
      });
      this.#listen();
    }
    return this;
  }

  /** Nobody looks for some seconds. */
  away(seconds: number): this {
    this.#s += seconds;
    return this;
  }

  /** The same rule after a restart, from what was kept as text. */
  restarted(downS = 20): Bench {
    const next = new Bench(this.#make, this.#config, { s: this.#s + downS });
    next.rule.restore(JSON.parse(JSON.stringify(this.rule.save())));
    return next;
  }

  /** What is claimed now. */
  get found(): string[] {
    return this.rule
      .found()
      .map(({ id, source, cause, verdict }) =>
        [id, cause, source, verdict].filter(Boolean).join(' '),
      );
  }

  /** When something was first claimed with that verdict, s. */
  when(verdict: Hypothesis['verdict']): number | undefined {
    return this.heard.find((each) => each.verdict === verdict)?.s;
  }

  #listen(): void {
    const found = this.rule.found();
    const said = JSON.stringify(found);
    if (said === this.#said) return;
    this.#said = said;
    for (const { verdict, cause, phases, source } of found) {
      this.heard.push({
        verdict,
        source,
        s: this.#s,
        ...(cause && { cause }),
        ...(phases && { phases }),
      });
    }
  }
}
