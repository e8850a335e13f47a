/**
 * Holds what was told in a scenario against what its table expects. Every fault that is told has to be
 * expected or allowed, in its state and since it could be known; every expected one has to come in time.
 */
import type { Expectation, Pattern, Scenario } from './format.ts';
import { resolve } from './moments.ts';
import type { Lived, Told } from './pipeline.ts';

export interface Verdict {
  ok: boolean;
  /** In the order of the table. */
  expected: Answer[];
  /** What nobody expected, once for each fault, source and state. */
  extra: Told[];
}

export interface Answer {
  id: string;
  /** As the table has it, for people: `ct_unplugged confirmed`. */
  what: string;
  /** Since it could be known, ms; null where it never came, or where nothing was told in time. */
  tookMs: number | null;
  limitMs: number;
  /** Why it does not do; null where it does. */
  wrong: string | null;
}

export interface Leniency {
  /** How much later than the table says is still in time, ms. */
  laterMs: number;
}

/** A fault in one cause and state, for as long as it was. */
interface Spell extends Told {
  endMs: number;
}

export function judge(scenario: Scenario, lived: Lived, { laterMs }: Leniency): Verdict {
  const spells = spellsOf(lived, scenario.duration);
  const context = { ...lived, duration: scenario.duration, laterMs };
  const expected = scenario.expect.map((each) => answer(each, spells, context));
  const extra = extras(scenario, spells, context);
  const ok = extra.length === 0 && expected.every(({ wrong }) => wrong === null);
  return { ok, expected, extra };
}

interface Context extends Lived, Leniency {
  duration: number;
}

function spellsOf({ told, stops }: Lived, duration: number): Spell[] {
  const open = new Map<string, Spell>();
  const spells: Spell[] = [];
  const left = [...stops];
  for (const each of [...told, { ms: duration, id: '' }]) {
    while ((left[0] ?? Number.POSITIVE_INFINITY) <= each.ms) {
      const stopMs = left.shift() ?? 0;
      for (const spell of open.values()) spell.endMs = stopMs;
      open.clear();
    }
    if (!('source' in each)) break;
    const key = `${each.id} ${each.source}`;
    const before = open.get(key);
    if (before) before.endMs = each.ms;
    open.delete(key);
    if (each.ended) continue;
    const spell = { ...each, endMs: duration };
    open.set(key, spell);
    spells.push(spell);
  }
  return spells;
}

function answer(expectation: Expectation, spells: readonly Spell[], context: Context): Answer {
  const { id, state, within, by, after, stays, clears } = expectation;
  const { course, wrongMs, laterMs } = context;
  const what = [id, expectation.cause?.join('|'), state].filter(Boolean).join(' ');
  const anchorMs = after === undefined ? wrongMs : resolve(after, course, wrongMs);
  const dueMs = by === undefined ? plus(anchorMs, within) : resolve(by, course, wrongMs);
  const told: Omit<Answer, 'wrong'> = {
    ...{ id, what },
    tookMs: null,
    limitMs: (dueMs ?? 0) - (anchorMs ?? 0),
  };
  if (dueMs === null || anchorMs === null) return { ...told, wrong: 'its time never came' };
  const all = spells.filter((spell) => spell.endMs > wrongMs && fits(expectation, spell));
  const fromMs = earliestOf(expectation, context);
  const mine = fromMs === null ? all : all.filter((spell) => spell.ms >= fromMs);
  const first = mine.find((spell) => isAtLeast(spell.state, state));
  if (!first) {
    const sooner = all.findLast((spell) => isAtLeast(spell.state, state));
    if (sooner && fromMs !== null) return tooEarly(told, sooner, { anchorMs, fromMs });
    const less = mine[0] && ` (only ${mine[0].state})`;
    return { ...told, wrong: `was not raised${less ?? ''}` };
  }
  const tookMs = first.ms - anchorMs;
  const seen = { ...told, tookMs };
  const lateMs = first.ms - dueMs;
  if (lateMs > laterMs) return { ...seen, wrong: `came ${seconds(lateMs)} late` };
  const ending = clears && ends(clears, mine, context);
  if (ending) return { ...seen, wrong: ending };
  if (stays && clears === undefined && gapsIn(mine, first.ms, context.duration)) {
    return { ...seen, wrong: `did not stay until the end` };
  }
  return { ...seen, wrong: null };
}

/**
 * From when on the fault is looked for: what comes back is another telling. Null where any will do: a
 * moment that repeats (edges, the sun) says when it is due, and it may be told sooner.
 */
function earliestOf(
  { after, not_before }: Expectation,
  { course, wrongMs }: Context,
): number | null {
  if (not_before !== undefined) return resolve(not_before, course, wrongMs);
  return after?.base.kind === 'event' ? resolve(after, course, wrongMs) : null;
}

/** What was told sooner, and not again: it has not come in no time, it has not come as asked. */
function tooEarly(
  told: Omit<Answer, 'wrong'>,
  sooner: Spell,
  { anchorMs, fromMs }: { anchorMs: number; fromMs: number },
): Answer {
  const tookMs = sooner.ms - anchorMs;
  return { ...told, tookMs, wrong: `came ${seconds(fromMs - sooner.ms)} too early` };
}

function ends(
  { after, within, by }: NonNullable<Expectation['clears']>,
  mine: readonly Spell[],
  { course, wrongMs, duration, laterMs }: Context,
): string | null {
  const fromMs = after === undefined ? wrongMs : resolve(after, course, wrongMs);
  const dueMs = by === undefined ? plus(fromMs, within) : resolve(by, course, wrongMs);
  if (dueMs === null) return 'the time it should clear never came';
  const limitMs = dueMs + laterMs;
  const still = mine.find((spell) => spell.ms <= limitMs && spell.endMs > limitMs);
  if (still) {
    return still.endMs >= duration
      ? 'did not clear'
      : `cleared ${seconds(still.endMs - dueMs)} late`;
  }
  const again = mine.find((spell) => spell.ms > limitMs);
  return again ? `came again at ${clock(again.ms)}` : null;
}

/** Whether there was a time after `fromMs` in which it was not there; a restart may take a minute. */
function gapsIn(mine: readonly Spell[], fromMs: number, duration: number): boolean {
  let reachedMs = fromMs;
  for (const { ms, endMs } of mine) {
    if (ms > reachedMs + GAP_MS) return true;
    reachedMs = Math.max(reachedMs, endMs);
  }
  return reachedMs < duration - GAP_MS;
}

const GAP_MS = 60_000;

function extras(scenario: Scenario, spells: readonly Spell[], context: Context): Told[] {
  const { expect, allow, never, others } = scenario;
  const seen = new Set<string>();
  return spells.filter((spell) => {
    const key = `${spell.id} ${spell.source} ${spell.cause} ${spell.state}`;
    if (seen.has(key)) return false;
    const isForbidden = never.some((each) => matches(each, spell, context));
    const isExpected = expect.some(
      (each) =>
        spell.endMs > context.wrongMs &&
        spell.ms >= context.wrongMs &&
        fits(each, spell) &&
        isAtLeast(each.at_most ?? 'confirmed', spell.state),
    );
    const isAllowed =
      allow.some((each) => matches(each, spell, context)) ||
      others === 'allowed' ||
      (others === 'suspected' && spell.state === 'suspected');
    if (!isForbidden && (isExpected || isAllowed)) return false;
    if (isForbidden && isExpected && !isOwn(never, spell)) return false;
    seen.add(key);
    return true;
  });
}

/** `never: '*'` forbids what is not expected; a pattern with an id forbids what it says. */
function isOwn(never: readonly Pattern[], spell: Spell): boolean {
  return never.some(({ id }) => id === spell.id);
}

/** Whether a fault is the one that is expected, in whatever state; a suspicion may have no cause yet. */
function fits({ id, source, cause }: Expectation, spell: Spell): boolean {
  if (id !== spell.id || (source && !source.includes(spell.source))) return false;
  if (cause === undefined || (spell.cause !== null && cause.includes(spell.cause))) return true;
  return spell.cause === null && spell.state === 'suspected';
}

function matches(pattern: Pattern, spell: Spell, { course, wrongMs }: Context): boolean {
  const { id, source, cause, state, at_most, from, to } = pattern;
  if (id !== undefined && id !== spell.id) return false;
  if (source && !source.includes(spell.source)) return false;
  if (cause && (spell.cause === null || !cause.includes(spell.cause))) return false;
  if (state && state !== spell.state) return false;
  if (at_most && !isAtLeast(at_most, spell.state)) return false;
  if (from && spell.endMs <= (resolve(from, course, wrongMs) ?? Number.POSITIVE_INFINITY))
    return false;
  return !(to && spell.ms >= (resolve(to, course, wrongMs) ?? Number.NEGATIVE_INFINITY));
}

function isAtLeast(state: Told['state'], least: Told['state']): boolean {
  return state === 'confirmed' || least === 'suspected';
}

function plus(ms: number | null, more: number | undefined): number | null {
  return ms === null || more === undefined ? null : ms + more;
}

/** `95 s`, `6.2 min`, `11.0 h` */
export function seconds(ms: number): string {
  if (Math.abs(ms) < 180_000) return `${Math.round(ms / 1_000)} s`;
  if (Math.abs(ms) < 180 * 60_000) return `${(ms / 60_000).toFixed(1)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** `1 d 03:12:09` since the start. */
export function clock(ms: number): string {
  const text = new Date(ms).toISOString().slice(11, 19);
  const days = Math.floor(ms / 86_400_000);
  return days === 0 ? text : `${days} d ${text}`;
}
