/** Decides where the energy bars of a span lie: a scale, an axis, and a place for each bar, in px. */
import type { Slot } from './bars-view.ts';
import type { Reader } from './format.ts';
import type { SeriesId } from './graph-view.ts';

export interface BarsLayout {
  /** Lines across with their values, in kWh from zero on in either direction. */
  lines: { y: number; text: string }[];
  zeroY: number;
  leftX: number;
  rightX: number;
  bottomY: number;
  slots: PlacedSlot[];
}

export interface PlacedSlot {
  x: number;
  width: number;
  bars: { id: SeriesId; x: number; y: number; width: number; height: number }[];
  /** Below the axis; null where there is no room for it. */
  tick: string | null;
}

export interface Room {
  widthPx: number;
  heightPx: number;
}

export interface LayoutOptions {
  reader: Reader;
  hidden: ReadonlySet<SeriesId>;
  /** Of the orders of the slots: the first that leaves room enough is taken. */
  strides: number[];
}

const AXIS_PX = 46;
const TICKS_PX = 28;
const TOP_PX = 14;
const LINE_ROOM_PX = 34;
/** A narrow name, such as that of a day in a month, and any other. */
const TICK_ROOM_PX = { narrow: 26, wide: 46 };
/** Even the smallest amount that is not nothing is to be seen. */
const LEAST_PX = 1.5;
/** Of a slot, for its two bars; and no wider than this. */
const FILLED = 0.72;
const WIDEST_PX = 30;

/** Above zero `solar` and `home` side by side; below it `export` under the one and `import` under the other. */
const COLUMNS: [up: SeriesId, down: SeriesId][] = [
  ['solar', 'export'],
  ['home', 'import'],
];

export function layOut(
  slots: Slot[],
  { widthPx, heightPx }: Room,
  { reader, hidden, strides }: LayoutOptions,
): BarsLayout {
  const most = (column: 0 | 1) =>
    Math.max(
      0,
      ...slots.flatMap(({ energies }) =>
        COLUMNS.map((ids) => shown(ids[column], energies, hidden)),
      ),
    );
  const bottomY = heightPx - TICKS_PX;
  const lines = Math.max(2, Math.floor((bottomY - TOP_PX) / LINE_ROOM_PX));
  const ticks = energyTicks(most(1), most(0), lines);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const pxPerKwh = (bottomY - TOP_PX) / (high - low);
  const yOf = (kwh: number) => TOP_PX + (high - kwh) * pxPerKwh;
  const zeroY = yOf(0);
  const slotPx = (widthPx - AXIS_PX) / Math.max(1, slots.length);
  const barPx = Math.min(WIDEST_PX, (slotPx * FILLED) / COLUMNS.length);
  const named = namedSlots(slots, slotPx, strides);

  const placed = slots.map(({ energies, tick }, at): PlacedSlot => {
    const x = AXIS_PX + at * slotPx;
    const middle = x + slotPx / 2;
    const bars = COLUMNS.flatMap(([up, down], column) => {
      const left = middle + (column - COLUMNS.length / 2) * barPx;
      return [up, down].flatMap((id) => {
        const kwh = shown(id, energies, hidden);
        if (kwh <= 0) return [];
        const height = Math.max(LEAST_PX, kwh * pxPerKwh);
        return [{ id, x: left, y: id === up ? zeroY - height : zeroY, width: barPx, height }];
      });
    });
    return { x, width: slotPx, bars, tick: named.has(at) ? tick : null };
  });
  return {
    lines: ticks.map((kwh) => ({ y: yOf(kwh), text: axisText(kwh, reader) })),
    ...{ zeroY, leftX: AXIS_PX, rightX: widthPx, bottomY, slots: placed },
  };
}

/** The slot at a place across the drawing, or null beside them all. */
export function slotAt(xPx: number, widthPx: number, count: number): number | null {
  const at = Math.floor(((xPx - AXIS_PX) / (widthPx - AXIS_PX)) * count);
  return at >= 0 && at < count ? at : null;
}

function shown(id: SeriesId, energies: Slot['energies'], hidden: ReadonlySet<SeriesId>): number {
  return hidden.has(id) ? 0 : (energies[id] ?? 0);
}

/** Steps of an energy axis that holds `down` below zero and `up` above it, about `room` of them, kWh. */
export function energyTicks(down: number, up: number, room: number): number[] {
  const high = Math.max(up, down / 4, 0.1);
  for (let power = -2; ; power += 1) {
    for (const first of [1, 2, 5]) {
      const step = first * 10 ** power;
      const [below, above] = [Math.ceil(down / step - 1e-9), Math.ceil(high / step - 1e-9)];
      if (below + above > room) continue;
      return Array.from({ length: below + above + 1 }, (_, k) => rounded((k - below) * step));
    }
  }
}

function rounded(kwh: number): number {
  return Number(kwh.toFixed(2));
}

/** Which slots have room for their name: all, or those at round hours, days or months. */
function namedSlots(slots: Slot[], slotPx: number, strides: number[]): Set<number> {
  const longest = Math.max(0, ...slots.map(({ tick }) => tick.length));
  const needed = longest <= 2 ? TICK_ROOM_PX.narrow : TICK_ROOM_PX.wide;
  const room = Math.max(2, Math.floor((slotPx * slots.length) / needed));
  const at = (stride: number) => {
    const round = slots.flatMap(({ order }, index) => (order % stride === 0 ? [index] : []));
    // an hour that comes twice is named once
    return round.filter((index) => slots[index - 1]?.tick !== slots[index]?.tick);
  };
  const stride = strides.find((candidate) => at(candidate).length <= room) ?? strides.at(-1) ?? 1;
  return new Set(at(stride));
}

/** Below zero the side of the axis says the direction; the unit stands above the drawing. */
function axisText(kwh: number, { locale }: Reader): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Math.abs(kwh));
}
