/** How well faults are found, over many scenarios: precision, recall, and how long it takes. */
import type { Outcome } from './outcome.ts';

export interface Score {
  scenarios: number;
  passed: number;
  expected: number;
  found: number;
  extra: number;
  /** Of what was raised, the share that was expected; 1 where nothing was raised. */
  precision: number;
  /** Of what was expected, the share that was found in time. */
  recall: number;
  /** How long it took from when it could be known, by what was expected. */
  times: Times[];
}

export interface Times {
  what: string;
  count: number;
  medianMs: number;
  maxMs: number;
  /** The longest share of the time allowed that was used. */
  worstShare: number;
}

export function scoreOf(outcomes: readonly Outcome[]): Score {
  const answers = outcomes.flatMap(({ expected }) => expected);
  const found = answers.filter(({ wrong }) => wrong === null).length;
  const extra = outcomes.reduce((sum, outcome) => sum + outcome.extra.length, 0);
  return {
    scenarios: outcomes.length,
    passed: outcomes.filter(({ ok }) => ok).length,
    expected: answers.length,
    found,
    extra,
    precision: found + extra === 0 ? 1 : found / (found + extra),
    recall: answers.length === 0 ? 1 : found / answers.length,
    times: timesOf(answers),
  };
}

function timesOf(answers: Outcome['expected']): Times[] {
  // What is told before it is due at all says nothing of how long it takes.
  const known = answers.flatMap(({ what, tookMs, limitMs, wrong }) =>
    tookMs !== null && tookMs >= 0 && wrong === null ? [{ what, tookMs, limitMs }] : [],
  );
  return [...Map.groupBy(known, ({ what }) => what)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([what, group]) => {
      const sorted = group.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
      const shares = group.map(({ tookMs, limitMs }) => tookMs / limitMs);
      return {
        what,
        count: group.length,
        medianMs: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
        maxMs: sorted.at(-1) ?? 0,
        worstShare: Math.max(0, ...shares.filter(Number.isFinite)),
      };
    });
}
