/** The drawing of the day graph: uPlot with our axes, colours taken from CSS, and gaps shown as gaps. */
import { css } from 'lit';
import uPlot from 'uplot';
import type { Reader } from './format.ts';
import {
  type DayColumns,
  gapsOf,
  hourText,
  hourTicks,
  powerTicks,
  powerTickText,
  type SeriesId,
} from './graph-view.ts';

export interface PlotOptions {
  reader: Reader;
  /** Resolves a custom property, such as `--solar`, as it is now. */
  color(name: string): string;
  hidden: ReadonlySet<SeriesId>;
  /** The step to begin at, as if somebody pointed at it; none where it is below 0. */
  startAt: number;
  /** Called with the step under the cursor and its place in px, or null where it left. */
  onCursor(at: { step: number; leftPx: number } | null): void;
}

/** Areas first, the home's line on top of them. */
const DRAWN: SeriesId[] = ['solar', 'import', 'export', 'home'];
/** A power axis label every this many px, an hour every that many. */
const POWER_ROOM_PX = 42;
const HOUR_ROOM_PX = 64;
/** An hour nearer to the end than this would lose half of its name. */
const HOUR_EDGE_PX = 16;
const FONT = '13px system-ui, sans-serif';
const FILL_OPACITY: Record<SeriesId, number> = { solar: 0.42, home: 0, import: 0.3, export: 0.38 };

/** Draws `columns` into `place` at its size. The caller destroys it. */
export function plotDay(place: HTMLElement, columns: DayColumns, options: PlotOptions): uPlot {
  const { color, onCursor, startAt } = options;
  const plot: uPlot = new uPlot(
    {
      ...sizeOf(place),
      padding: [12, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 9, width: 2 },
        dataIdx: (_u, drawn, step) => (isMute(columns, DRAWN[drawn - 1], step) ? null : step),
      },
      scales: { x: { time: false, range: () => spanOf(columns) }, y: { range: powerRange } },
      axes: [hourAxis(options), powerAxis(options)],
      series: [{}, ...DRAWN.map((id) => seriesOf(id, options))],
      hooks: {
        ready: [(u) => startAt >= 0 && pointAt(u, columns, startAt)],
        drawClear: [(u) => drawGaps(u, columns, options)],
        draw: [(u) => drawZero(u, color)],
        setCursor: [
          (u) => {
            const { idx, left } = u.cursor;
            const there = typeof idx === 'number' && left !== undefined && left >= 0;
            onCursor(there ? { step: idx, leftPx: left + u.over.offsetLeft } : null);
          },
        ],
      },
    },
    [columns.times, ...DRAWN.map((id) => columns.series[id])],
    place,
  );
  followTouch(plot);
  return plot;
}

/** The place's own, which its sheet decides. */
export function sizeOf(place: HTMLElement): { width: number; height: number } {
  return { width: Math.max(200, place.clientWidth), height: Math.max(150, place.clientHeight) };
}

/** Puts the cursor on a step, as a finger or a mouse would. */
export function pointAt(plot: uPlot, columns: DayColumns, step: number): void {
  const left = plot.valToPos(columns.times[step] ?? 0, 'x');
  plot.setCursor({ left, top: plot.over.clientHeight / 2 });
}

/** Shows or hides one series. */
export function showSeries(plot: uPlot, id: SeriesId, show: boolean): void {
  plot.setSeries(DRAWN.indexOf(id) + 1, { show });
}

/** The direction the grid did not have gets no mark under the cursor. */
function isMute(columns: DayColumns, id: SeriesId | undefined, step: number): boolean {
  return (id === 'import' || id === 'export') && columns.series[id][step] === 0;
}

function spanOf({ times }: DayColumns): [number, number] {
  return [times[0] ?? 0, times.at(-1) ?? 1];
}

function powerRange(u: uPlot, low: number | null, high: number | null): [number, number] {
  const ticks = powerTicks(low ?? 0, high ?? 0, powerRoom(u));
  return [ticks[0] ?? 0, ticks.at(-1) ?? 1];
}

function powerRoom(u: uPlot): number {
  return Math.max(3, Math.floor(u.height / POWER_ROOM_PX));
}

function hourAxis({ reader, color }: PlotOptions): uPlot.Axis {
  return {
    stroke: () => color('--soft'),
    font: FONT,
    size: 30,
    gap: 8,
    splits: (u, _axis, from, to) => {
      const edgeS = ((to - from) / u.width) * HOUR_EDGE_PX;
      const room = Math.floor(u.width / HOUR_ROOM_PX);
      return hourTicks(from, to, room, reader.timeZone).filter((s) => s <= to - edgeS);
    },
    values: (_u, splits) => splits.map((s) => hourText(s, reader)),
    grid: { show: false },
    ticks: { show: false },
  };
}

function powerAxis({ reader, color }: PlotOptions): uPlot.Axis {
  return {
    stroke: () => color('--soft'),
    font: FONT,
    size: 56,
    gap: 8,
    splits: (u, _axis, from, to) => powerTicks(from, to, powerRoom(u)),
    values: (_u, splits) => splits.map((w) => powerTickText(w, reader)),
    grid: { stroke: () => color('--line'), width: 1 },
    ticks: { show: false },
  };
}

function seriesOf(id: SeriesId, { color, hidden }: PlotOptions): uPlot.Series {
  return {
    show: !hidden.has(id),
    stroke: () => color(id === 'solar' ? '--solar-line' : `--${id}`),
    width: id === 'home' ? 1.75 : 1.5,
    points: { show: false },
    spanGaps: false,
    ...(FILL_OPACITY[id] > 0 ? { fill: (u) => fade(u, color(`--${id}`), FILL_OPACITY[id]) } : {}),
  };
}

/** Strong at the line, faint at zero, on both sides of zero. */
function fade(u: uPlot, color: string, opacity: number): CanvasGradient | string {
  const { top, height } = u.bbox;
  const zero = (u.valToPos(0, 'y', true) - top) / height;
  if (!Number.isFinite(zero)) return 'transparent';
  const gradient = u.ctx.createLinearGradient(0, top, 0, top + height);
  const at = (share: number) =>
    `color-mix(in srgb, ${color} ${Math.round(share * 100)}%, transparent)`;
  gradient.addColorStop(0, at(opacity));
  gradient.addColorStop(Math.min(1, Math.max(0, zero)), at(opacity * 0.25));
  gradient.addColorStop(1, at(opacity));
  return gradient;
}

/** A gap is a pale stretch, and says what it is where it is wide enough for the words. */
function drawGaps(u: uPlot, columns: DayColumns, { color, reader }: PlotOptions): void {
  const { ctx, bbox } = u;
  const words = reader.say('graph.gap');
  ctx.save();
  ctx.font = FONT.replace('13px', `${13 * window.devicePixelRatio}px`);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const wordsWidth = ctx.measureText(words).width + 10 * window.devicePixelRatio;
  for (const { fromS, toS } of gapsOf(columns)) {
    const left = Math.max(bbox.left, u.valToPos(fromS, 'x', true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(toS, 'x', true));
    if (right <= left) continue;
    ctx.globalAlpha = 0.55;
    ctx.fillStyle = color('--track');
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    if (right - left < wordsWidth) continue;
    ctx.globalAlpha = 1;
    ctx.fillStyle = color('--soft');
    ctx.fillText(
      words,
      (left + right) / 2,
      bbox.top + (POWER_ROOM_PX / 2) * window.devicePixelRatio,
    );
  }
  ctx.restore();
}

function drawZero(u: uPlot, color: (name: string) => string): void {
  const { ctx, bbox } = u;
  const y = Math.round(u.valToPos(0, 'y', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = color('--axis');
  ctx.lineWidth = 2 * window.devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** uPlot listens to a mouse only; a finger reads values the same way, and still scrolls the page. */
function followTouch(plot: uPlot): void {
  const { over } = plot;
  const follow = (event: PointerEvent) => {
    if (event.pointerType === 'mouse') return;
    const box = over.getBoundingClientRect();
    plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  };
  over.addEventListener('pointerdown', follow);
  over.addEventListener('pointermove', follow);
}

/** What uPlot's parts need to lie on each other; its own sheet would have to be loaded beside ours. */
export const plotStyles = css`
  .uplot,
  .u-wrap {
    position: relative;
    user-select: none;
  }
  .u-wrap canvas {
    display: block;
    width: 100%;
    height: 100%;
  }
  .u-over,
  .u-under {
    position: absolute;
    overflow: hidden;
  }
  .u-over {
    touch-action: pan-y;
    cursor: crosshair;
  }
  .u-axis,
  .u-select {
    position: absolute;
    pointer-events: none;
  }
  .u-cursor-x {
    position: absolute;
    inset: 0 auto 0 0;
    border-inline-start: 1px solid var(--soft);
    pointer-events: none;
    will-change: transform;
  }
  .u-cursor-pt {
    position: absolute;
    top: 0;
    left: 0;
    border-radius: 50%;
    border: 0 solid;
    pointer-events: none;
    background-clip: padding-box !important;
    will-change: transform;
  }
  .u-off {
    display: none;
  }
`;
