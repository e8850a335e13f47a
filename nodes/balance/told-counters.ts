/**
 * A minute tells where its counters stood, and its ledger has to know: most often that is the same,
 * and a line that is written 1440 times a day says it once.
 */
import type { ChannelState, LedgerState, MeasuredChannel } from './measured.ts';
import { WAYS } from './tie.ts';

/** By `<meter>/<channel>`: the counters as a minute has them. */
export type ToldCounters = Readonly<
  Record<string, Pick<MeasuredChannel, 'counter_import_kwh' | 'counter_export_kwh'>>
>;

const KEYS = { import: 'counter_import_kwh', export: 'counter_export_kwh' } as const;
/** A minute has counters to a thousandth of a Wh, finer than any counter. */
const SAME_KWH = 1e-6;

/** The ledger without the counters that the minute tells anyway. */
export function withoutTold(ledger: LedgerState, told: ToldCounters): LedgerState {
  const channels = Object.entries(ledger.channels).map(([id, state]) => {
    const { counter, ...rest } = state;
    return [id, counter && isTold(counter, told[id] ?? {}) ? rest : state] as const;
  });
  return { ...ledger, channels: Object.fromEntries(channels) };
}

/** The ledger of a minute, with the counters that stand beside it. */
export function withTold(ledger: LedgerState, told: ToldCounters): LedgerState {
  const channels = Object.entries(ledger.channels).map(([id, state]) => [
    id,
    // Without an age no counter was ever believed.
    state.counter || state.age_s === undefined
      ? state
      : { ...state, counter: counterOf(told[id] ?? {}) },
  ]);
  return { ...ledger, channels: Object.fromEntries(channels) };
}

type Counter = NonNullable<ChannelState['counter']>;

function isTold(counter: Counter, told: ToldCounters[string]): boolean {
  return WAYS.every((way) => {
    const [believed, read] = [counter[way], told[KEYS[way]]];
    if (believed === undefined || read === undefined) return believed === read;
    return Math.abs(believed - read) < SAME_KWH;
  });
}

function counterOf(told: ToldCounters[string]): Counter {
  const ways = WAYS.flatMap((way) => {
    const kwh = told[KEYS[way]];
    return kwh === undefined ? [] : [[way, kwh] as const];
  });
  return Object.fromEntries(ways);
}
