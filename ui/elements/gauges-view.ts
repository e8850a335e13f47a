/** Decides what the gauges say: a snapshot in; numbers, words, colours and a sentence out. No DOM. */
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { addsUp } from './adds-up.ts';
import { formatPower, NO_VALUE, percentText, powerText, type Reader, scaleText } from './format.ts';

export type GaugeId = 'solar' | 'home' | 'grid' | 'battery' | 'ev';
/** Colour by meaning; always with words beside it. */
export type Tone = 'solar' | 'home' | 'import' | 'export' | 'battery' | 'ev' | 'quiet';

export interface GaugeView {
  id: GaugeId;
  tone: Tone;
  label: string;
  value: string;
  unit: string;
  /** Direction or activity; "no data" where the value is unknown. */
  words: string;
  /** Of the full scale: 0..1, or -1..1 where `centred`; null where unknown. */
  fraction: number | null;
  /** Zero is at the top, and the two directions go to the two sides. */
  centred: boolean;
  /** The end of the scale, and at the other end where zero is in the middle. */
  scale: string;
  /** Battery state of charge, 0..1, and its words. */
  charge?: { fraction: number | null; text: string };
  accessibleName: string;
}

/** Full scales grow in these steps, W, so that a gauge does not breathe with every cloud. */
const SCALES_W = [
  2_000, 4_000, 6_000, 8_000, 10_000, 15_000, 20_000, 30_000, 50_000, 100_000, 200_000, 500_000,
];
const SMALLEST_W: Record<GaugeId, number> = {
  solar: 4_000,
  home: 4_000,
  grid: 4_000,
  battery: 4_000,
  ev: 8_000,
};
/** Below this a direction is not worth a word, W. */
const QUIET_W = 5;
/** An inverter asleep draws less, W; the doctor's rule of a reversed solar CT begins here too. */
const STANDBY_W = 100;

export type Scales = Partial<Record<GaugeId, number>>;

/** The full scale of each gauge, W: never smaller than before. */
export function growScales(scales: Scales, snapshot: Snapshot): Scales {
  const grown: Scales = {};
  for (const id of gaugesOf(snapshot)) {
    const needed = Math.max(SMALLEST_W[id], scales[id] ?? 0, Math.abs(powerOf(id, snapshot) ?? 0));
    grown[id] = SCALES_W.find((step) => step >= needed) ?? needed;
  }
  return grown;
}

/** The gauges of a home; without a snapshot the three every home has, knowing nothing. */
export function viewGauges(snapshot: Snapshot | null, scales: Scales, reader: Reader): GaugeView[] {
  return gaugesOf(snapshot).map((id) =>
    viewGauge(id, snapshot, scales[id] ?? SMALLEST_W[id], reader),
  );
}

function viewGauge(
  id: GaugeId,
  snapshot: Snapshot | null,
  scaleW: number,
  reader: Reader,
): GaugeView {
  const powerW = snapshot ? powerOf(id, snapshot) : null;
  const label = reader.say(`gauges.${id}`);
  const word = wordOf(id, powerW, snapshot);
  const words = reader.say(word === 'none' ? word : `gauges.words.${word}`, {
    draw: powerText(snapshot?.solar_standby_w, reader),
  });
  const view: GaugeView = {
    id,
    tone: toneOf(id, powerW),
    label,
    ...formatPower(powerW, reader),
    words,
    fraction: powerW === null ? null : clamp(powerW / scaleW),
    centred: id === 'grid' || id === 'battery',
    scale: scaleText(scaleW, reader),
    accessibleName:
      powerW === null
        ? `${label}: ${words}`
        : reader.say('gauges.name', { label, value: powerText(powerW, reader), words }),
  };
  return id === 'battery' ? { ...view, charge: viewCharge(snapshot?.battery_soc, reader) } : view;
}

function viewCharge(percent: number | null | undefined, reader: Reader): GaugeView['charge'] {
  if (percent === null || percent === undefined) return { fraction: null, text: NO_VALUE };
  const fraction = clamp(percent / 100);
  return { fraction, text: reader.say('gauges.charged', { value: percentText(fraction, reader) }) };
}

function gaugesOf(snapshot: Snapshot | null): GaugeId[] {
  const always: GaugeId[] = ['solar', 'home', 'grid'];
  if (snapshot && 'battery_w' in snapshot) always.push('battery');
  if (snapshot && 'ev_w' in snapshot) always.push('ev');
  return always;
}

function powerOf(id: GaugeId, snapshot: Snapshot): number | null {
  return id === 'home' && isHomeUnsure(snapshot) ? null : (snapshot[`${id}_w`] ?? null);
}

/** A home that is held is the last good one. */
function isHomeUnsure(snapshot: Snapshot): boolean {
  return !addsUp(snapshot) && snapshot.held !== true;
}

function wordOf(id: GaugeId, powerW: number | null, snapshot: Snapshot | null): string {
  if (id === 'home' && snapshot && isHomeUnsure(snapshot)) return 'home_unsure';
  if (powerW === null) return 'none';
  const quiet = Math.abs(powerW) < QUIET_W;
  switch (id) {
    case 'solar':
      return quiet ? solarWord(snapshot?.solar_standby_w ?? 0) : 'solar_on';
    case 'home':
      return 'home';
    case 'grid':
      return quiet ? 'grid_none' : powerW > 0 ? 'grid_import' : 'grid_export';
    case 'battery':
      return quiet ? 'battery_none' : powerW > 0 ? 'battery_discharge' : 'battery_charge';
    case 'ev':
      return quiet ? 'ev_off' : 'ev_on';
  }
}

function solarWord(drawW: number): string {
  if (drawW >= STANDBY_W) return 'solar_draws';
  return drawW > 0 ? 'solar_standby' : 'solar_off';
}

function toneOf(id: GaugeId, powerW: number | null): Tone {
  if (powerW === null) return 'quiet';
  if (id === 'home') return 'home';
  if (Math.abs(powerW) < QUIET_W) return 'quiet';
  if (id === 'grid') return powerW > 0 ? 'import' : 'export';
  return id;
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(-1, fraction));
}
