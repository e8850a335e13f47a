/** What several lines about one minute mean together: one record, nothing lost, nothing twice. */
import type {
  EnergyKey,
  MinuteChannel,
  MinuteEvent,
  MinuteRecord,
  PowerStats,
  RecoveredBlock,
} from './minute.ts';
import { roundedKwh, roundedW } from './tally.ts';

/**
 * One record a minute, in order of time. Of one run the higher `rev` counts; what different runs
 * saw of one minute adds.
 */
export function mergeMinutes(records: Iterable<MinuteRecord>): MinuteRecord[] {
  const minutes = new Map<string, Map<string, MinuteRecord>>();
  for (const record of records) {
    const runs = minutes.get(record.ts) ?? new Map<string, MinuteRecord>();
    minutes.set(record.ts, runs);
    const known = runs.get(record.run);
    if (!known || record.rev > known.rev) runs.set(record.run, record);
  }
  return [...minutes.values()]
    .map((runs) => addMinutes([...runs.values()]))
    .sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

/** The parts of one minute that different runs saw as one record. */
function addMinutes(parts: MinuteRecord[]): MinuteRecord {
  const last = parts.reduce((a, b) => (isLater(b, a) ? b : a));
  if (parts.length === 1) return last;
  const { recovered: _, events: __, clock_step: ___, ...rest } = last;
  const recovered = addBlocks(parts.flatMap((part) => part.recovered ?? []));
  const events = distinct(parts.flatMap((part) => part.events ?? []));
  return {
    ...rest,
    covered_s: total(parts, (part) => part.covered_s),
    ...addSeconds(parts),
    ...(recovered && { recovered }),
    ...(events.length > 0 && { events }),
    ...(hasClockStep(parts) && { clock_step: true as const }),
    ...(parts.some(({ simulated }) => simulated) && { simulated: true as const }),
    power: addPowers(parts),
    energy: addEnergies(parts),
    channels: addChannels(parts, last),
  };
}

/** Whose ledger and counters stand: the same in whatever order the parts come. */
function isLater(a: MinuteRecord, b: MinuteRecord): boolean {
  const [n, other] = [a.ledger?.n ?? 0, b.ledger?.n ?? 0];
  return n === other ? a.run > b.run : n > other;
}

/** A clock that was set has let one run live the minute twice: `run`, and `run.1` or `run~5`. */
function hasClockStep(parts: readonly MinuteRecord[]): boolean {
  const programs = new Set(parts.map(({ run }) => run.split(/[.~]/)[0]));
  return programs.size < parts.length || parts.some(({ clock_step }) => clock_step);
}

function total(parts: readonly MinuteRecord[], of: (part: MinuteRecord) => number): number {
  return parts.reduce((sum, part) => sum + of(part), 0);
}

function addSeconds(parts: readonly MinuteRecord[]): Partial<MinuteRecord> {
  const sums = (['held_s', 'estimated_s', 'recovered_s'] as const).map(
    (key) => [key, total(parts, (part) => part[key] ?? 0)] as const,
  );
  return Object.fromEntries(sums.filter(([, seconds]) => seconds > 0));
}

/** Each key of any part with the values that the parts have for it, and how long each part saw. */
function byKey<T>(
  parts: readonly MinuteRecord[],
  pick: (part: MinuteRecord) => Readonly<Record<string, T | undefined>>,
): [key: string, found: { value: T; seconds: number }[]][] {
  const keys = new Set(parts.flatMap((part) => Object.keys(pick(part))));
  return [...keys].map((key) => [
    key,
    parts.flatMap((part) => {
      const value = pick(part)[key];
      return value === undefined ? [] : [{ value, seconds: part.covered_s + (part.held_s ?? 0) }];
    }),
  ]);
}

type Stats = [number, number, number];

function addPowers(parts: readonly MinuteRecord[]): MinuteRecord['power'] {
  const someResidual = parts.some(({ power }) => power.residual);
  const zeroWhereLeftOut: PowerStats = [0, 0, 0];
  const powers = byKey<PowerStats>(parts, ({ power }) =>
    someResidual && power.home ? { residual: zeroWhereLeftOut, ...power } : power,
  );
  const added = powers.map(([key, found]) => {
    const known = found.flatMap(({ value, seconds }) => (value ? [{ value, seconds }] : []));
    return [key, known.length === 0 ? null : addStats(known)];
  });
  return Object.fromEntries(added) as MinuteRecord['power'];
}

function addStats(known: readonly { value: Stats; seconds: number }[]): Stats {
  return [
    mean(known.map(({ value, seconds }) => ({ value: value[0], seconds }))),
    Math.min(...known.map(({ value }) => value[1])),
    Math.max(...known.map(({ value }) => value[2])),
  ];
}

/** W, weighted by how long each was seen; where that is not known, all alike. */
function mean(known: readonly { value: number; seconds: number }[]): number {
  const seconds = known.reduce((sum, each) => sum + each.seconds, 0);
  const weightOf = (each: { seconds: number }) =>
    seconds === 0 ? 1 / known.length : each.seconds / seconds;
  return roundedW(known.reduce((sum, each) => sum + each.value * weightOf(each), 0));
}

function addEnergies(parts: readonly MinuteRecord[]): MinuteRecord['energy'] {
  const sums = byKey<number | null>(parts, ({ energy: { by: _, ...kwh } }) => kwh).map(
    ([key, found]) => [key, addKwh(found.map(({ value }) => value))],
  );
  const isCounted = parts.every(({ energy }) => energy.by === 'counter');
  const energies = Object.fromEntries(sums) as Omit<MinuteRecord['energy'], 'by'>;
  return { ...energies, by: isCounted ? 'counter' : 'integral' };
}

/** kWh; null where none is known. */
function addKwh(values: readonly (number | null)[]): number | null {
  const known = values.filter((kwh) => kwh !== null);
  return known.length === 0 ? null : roundedKwh(known.reduce((sum, kwh) => sum + kwh, 0));
}

function addChannels(parts: readonly MinuteRecord[], last: MinuteRecord): MinuteRecord['channels'] {
  const channels = byKey<MinuteChannel>(parts, (part) => part.channels).map(([id, found]) => {
    const known = found.flatMap(({ value: { mean_w: value }, seconds }) =>
      value === null ? [] : [{ value, seconds }],
    );
    return [
      id,
      {
        ...Object.assign({}, ...found.map(({ value }) => value)),
        ...last.channels[id],
        mean_w: known.length === 0 ? null : mean(known),
        import_kwh: addKwh(found.map(({ value }) => value.import_kwh)),
        export_kwh: addKwh(found.map(({ value }) => value.export_kwh)),
        ...addIntegrated(found.map(({ value }) => value)),
      },
    ];
  });
  return Object.fromEntries(channels);
}

/** A part that no counter led has no other energy than what power came to. */
function addIntegrated(parts: readonly MinuteChannel[]): Partial<MinuteChannel> {
  const sums = (['import_kwh', 'export_kwh'] as const).flatMap((way) => {
    const key = `integrated_${way}` as const;
    if (parts.every((part) => part[key] === undefined)) return [];
    return [[key, addKwh(parts.map((part) => part[key] ?? part[way]))] as const];
  });
  return Object.fromEntries(sums);
}

function addBlocks(blocks: readonly RecoveredBlock[]): RecoveredBlock | null {
  const [first] = blocks;
  if (!first || blocks.length === 1) return first ?? null;
  const energy: RecoveredBlock['energy'] = {};
  const channels: RecoveredBlock['channels'] = {};
  for (const block of blocks) {
    for (const [key, kwh] of Object.entries(block.energy) as [EnergyKey, number][]) {
      energy[key] = roundedKwh((energy[key] ?? 0) + kwh);
    }
    for (const [id, { import_kwh, export_kwh }] of Object.entries(block.channels)) {
      const sum = channels[id] ?? { import_kwh: 0, export_kwh: 0 };
      channels[id] = {
        import_kwh: roundedKwh(sum.import_kwh + import_kwh),
        export_kwh: roundedKwh(sum.export_kwh + export_kwh),
      };
    }
  }
  const [from = first.from] = blocks.map((block) => block.from).sort();
  const to =
    blocks
      .map((block) => block.to)
      .sort()
      .at(-1) ?? first.to;
  return { from, to, energy, channels };
}

function distinct(events: readonly MinuteEvent[]): MinuteEvent[] {
  const seen = new Map(events.map((each) => [`${each.channel} ${each.event}`, each]));
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
