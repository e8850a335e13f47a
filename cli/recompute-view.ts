/** What a recomputed past looks like on a terminal: day by day, was and now. */
import { z } from 'zod';
import type { CommandContext } from './command.ts';
import { fixed } from './counted.ts';

const kwh = z.number().nullable();
const figuresSchema = z.object({
  solar_kwh: kwh,
  home_kwh: kwh,
  import_kwh: kwh,
  export_kwh: kwh,
  cost: z.number().nullable(),
  savings: z.number().nullable(),
  currency: z.string().nullable(),
});
const differenceSchema = z.object({
  subject: z.string(),
  what: z.string(),
  was: z.string(),
  now: z.string(),
});

export const previewSchema = z.object({
  config: z.string(),
  differences: z.array(
    z.object({
      config: z.string(),
      first: z.string(),
      last: z.string(),
      known: z.boolean(),
      applies: z.array(differenceSchema).optional(),
      doesNot: z.array(differenceSchema).optional(),
    }),
  ),
  changes: z.array(
    z.object({
      date: z.string(),
      was: figuresSchema,
      now: figuresSchema,
      estimated: z.boolean(),
    }),
  ),
  beyond: z.object({ first: z.string(), last: z.string(), days: z.number() }).nullable(),
  id: z.string().nullable(),
});

type Preview = z.output<typeof previewSchema>;
type Figures = z.output<typeof figuresSchema>;
type View = Pick<CommandContext, 'out' | 'say'>;

const ENERGIES = ['solar_kwh', 'home_kwh', 'import_kwh', 'export_kwh'] as const;
const MONEY = ['cost', 'savings'] as const;

export function showPreview(view: View, preview: Preview): void {
  const { out, say } = view;
  showDifferences(view, preview);
  showDays(view, preview);
  const { beyond, changes, differences, id } = preview;
  // Of a day that goes on there is no row yet, but its quarter hours can be corrected.
  const isToDo = changes.length > 0 || differences.some(({ applies = [] }) => applies.length > 0);
  if (beyond)
    out.line(out.paint('yellow', say('recompute.beyond', { ...beyond, count: beyond.days })));
  if (changes.some(({ estimated }) => estimated)) out.line(say('recompute.estimated'));
  if (id !== null) out.line(out.paint('green', say('recompute.applied', { id })));
  else out.line(say(isToDo ? 'recompute.preview' : 'recompute.nothing'));
}

function showDifferences({ out, say }: View, { differences }: Preview): void {
  // Configurations may differ in what is no matter to records: there is nothing to tell of that.
  const told = differences.filter(
    ({ known, applies = [], doesNot = [] }) => !known || applies.length + doesNot.length > 0,
  );
  for (const { config, first, last, known, applies = [], doesNot = [] } of told) {
    out.line(say('recompute.measured', { config, first, last }));
    if (!known) out.line(out.paint('yellow', `  ${say('recompute.unknown')}`));
    for (const one of applies) out.line(`  ${say('recompute.applies', { ...one })}`);
    for (const one of doesNot) {
      out.line(out.paint('yellow', `  ${say(keyOf(one), { ...one })}`));
    }
  }
  if (told.length > 0) out.line();
}

/** A channel that is on one side only has no value on the other. */
function keyOf({ what, was, now }: z.output<typeof differenceSchema>): string {
  if (what === 'channel' && was === '-') return 'recompute.not_then';
  if (what === 'channel' && now === '-') return 'recompute.not_now';
  return 'recompute.does_not';
}

function showDays({ out, say }: View, { changes }: Preview): void {
  if (changes.length === 0) return;
  const all = changes.flatMap(({ was, now }) => [was, now]);
  const isPriced = all.some(({ cost }) => cost !== null);
  const keys = isPriced ? [...ENERGIES, ...MONEY] : ENERGIES;
  const sum = (pick: (change: Preview['changes'][number]) => Figures, key: (typeof keys)[number]) =>
    changes.reduce<number | null>((total, change) => {
      const value = pick(change)[key];
      return value === null ? total : (total ?? 0) + value;
    }, null);
  const rows = changes.map((change) => [
    `${change.date}${change.estimated ? ' ~' : ''}`,
    ...keys.map((key) => asChange(change.was[key], change.now[key], key)),
  ]);
  const total = keys.map((key) =>
    asChange(
      sum(({ was }) => was, key),
      sum(({ now }) => now, key),
      key,
    ),
  );
  out.table([
    [say('recompute.column.date'), ...keys.map((key) => say(`recompute.column.${key}`))],
    ...rows,
    [say('recompute.column.total', { count: changes.length }), ...total],
  ]);
  out.line();
}

/** `115.200 > 28.800`; one number where nothing changes. */
function asChange(was: number | null, now: number | null, key: string): string {
  const digits = key.endsWith('_kwh') ? 3 : 2;
  const text = (value: number | null) => (value === null ? '-' : fixed(value, digits));
  return text(was) === text(now) ? text(now) : `${text(was)} > ${text(now)}`;
}
