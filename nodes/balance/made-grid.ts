/**
 * The energy of a grid that no single channel measures: mains in several channels, or mains behind
 * which the solar joins. Its power is a sum; counters can only speak for the net of that sum.
 */
import { Account, type AccountState } from './account.ts';
import type { ChannelEnergy, ChannelStep } from './channel-energy.ts';
import { addedNets, type CountedNet, moveNet, signedNet } from './counted-net.ts';
import type { SpanMark } from './integrate.ts';
import type { Outage } from './outage.ts';
import { Round } from './round.ts';

/** A channel the grid is made of, and whether it adds (mains) or is taken away (solar). */
export interface Maker {
  meter: string;
  channel: ChannelEnergy;
  sign: 1 | -1;
}

export class MadeGrid {
  readonly account: Account;
  #makers: readonly Maker[];
  #round: Round;
  /** What the counters have told since all of them were last heard. */
  #told = new Map<Maker, CountedNet>();

  constructor(makers: readonly Maker[], restored?: AccountState) {
    this.#makers = makers;
    this.#round = new Round(makers);
    this.account = new Account(restored);
  }

  /** The newest power, W; null while a part of it is not known. */
  powerW(): number | null {
    let sumW = 0;
    for (const { channel, sign } of this.#makers) {
      if (channel.powerW === null) return null;
      sumW += sign * channel.powerW;
    }
    return sumW;
  }

  /** Samples the sum once every meter of it was heard again. */
  heard(meter: string, monoMs: number): SpanMark | null {
    if (this.#makers.every(({ channel }) => channel.account.counted)) this.account.tieNet();
    const roundMs = this.#round.heard(meter, monoMs);
    const powerW = this.powerW();
    return roundMs === null || powerW === null ? null : this.account.point([powerW], roundMs, 0);
  }

  /**
   * A channel's counters moved; ignored where it is no part of the grid. Only when all have been
   * heard is there a net: one by one, each would add to a direction of its own.
   * @returns the time that the net makes up for
   */
  counted(channel: ChannelEnergy, { counted }: ChannelStep): Outage | null {
    const maker = this.#makers.find((other) => other.channel === channel);
    if (!maker || !counted || !this.account.counted) return null;
    this.#told.set(maker, addedNets(this.#told.get(maker), signedNet(counted, maker.sign)));
    if (this.#told.size < this.#makers.length) return null;
    const all = [...this.#told.values()].reduce(addedNets);
    this.#told.clear();
    moveNet(this.account, all);
    return all.outage;
  }
}
