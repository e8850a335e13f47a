/**
 * The rule by which every level is kept: a record gives way only to one that knows at least as much.
 * The finer records it could be made of again may be damaged or gone in part, and nobody may have
 * noticed; what was made of them while they were whole is then the best there is.
 */

import type { ChannelEnergies, Energies, QuarterRecord, Seconds } from '../records.ts';
import { ChannelSum, sumEnergies } from '../sums/exact.ts';
import { knownSeconds, sumSeconds } from '../sums/seconds.ts';

/** What of a record says how much it knows. */
export interface Told extends Seconds {
  energy: Partial<Energies>;
  /** Of 15 minutes. */
  power?: QuarterRecord['power'];
  channels?: ChannelEnergies;
}

/**
 * Whether a record makes room for what is made anew in its place.
 * @param damaged  some of what it is made of cannot be read: then also energy tells what is missing.
 *   Else energy may be less: it was measured or is seen otherwise, and that is for the finer records
 *   to say.
 */
export function givesWay(kept: Told, made: Told, { damaged }: { damaged: boolean }): boolean {
  if (measuredSeconds(made) < measuredSeconds(kept)) return false;
  if (isMeasured(kept) ? !isMeasured(made) : isKnown(kept) && !isKnown(made)) return false;
  return !damaged || hasNoLess(made, kept);
}

/** Whether a record tells anything of its time. */
export function isKnown(record: Told): boolean {
  return knownSeconds(record) > 0 || hasEnergy(record);
}

/**
 * Seconds that were looked at. What was recovered is none of them: a block can be told again, and
 * otherwise, a measurement cannot.
 */
export function measuredSeconds(seconds: Seconds): number {
  return knownSeconds(seconds) - (seconds.recovered_s ?? 0);
}

/** What several records of one time, or of times that follow each other, know together. */
export function toldBy(parts: readonly QuarterRecord[]): Told & { channels: ChannelEnergies } {
  const channels = new ChannelSum();
  for (const part of parts) channels.add(part.channels);
  const seen = parts.find(({ power }) => hasPower(power))?.power;
  return {
    ...sumSeconds(parts),
    energy: sumEnergies(parts.map(({ energy }) => energy)),
    ...(seen && { power: seen }),
    channels: channels.channels(),
  };
}

/**
 * While one meter is silent no second counts as covered, and what the others say is measured all the
 * same: it has a power, or it has an energy that was not recovered.
 */
function isMeasured(record: Told): boolean {
  if (measuredSeconds(record) > 0 || hasPower(record.power)) return true;
  return !record.recovered_s && hasEnergy(record);
}

function hasPower(power: Told['power']): boolean {
  return power !== undefined && Object.values(power).some((stats) => stats !== null);
}

function hasEnergy({ energy }: Told): boolean {
  return Object.values(energy).some((kwh) => typeof kwh === 'number');
}

function hasNoLess(made: Told, kept: Told): boolean {
  const now = amountsOf(made);
  return [...amountsOf(kept)].every(
    ([key, kwh]) => (now.get(key) ?? Number.NEGATIVE_INFINITY) >= kwh,
  );
}

/** Every energy that is known, by whose it is. */
function amountsOf({ energy, channels = {} }: Told): Map<string, number> {
  const all = Object.entries({ '': energy, ...channels });
  return new Map(
    all.flatMap(([id, energies]) =>
      Object.entries(energies).flatMap(([key, kwh]): [string, number][] =>
        typeof kwh === 'number' ? [[`${id} ${key}`, kwh]] : [],
      ),
    ),
  );
}
