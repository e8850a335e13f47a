/**
 * CTs that are paired with another phase's voltage, on three phases: two exchanged, or all moved on by
 * one. One input alone proves nothing, a motor turns it as well: the turns have to fit each other.
 */
import { type Case, Cases, fieldsOf } from './cases.ts';
import { Facts, numberOfPhase, rounded } from './facts.ts';
import { PhaseInput, type Turn } from './phase-input.ts';
import type { Argument, Hypothesis, Rule, RuleContext, Verdict } from './rule.ts';
import type { ChannelSecond, PhaseSecond, SiteSecond } from './second.ts';

const LEAST_A = 3;
const SURE_LEVELS = 3;
const DEGREES: Record<Turn, number> = { right: 0, ahead: 120, behind: -120, half: 120, unclear: 0 };

export function phaseMismatch({ config }: RuleContext): Rule {
  const facts = new Facts(config);
  const cases = new Cases((channel) => new Phases(channel));
  const makesPower = facts.has('solar') || facts.has('battery');

  function takePhase(channel: ChannelSecond, phase: PhaseSecond, take: Take): void {
    const { voltage_v: volts, current_a: amps, power_w: watts, reactive_var: vars = null } = phase;
    if (volts === null || amps === null || watts === null || amps < LEAST_A) return;
    if (!facts.isActive(channel, phase)) return;
    const angle = { watts, vars, apparentVa: volts * amps, bothWays: take.bothWays };
    take.phases.input(phase.phase).take(take.passedMs, angle);
  }

  function takeChannel(channel: ChannelSecond, second: SiteSecond, passedMs: number): void {
    const phases = cases.of(channel.id);
    const isMains = channel.role === 'grid' || channel.role === 'subpanel';
    const bothWays = isMains && makesPower && !facts.onlyConsumes(second);
    for (const phase of channel.phases) takePhase(channel, phase, { phases, passedMs, bothWays });
    const before = phases.pattern;
    cases.settle(phases, phases.judge());
    if (before !== phases.pattern) cases.renew();
  }

  return {
    name: 'ct_phase_mismatch',
    take(second, { passedMs, blocked }) {
      if (facts.service !== 'three_phase') return;
      for (const channel of second.channels) {
        const isSpeaking = channel.role !== 'battery' && channel.phases.length > 1;
        if (isSpeaking && !isAnyBlocked(channel, blocked)) takeChannel(channel, second, passedMs);
      }
    },
    found: () => cases.found(),
    hypotheses: () => cases.hypotheses(),
    save: () => cases.save(),
    restore: (saved) => cases.restore(saved, (source) => facts.isKnown(source)),
    forget: (channel) => cases.forget(channel),
  };
}

interface Take {
  phases: Phases;
  passedMs: number;
  bothWays: boolean;
}

function isAnyBlocked(
  channel: ChannelSecond,
  blocked: (channel: ChannelSecond, phase?: string) => boolean,
): boolean {
  return channel.phases.some(({ phase }) => blocked(channel, phase));
}

interface Pattern {
  cause: 'swap_120' | 'rotate_120';
  /** The inputs that are turned, and how. */
  turned: readonly (readonly [PhaseInput, Turn])[];
}

/** The inputs of one channel. */
class Phases implements Case {
  verdict: Verdict = 'quiet';
  pattern: Pattern | null = null;
  readonly #channel: string;
  readonly #inputs = new Map<string, PhaseInput>();

  constructor(channel: string) {
    this.#channel = channel;
  }

  input(phase: string): PhaseInput {
    let input = this.#inputs.get(phase);
    if (input === undefined) {
      input = new PhaseInput(phase);
      this.#inputs.set(phase, input);
    }
    return input;
  }

  judge(): Verdict {
    if (this.pattern !== null && this.verdict !== 'quiet') return this.#follow(this.pattern);
    this.pattern = this.#isAnyTurned() ? patternOf([...this.#inputs.values()]) : null;
    return this.pattern === null ? 'quiet' : 'suspected';
  }

  hypothesis(): Hypothesis | null {
    const inputs = [...this.#inputs.values()].filter(({ coveredMs }) => coveredMs > 0);
    if (inputs.length === 0) return null;
    const { cause, turned } = this.pattern ?? {};
    return {
      id: 'ct_phase_mismatch',
      source: this.#channel,
      ...(cause && { cause }),
      verdict: this.verdict,
      evidence: turned ? this.#evidence(turned) : {},
      arguments: inputs.flatMap((input) => argumentsOf(input, turned)),
      ...(turned && { phases: turned.map(([{ phase }]) => phase) }),
    };
  }

  save(): unknown {
    return {
      inputs: Object.fromEntries([...this.#inputs].map(([id, input]) => [id, input.save()])),
      cause: this.pattern?.cause ?? null,
      turned: this.pattern?.turned.map(([{ phase }, turn]) => [phase, turn]) ?? [],
    };
  }

  restore(saved: unknown): void {
    const { inputs, cause, turned } = fieldsOf(saved);
    for (const [phase, of] of Object.entries(fieldsOf(inputs))) this.input(phase).restore(of);
    if ((cause !== 'swap_120' && cause !== 'rotate_120') || !Array.isArray(turned)) return;
    const pairs = turned.flatMap(([phase, turn]) =>
      isTurn(turn) ? [[this.input(String(phase)), turn] as const] : [],
    );
    this.pattern = { cause, turned: pairs };
  }

  /** Asked each second, and nearly always answered by no. */
  #isAnyTurned(): boolean {
    for (const { told } of this.#inputs.values()) {
      if (told !== 'right' && told !== 'unclear') return true;
    }
    return false;
  }

  #follow(pattern: Pattern): Verdict {
    const { turned } = pattern;
    if (turned.every(([input]) => input.holdsLong('right'))) return this.#leave();
    const hasLeft = turned.every(([input, turn]) => input.hasLeft(turn));
    if (this.verdict === 'suspected' && hasLeft) return this.#leave();
    if (this.verdict === 'confirmed') return 'confirmed';
    const isLong = turned.every(([input, turn]) => input.holdsLong(turn));
    return isLong && levelsOf(turned) >= SURE_LEVELS ? 'confirmed' : 'suspected';
  }

  #leave(): Verdict {
    for (const input of this.#inputs.values()) input.levels.clear();
    this.pattern = null;
    return 'quiet';
  }

  #evidence(turned: Pattern['turned']): Record<string, number> {
    const [a, b] = turned;
    const [first, turn] = a ?? [];
    return {
      phi_deg: DEGREES[turn ?? 'unclear'],
      phase_a: numberOfPhase(first?.phase ?? ''),
      phase_b: numberOfPhase(b?.[0].phase ?? ''),
      power_factor: rounded(first?.factor ?? 0, 2),
      percent: Math.min(...turned.map(([input, to]) => input.percentOf(to))),
      levels: levelsOf(turned),
    };
  }
}

/**
 * Exchanged: one turned this way, one that way. Moved on: all three the same way. Without reactive
 * power two or three of half the power, and then only suspected.
 */
function patternOf(inputs: readonly PhaseInput[]): Pattern | null {
  const told = inputs.map((input) => [input, input.told] as const);
  const of = (turn: Turn) => told.filter(([, each]) => each === turn);
  const [ahead, behind, half] = [of('ahead'), of('behind'), of('half')];
  const [a] = ahead;
  const [b] = behind;
  if (a && b && ahead.length === 1 && behind.length === 1) {
    return { cause: 'swap_120', turned: inOrder([a, b]) };
  }
  for (const all of [ahead, behind, half]) {
    if (all.length === 3) return { cause: 'rotate_120', turned: all };
  }
  return half.length === 2 ? { cause: 'swap_120', turned: half } : null;
}

function inOrder(turned: Pattern['turned']): Pattern['turned'] {
  return [...turned].sort(([a], [b]) => (a.phase < b.phase ? -1 : 1));
}

/** How many levels they have stood at together: what is on one wire does not move the other. */
function levelsOf(turned: Pattern['turned']): number {
  const counts = turned.map(([input]) => input.levels.count).filter((count) => count > 0);
  return counts.reduce((sum, count) => sum + count - 1, counts.length > 0 ? 1 : 0);
}

function argumentsOf(input: PhaseInput, turned: Pattern['turned'] | undefined): Argument[] {
  const turn = turned?.find(([each]) => each === input)?.[1] ?? 'right';
  const phase = numberOfPhase(input.phase);
  const power_factor = rounded(input.factor, 2);
  const percent = input.percentOf(turn);
  const phi_deg = DEGREES[turn];
  const params = { phase, power_factor, percent, phi_deg, levels: input.levels.count };
  return [
    { key: turn === 'right' ? 'angle_right' : 'angle_turned', supports: turn !== 'right', params },
  ];
}

function isTurn(value: unknown): value is Turn {
  return value === 'ahead' || value === 'behind' || value === 'half';
}
