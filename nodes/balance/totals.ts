/**
 * The published totals: of which accounts each is the sum, where it begins, and that it only grows.
 * What the home makes of them is not decided here.
 */
import type { Account, Growth } from './account.ts';
import type { ChannelEnergy } from './channel-energy.ts';
import { SIGNS, type TotalsKwh } from './home-energy.ts';
import type { TotalKey } from './measured.ts';
import { sum } from './power.ts';
import type { Way } from './tie.ts';

/** One account in a total. */
interface TotalPart {
  account: Account;
  /** The total of an account without a past, kWh; null until that is known. */
  firstKwh: () => number | null;
}

interface Total {
  key: TotalKey;
  way: Way;
  parts: TotalPart[];
}

export interface TotalsOptions {
  channels: readonly ChannelEnergy[];
  /** The grid's account where several channels make it. */
  madeGrid: Account | null;
  restored: TotalsKwh;
}

export class Totals {
  readonly kwh: TotalsKwh;
  readonly keys: readonly TotalKey[];
  #all: readonly Total[];
  /** Those that make the home's balance. */
  #balanced: readonly Total[];

  constructor({ channels, madeGrid, restored }: TotalsOptions) {
    this.kwh = { ...restored };
    const of = (role: ChannelEnergy['role'], way: Way): TotalPart[] =>
      channels
        .filter((channel) => channel.role === role)
        .map((channel) => ({
          account: channel.account,
          firstKwh: () => channel.firstTotalKwh(way),
        }));
    const grid = (way: Way): TotalPart[] =>
      madeGrid ? [{ account: madeGrid, firstKwh: () => madeGrid.sumKwh(way) }] : of('grid', way);
    const all: Total[] = [
      { key: 'solar_kwh', way: 'import', parts: of('solar', 'import') },
      { key: 'import_kwh', way: 'import', parts: grid('import') },
      { key: 'export_kwh', way: 'export', parts: grid('export') },
      { key: 'battery_discharge_kwh', way: 'import', parts: of('battery', 'import') },
      { key: 'battery_charge_kwh', way: 'export', parts: of('battery', 'export') },
      { key: 'ev_kwh', way: 'import', parts: of('ev', 'import') },
    ];
    this.#all = all.filter(({ parts }) => parts.length > 0);
    this.keys = this.#all.map(({ key }) => key);
    this.#balanced = this.#all.filter(({ key }) => SIGNS[key] !== 0);
  }

  /** True where every total of the balance follows a counter. */
  get counterLed(): boolean {
    const led = ({ parts, way }: Total) => parts.every(({ account }) => account.tied(way));
    return this.#balanced.length > 0 && this.#balanced.every(led);
  }

  /** The home's energy as the totals have it, kWh; null until all of them are known. */
  get balanceKwh(): number | null {
    return sum(
      ...this.#balanced.map(({ key }) => {
        const kwh = this.kwh[key];
        return kwh === undefined ? null : SIGNS[key] * kwh;
      }),
    );
  }

  /**
   * Takes what the accounts grew by.
   * @returns what the totals grew by: `seen` is null where nothing was measured
   */
  grow(grown: ReadonlyMap<Account, Growth>): {
    seen: Partial<Record<TotalKey, number | null>>;
    recovered: TotalsKwh;
  } {
    const seen: Partial<Record<TotalKey, number | null>> = {};
    const recovered: TotalsKwh = {};
    for (const { key, way, parts } of this.#all) {
      let seenKwh: number | null = null;
      let recoveredKwh = 0;
      for (const { account } of parts) {
        const growth = grown.get(account);
        const watchedKwh = growth?.seen[way] ?? null;
        if (watchedKwh !== null) seenKwh = (seenKwh ?? 0) + watchedKwh;
        recoveredKwh += growth?.recovered[way] ?? 0;
      }
      seen[key] = seenKwh;
      if (recoveredKwh > 0) recovered[key] = recoveredKwh;
      const before = this.kwh[key];
      const now =
        before === undefined
          ? sum(...parts.map((part) => part.firstKwh()))
          : before + (seenKwh ?? 0) + recoveredKwh;
      if (now !== null) this.kwh[key] = now;
    }
    return { seen, recovered };
  }
}
