/**
 * What the two counters of a channel tell together: how much more came in than went out. Such nets
 * can be added where several channels make the grid.
 */
import type { Account } from './account.ts';
import { joinOutages, type Outage } from './outage.ts';

/** A change of the counted net. */
export interface CountedNet {
  netKwh: number;
  /** What steps and delays of the counters explain, kWh. */
  bandKwh: number;
  /** The time it makes up for; null where it is of now. */
  outage: Outage | null;
  rebased: boolean;
}

/** Of a channel that adds to the sum, or is taken away. */
export function signedNet(counted: CountedNet, sign: 1 | -1): CountedNet {
  return { ...counted, netKwh: sign * counted.netKwh };
}

export function addedNets(a: CountedNet | undefined, b: CountedNet): CountedNet {
  if (!a) return b;
  return {
    netKwh: a.netKwh + b.netKwh,
    bandKwh: Math.max(a.bandKwh, b.bandKwh),
    outage: joinOutages(a.outage, b.outage),
    rebased: a.rebased || b.rebased,
  };
}

/** Tells an account of a counted net. */
export function moveNet(account: Account, { netKwh, bandKwh, outage, rebased }: CountedNet): void {
  if (rebased) account.netBegins();
  else account.netMoved(netKwh, { bandKwh, recovered: outage !== null });
}
