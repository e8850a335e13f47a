/**
 * Decides what the energy bars of a span say: one slot for each hour, day or month, its names, its
 * values, and whether they were measured. Above zero what the sun made and the home used, below it
 * the part of each that went to the grid and came from it.
 */
import type { HistoryView, Span, ViewBar } from '../../nodes/history/view.ts';
import { clockText, energyText, localText, percentText, type Reader, wallMs } from './format.ts';
import { hourText, type SeriesId } from './graph-view.ts';
import { isWhole } from './totals-view.ts';

export const PART: Record<Span, 'hour' | 'day' | 'month'> = {
  day: 'hour',
  week: 'day',
  month: 'day',
  year: 'month',
};

/** Which orders are round: every slot is named, or every second, and so on. */
export const STRIDES: Record<Span, number[]> = {
  day: [1, 2, 3, 6, 12],
  week: [1],
  month: [1, 2, 5, 10],
  year: [1, 2, 3, 6],
};

export interface Slot {
  /** Below the axis, where there is room. */
  tick: string;
  /** Hour of the day, day of the month or month of the year: round ones are named first. */
  order: number;
  /** In full. */
  name: string;
  /** kWh, all >= 0. */
  energies: Record<SeriesId, number | null>;
  /** `ahead` has not begun, `running` has not ended; nothing at all is known of a `gap`. */
  state: 'measured' | 'running' | 'ahead' | 'gap';
  /** Recovered or estimated: an amount without a shape. */
  hatched: boolean;
  /** Not measured all along; what is hatched says so by that. */
  marked: boolean;
  coverage: number;
}

/** The slots of a view, in its order. @param nowMs  decides what is still to come */
export function slotsOf(view: HistoryView, nowMs: number, reader: Reader): Slot[] {
  const walls = view.bars.map(({ ts }) => ts.slice(0, 16));
  const twice = new Set(walls.filter((wall, at) => walls.indexOf(wall) !== at));
  return view.bars.map((bar, at) => {
    const endMs = Date.parse(view.bars[at + 1]?.ts ?? view.total.end);
    const state = stateOf(bar, { endMs, nowMs, partial: view.total.partial });
    const isSum = bar.quality === 'recovered' || bar.quality === 'estimated';
    return {
      ...namesOf(bar.ts, { span: view.span, twice: twice.has(walls[at] ?? '') }, reader),
      energies: {
        solar: bar.solar_kwh,
        home: bar.home_kwh,
        import: bar.import_kwh,
        export: bar.export_kwh,
      },
      state,
      hatched: isSum,
      marked: state === 'measured' && !isSum && !isWhole(bar),
      coverage: bar.coverage,
    };
  });
}

function stateOf(
  bar: ViewBar,
  { endMs, nowMs, partial }: { endMs: number; nowMs: number; partial: boolean },
): Slot['state'] {
  if (Date.parse(bar.ts) > nowMs) return 'ahead';
  const isNow = partial && nowMs < endMs;
  const known = [bar.solar_kwh, bar.home_kwh, bar.import_kwh, bar.export_kwh];
  if (known.every((kwh) => kwh === null)) return isNow ? 'ahead' : 'gap';
  return isNow ? 'running' : 'measured';
}

type Names = Pick<Slot, 'tick' | 'order' | 'name'>;

/** All from the instant's own offset; an hour that comes twice is told apart by its clock's name. */
function namesOf(
  ts: string,
  { span, twice }: { span: Span; twice: boolean },
  reader: Reader,
): Names {
  const text = (options: Intl.DateTimeFormatOptions) => localText(ts, reader, options);
  const [year, month = 1, day = 1] = ts.slice(0, 10).split('-').map(Number);
  switch (span) {
    case 'day': {
      const there = { ...reader, timeZone: 'UTC' };
      const name = clockText(wallMs(ts), there);
      const onTheHour = ts.slice(14, 16) === '00';
      return {
        tick: onTheHour ? hourText(wallMs(ts) / 1_000, there) : name,
        order: Number(ts.slice(11, 13)),
        name: twice ? `${name} ${offsetOf(ts)}` : name,
      };
    }
    case 'week':
      return {
        tick: text({ weekday: 'short' }),
        order: 0,
        name: text({ weekday: 'long', day: 'numeric', month: 'long' }),
      };
    case 'month':
      return {
        tick: text({ day: 'numeric' }),
        order: day,
        name: text({ weekday: 'long', day: 'numeric', month: 'long' }),
      };
    case 'year':
      return {
        tick: text({ month: 'short' }),
        order: month,
        name: `${text({ month: 'long' })} ${year}`,
      };
  }
}

/** `(UTC-05:00)` */
function offsetOf(ts: string): string {
  const offset = /[+-]\d{2}:\d{2}$/.exec(ts)?.[0] ?? '';
  return `(UTC${offset})`;
}

export interface SlotReadout {
  name: string;
  /** What is to be known before the values: not yet over, not measured all along. */
  note: string | null;
  /** Empty where there is nothing to tell. */
  rows: { id: SeriesId; label: string; value: string }[];
  /** All of it as one line, for a screen reader. */
  text: string;
}

const ROWS = ['solar', 'home', 'import', 'export'] as const;

export function readoutOf(slot: Slot, reader: Reader): SlotReadout {
  const { say } = reader;
  const { name, state } = slot;
  if (state === 'ahead' || state === 'gap') {
    const note = say(`bars.${state}`);
    return { name, note, rows: [], text: say('bars.readout', { name, values: note }) };
  }
  const rows = ROWS.map((id) => {
    return { id, label: say(`totals.${id}`), value: energyText(slot.energies[id], reader) };
  });
  const note = noteOf(slot, reader);
  const values = [...(note ? [note] : []), ...rows.map(({ label, value }) => `${label} ${value}`)];
  return { name, note, rows, text: say('bars.readout', { name, values: values.join(', ') }) };
}

function noteOf({ state, hatched, marked, coverage }: Slot, reader: Reader): string | null {
  const { say } = reader;
  if (hatched) return say('bars.legend_hatch');
  if (state === 'running') return say('bars.running');
  return marked ? say('bars.marked', { share: percentText(coverage, reader) }) : null;
}

/** The slot of now, else the last that is known. */
export function startSlot(slots: Slot[]): number {
  const running = slots.findIndex(({ state }) => state === 'running');
  return running >= 0
    ? running
    : Math.max(
        0,
        slots.findLastIndex(({ state }) => state === 'measured'),
      );
}

/** Whether anything at all is known. */
export function isEmpty(slots: Slot[]): boolean {
  return slots.every(({ state }) => state === 'ahead' || state === 'gap');
}
