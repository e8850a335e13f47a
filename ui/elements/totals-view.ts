/** Decides how a day or any other stretch reads in numbers: tiles, how far they can be trusted, money. */
import type { BillSummary, EnergySummary, Mark, Note } from '../../nodes/rollup/sums/summary.ts';
import {
  formatEnergy,
  localText,
  moneyText,
  NO_VALUE,
  percentText,
  type Reader,
} from './format.ts';
import type { Tone } from './gauges-view.ts';

export interface Tile {
  id: string;
  tone: Tone;
  label: string;
  value: string;
  unit: string;
  /** What a ratio or an amount is of, or why there is none. */
  note: string | null;
  /** 0..1, to be drawn as a bar; null where there is nothing to draw. */
  share: number | null;
}

/** In the order they are read; a home without battery or car has no tile for it. */
const ENERGIES = [
  ['solar_kwh', 'solar', 'solar'],
  ['home_kwh', 'home', 'home'],
  ['import_kwh', 'import', 'import'],
  ['export_kwh', 'export', 'export'],
  ['battery_charge_kwh', 'charge', 'battery'],
  ['battery_discharge_kwh', 'discharge', 'battery'],
  ['ev_kwh', 'ev', 'ev'],
] as const satisfies readonly [keyof EnergySummary, string, Tone][];

/** Energies, ratios and savings of a stretch. What is not known is a dash with its reason. */
export function tilesOf(summary: EnergySummary, reader: Reader): Tile[] {
  const energies = ENERGIES.flatMap(([key, id, tone]) => {
    const kwh = summary[key];
    if (kwh === undefined) return [];
    const note = kwh === null ? reader.say('totals.gap') : null;
    const label = reader.say(`totals.${id}`);
    return [{ id, tone, label, ...formatEnergy(kwh, reader), note, share: null }];
  });
  return [
    ...energies,
    ratioTile('self_consumption', summary, reader),
    ratioTile('solar_offset', summary, reader),
    savingsTile(summary, reader),
  ];
}

/** What each ratio is a share of. */
const WHOLE_OF = { self_consumption: 'solar', solar_offset: 'home' } as const;

/** A ratio has no value where what it is a share of is next to nothing, or not known. */
function ratioTile(id: keyof typeof WHOLE_OF, summary: EnergySummary, reader: Reader): Tile {
  const { say } = reader;
  const tone = WHOLE_OF[id];
  const share = summary[id];
  const tile = { id, tone, label: say(`totals.${id}`), unit: '' };
  if (share === null) {
    // All there is of it may have passed while another meter was silent.
    const isUnknown = summary[`${tone}_kwh`] === null || summary.notes.includes('incomplete');
    const reason = isUnknown ? 'unknown' : `no_${tone}`;
    return { ...tile, value: NO_VALUE, note: say(`totals.${reason}`), share: null };
  }
  return { ...tile, value: percentText(share, reader), note: say(`totals.${id}_note`), share };
}

function savingsTile({ savings, currency, notes }: EnergySummary, reader: Reader): Tile {
  const { say } = reader;
  const tile = { id: 'savings', label: say('totals.savings'), unit: '', share: null };
  if (savings === null || currency === null) {
    const reason = currency === null ? 'no_tariff' : 'unknown';
    return { ...tile, tone: 'quiet', value: NO_VALUE, note: say(`totals.${reason}`) };
  }
  const note = notes.includes('estimated_cost') ? 'savings_estimated' : 'savings_note';
  const value = moneyText(savings, currency, reader);
  return { ...tile, tone: savings < 0 ? 'quiet' : 'export', value, note: say(`totals.${note}`) };
}

export interface QualityView {
  label: string;
  /** What that means, a sentence each. */
  details: string[];
}

/** Less than this of the time, and a stretch says so. */
const NEARLY_ALL = 0.99;

/** Whether a stretch was measured all along, as far as anybody would care. */
export function isWhole({ coverage, quality }: { coverage: number; quality: Mark }): boolean {
  return coverage >= NEARLY_ALL && quality === 'good';
}

/**
 * What there is to say of how a stretch was measured; null where all is well.
 * @param when  what the share is of; `since`, a date in words, where the records begin within it
 */
export function qualityOf(
  { coverage, quality, notes }: Pick<EnergySummary, 'coverage' | 'quality' | 'notes'>,
  when: 'today' | 'span' | { since: string },
  reader: Reader,
): QualityView | null {
  const { say } = reader;
  const parts: { label: string; detail: string }[] = [];
  const add = (label: string, detail: string) => parts.push({ label, detail: say(detail) });
  if (coverage < NEARLY_ALL) {
    const share = percentText(coverage, reader);
    const label =
      typeof when === 'string'
        ? say(`quality.${when}`, { share })
        : say('quality.since', { share, date: when.since });
    add(coverage > 0 ? label : say('quality.nothing'), 'quality.missing_detail');
  }
  const mark = quality === 'held' ? 'estimated' : quality;
  const marks = [mark, ...notes].filter((note) => TOLD.has(note));
  for (const note of marks) add(say(`quality.${note}`), `quality.${note}_detail`);
  if (parts.length === 0) return null;
  return {
    label: parts.map(({ label }) => label).join(' · '),
    details: parts.map(({ detail }) => detail),
  };
}

/** An estimated cost is told beside the cost. */
const TOLD: ReadonlySet<string> = new Set<Mark | Note>([
  'estimated',
  'recovered',
  'inconsistent',
  'incomplete',
  'counter_disagrees',
  'counter_event',
  'corrected',
]);

export interface BillView {
  /** Whether it is to be paid or to be had, in words. */
  label: string;
  amount: string;
  rows: { label: string; value: string }[];
  /** Since when, and how sure. */
  notes: string[];
}

/** The bill of a month so far. */
export function viewBill(bill: BillSummary, reader: Reader): BillView {
  const { say } = reader;
  const date = localText(bill.since, reader, { day: 'numeric', month: 'long' });
  const view = viewMoney(bill, { paid: 'bill.cost', had: 'bill.credit' }, reader);
  const estimated = bill.estimated ? [say('bill.estimated')] : [];
  return { ...view, notes: [say('bill.since', { date }), ...estimated] };
}

/** What a stretch cost; null where no tariff held. */
export function viewCost(total: EnergySummary, reader: Reader): BillView | null {
  const { cost, currency, notes } = total;
  if (cost === null || currency === null) return null;
  const words = { paid: 'bill.span_cost', had: 'bill.span_credit' };
  // the savings have a tile of their own there
  const view = viewMoney({ ...total, savings: null, cost, currency }, words, reader);
  return { ...view, notes: notes.includes('estimated_cost') ? [reader.say('bill.estimated')] : [] };
}

function viewMoney(
  { cost, cost_without_solar, savings, currency }: Omit<BillSummary, 'since' | 'estimated'>,
  words: { paid: string; had: string },
  reader: Reader,
): Omit<BillView, 'notes'> {
  const { say } = reader;
  const row = (label: string, amount: number | null) =>
    amount === null ? [] : [{ label: say(label), value: moneyText(amount, currency, reader) }];
  return {
    label: say(cost < 0 ? words.had : words.paid),
    amount: moneyText(Math.abs(cost), currency, reader),
    rows: [...row('bill.without', cost_without_solar), ...row('bill.saved', savings)],
  };
}
