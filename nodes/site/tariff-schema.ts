/** What a tariff may say. How a kWh is priced by it is decided elsewhere. */
import { z } from 'zod';
import { id } from './schema-parts.ts';

/** As a tariff names them, in the order of the calendar. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const MINUTES_PER_DAY = 24 * 60;

/** Bills are worked out in whole numbers of 1e-8, so that they add up. */
const PRICE_STEPS = 1e8;

const price = z.number().min(0).max(10_000).refine(isExact, 'price_digits');
const month = z.number().int().min(1).max(12);
const date = z.string().refine(isDate, 'date');
const TIME_OF_DAY = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const timeOfDay = z
  .string()
  .regex(TIME_OF_DAY, { error: 'time_of_day', abort: true })
  .refine((time) => minuteOf(time) % 15 === 0, 'quarter_hour');

const period = z
  .strictObject({
    id: id.describe('The name of the period.'),
    days: z.array(z.enum(WEEKDAYS)).min(1).optional().describe('Weekdays; left out, all.'),
    months: z.array(month).min(1).optional().describe('Months, 1 to 12; left out, all.'),
    from: timeOfDay
      .optional()
      .describe('Local time at which it begins, "HH:MM", on a quarter of an hour.'),
    to: timeOfDay.optional().describe('Local time at which it ends; may cross midnight.'),
    rate: price.describe('Price of a kWh.'),
  })
  .superRefine(({ from, to }, context) => {
    if ((from === undefined) !== (to === undefined)) {
      context.addIssue({ code: 'custom', message: 'from_and_to', path: ['from'] });
    } else if (from !== undefined && from === to) {
      context.addIssue({ code: 'custom', message: 'from_not_to', path: ['to'] });
    }
  });

const tiers = z.strictObject({
  basis: z.literal('import').default('import').describe('What fills the blocks.'),
  period: z.literal('month').default('month').describe('When they begin anew.'),
  blocks: z
    .array(
      z.strictObject({
        upto: z.number().positive().optional().describe('kWh at which the block ends.'),
        rate: price.describe('Price of a kWh in the block.'),
      }),
    )
    .min(1)
    .superRefine((blocks, context) => {
      blocks.forEach(({ upto }, index) => {
        const isLast = index === blocks.length - 1;
        const message = isLast ? 'tier_open' : 'tier_rising';
        const before = blocks[index - 1]?.upto ?? 0;
        const right = isLast ? upto === undefined : upto !== undefined && upto > before;
        if (!right) context.addIssue({ code: 'custom', message, path: [index, 'upto'] });
      });
    })
    .describe('In order; each but the last says up to how many kWh.'),
});

const taxed = z.boolean().default(false).describe('Whether what is paid for it is taxed too.');
const exported = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none').describe('Export earns nothing.') }),
  z.strictObject({
    mode: z.literal('rate').describe('Each exported kWh earns the same.'),
    rate: price.describe('Credit for a kWh.'),
    taxed,
  }),
  z.strictObject({
    mode: z.literal('net_metering').describe('An exported kWh cancels an imported one.'),
    true_up_month: month
      .default(1)
      .describe('The surplus is paid on the last day of the billing month that begins in it.'),
    true_up_rate: price.default(0).describe('What a kWh of the surplus then earns.'),
    non_bypassable: price.default(0).describe('Charge on each imported kWh, never cancelled.'),
    taxed,
  }),
]);

export const tariff = z
  .strictObject({
    id: id.describe('The name of this version.'),
    valid_from: date.describe('First local day on which it holds; it ends where the next begins.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'currency')
      .describe('ISO 4217, such as USD.'),
    fixed: z
      .strictObject({
        per_day: price.default(0).describe('Fee for each day.'),
        per_month: price.default(0).describe('Fee for each billing month.'),
      })
      .prefault({})
      .describe('Fees that do not depend on energy.'),
    periods: z.array(period).min(1).optional().describe('Prices by time; the first match wins.'),
    tiers: tiers.optional().describe('Prices by amount; added to the period price if both exist.'),
    export: exported.prefault({ mode: 'none' }).describe('What exported energy earns.'),
    tax: z
      .number()
      .min(0)
      .max(1)
      .refine(isExact, 'price_digits')
      .default(0)
      .describe('Tax as a fraction: 0.10 is 10 %.'),
    billing_day: z
      .number()
      .int()
      .min(1)
      .max(31)
      .default(1)
      .describe('Day on which a billing month begins; in short months at most their last day.'),
    holidays: z.array(date).default([]).describe('Dates that count as Sundays.'),
  })
  .superRefine(({ periods, tiers }, context) => {
    periods?.forEach(({ id }, index) => {
      const isTaken = periods.findIndex((other) => other.id === id) < index;
      const path = ['periods', index, 'id'];
      if (isTaken) context.addIssue({ code: 'custom', message: 'unique_id', path });
    });
    if (periods === undefined && tiers === undefined) {
      context.addIssue({ code: 'custom', message: 'price', path: [] });
    }
    const gap = periods === undefined || tiers !== undefined ? null : firstUnpriced(periods);
    if (gap !== null) {
      context.addIssue({ code: 'custom', message: 'priced', path: ['periods'], params: gap });
    }
  });

/** As it may be written today. What was paid by an older one stays readable as `tariff`. */
export const writtenTariff = tariff.superRefine(({ periods = [] }, context) => {
  for (const { index, ...params } of hidden(periods)) {
    const path = ['periods', index, 'id'];
    context.addIssue({ code: 'custom', message: 'reached', path, params });
  }
});

export type TariffConfig = z.output<typeof tariff>;
export type TariffPeriod = z.output<typeof period>;

/** A moment as a tariff sees it; `minute` is local, since midnight. */
export interface TariffMoment {
  month: number;
  day: (typeof WEEKDAYS)[number];
  minute: number;
}

/**
 * Whether a period holds at a moment. One that crosses midnight asks for the day on each side of it:
 * the small hours of Saturday are Saturday.
 */
export function covers(period: TariffPeriod, { month, day, minute }: TariffMoment): boolean {
  if (period.months?.includes(month) === false || period.days?.includes(day) === false)
    return false;
  if (period.from === undefined || period.to === undefined) return true;
  const [from, to] = [minuteOf(period.from), minuteOf(period.to)];
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** The first minute of a year's weeks that no period prices; null where each has its price. */
function firstUnpriced(
  periods: readonly TariffPeriod[],
): { month: number; day: string; time: string } | null {
  for (const moment of changes(periods)) {
    const { month, day, minute } = moment;
    if (!periods.some((p) => covers(p, moment))) return { month, day, time: clockTime(minute) };
  }
  return null;
}

/** The periods that never hold because others always come first; `other` is the first of those. */
function hidden(
  periods: readonly TariffPeriod[],
): { index: number; period: string; other: string }[] {
  const moments = [...changes(periods)];
  return periods.flatMap((period, index) => {
    const first = moments
      .filter((moment) => covers(period, moment))
      .map((moment) => periods.findIndex((p) => covers(p, moment)));
    const other = first.includes(index) ? undefined : periods[Math.min(...first)];
    return other ? [{ index, period: period.id, other: other.id }] : [];
  });
}

/** The moments of a year's weeks at which another period can begin to hold. */
function* changes(periods: readonly TariffPeriod[]): Generator<TariffMoment> {
  const edges = new Set([0, ...periods.flatMap(({ from, to }) => [minuteOf(from), minuteOf(to)])]);
  const starts = [...edges].filter((minute) => minute < MINUTES_PER_DAY).sort((a, b) => a - b);
  for (let month = 1; month <= 12; month += 1) {
    for (const day of WEEKDAYS) for (const minute of starts) yield { month, day, minute };
  }
}

function minuteOf(time: string | undefined): number {
  const [hours = 0, minutes = 0] = (time ?? '00:00').split(':').map(Number);
  return hours * 60 + minutes;
}

function clockTime(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function isExact(value: number): boolean {
  return Math.round(value * PRICE_STEPS) / PRICE_STEPS === value;
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
