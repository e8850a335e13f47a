/**
 * What lies between two configurations of one site: how each channel's sign, factor and role change,
 * and which differences no calculation can apply to what was measured.
 */
import { correctionOf } from '../../meter/correction.ts';
import type { RecordedConfig } from '../../site/hash.ts';
import type { ChannelConfig, MeterConfig } from '../../site/schema.ts';

/** What differs between two configurations, for a person to read. */
export interface WiringDifference {
  /** `<meter>/<channel>`, or `site`. */
  subject: string;
  /** `invert`, `factor`, `role`, `solar_position`; or what cannot be applied to the past. */
  what: string;
  was: string;
  now: string;
}

export interface Correctable {
  applies: WiringDifference[];
  /** These differ too, but no calculation can undo them. */
  doesNot: WiringDifference[];
}

/** What a power of the home is made of. */
export const QUANTITIES = ['grid', 'solar', 'battery', 'ev'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** A channel that adds to a quantity, or is taken away from it. */
export interface Part {
  id: string;
  sign: 1 | -1;
}

/** How a channel's numbers change. */
export interface Turn {
  /** kWh and W of now for each of then, > 0. */
  factor: number;
  /** Import and export change places; power changes its sign. */
  swapped: boolean;
}

export interface Rewiring extends Correctable {
  turns: ReadonlyMap<string, Turn>;
  /** What each quantity is made of now. */
  parts: Record<Quantity, readonly Part[]>;
  /** How a quantity turns that is made of the same channels, all turned alike; else null. */
  whole: Record<Quantity, Turn | null>;
}

export const UNTURNED: Turn = { factor: 1, swapped: false };

interface Wired {
  meter: MeterConfig;
  channel: ChannelConfig;
  config: RecordedConfig;
}

const known = new WeakMap<RecordedConfig, WeakMap<RecordedConfig, Rewiring>>();

/** The way from one configuration to another; worked out once for each pair of objects. */
export function rewiringOf(was: RecordedConfig, now: RecordedConfig): Rewiring {
  const fromHere = known.get(was) ?? new WeakMap<RecordedConfig, Rewiring>();
  known.set(was, fromHere);
  const rewiring = fromHere.get(now) ?? workOut(was, now);
  fromHere.set(now, rewiring);
  return rewiring;
}

function workOut(was: RecordedConfig, now: RecordedConfig): Rewiring {
  const [then, since] = [wiredOf(was), wiredOf(now)];
  const turns = new Map<string, Turn>();
  const roles = new Map<string, ChannelConfig['role']>();
  for (const [id, before] of then) {
    const after = since.get(id);
    turns.set(id, after ? turnOf(before, after) : UNTURNED);
    // A channel that is gone was measured all the same: it stays what it was.
    roles.set(id, (after ?? before).channel.role);
  }
  const before = partsOf(
    [...then].map(([id, { channel }]) => [id, channel.role]),
    was.solar_position,
  );
  const parts = partsOf([...roles], now.solar_position);
  const whole = (quantity: Quantity) => wholeTurn(before[quantity], parts[quantity], turns);
  return {
    turns,
    parts,
    whole: {
      grid: whole('grid'),
      solar: whole('solar'),
      battery: whole('battery'),
      ev: whole('ev'),
    },
    ...compare({ was, now, then, since }),
  };
}

/** By `<meter>/<channel>`. */
function wiredOf(config: RecordedConfig): Map<string, Wired> {
  const all = config.meters.flatMap((meter) =>
    meter.channels.map(
      (channel: ChannelConfig) =>
        [`${meter.id}/${channel.id}`, { meter, channel, config }] as const,
    ),
  );
  return new Map(all);
}

function turnOf(before: Wired, after: Wired): Turn {
  const [old, fresh] = [correctionAt(before), correctionAt(after)];
  return { factor: fresh.factor / old.factor, swapped: fresh.invert !== old.invert };
}

function correctionAt({ channel, config }: Wired) {
  return correctionOf(channel, config.ct_profiles);
}

type Roles = (readonly [id: string, role: ChannelConfig['role']])[];

/** The grid is the mains; where solar joins before them, it is what they show less the solar. */
function partsOf(
  roles: Roles,
  position: RecordedConfig['solar_position'],
): Record<Quantity, readonly Part[]> {
  const of = (role: Quantity, sign: 1 | -1 = 1): Part[] =>
    roles.filter(([, own]) => own === role).map(([id]) => ({ id, sign }));
  const mains = of('grid');
  const behind = position === 'line_side' && mains.length > 0 ? of('solar', -1) : [];
  return { grid: [...mains, ...behind], solar: of('solar'), battery: of('battery'), ev: of('ev') };
}

function wholeTurn(
  before: readonly Part[],
  after: readonly Part[],
  turns: ReadonlyMap<string, Turn>,
): Turn | null {
  const first = turns.get(before[0]?.id ?? '') ?? UNTURNED;
  const same =
    before.length === after.length &&
    before.every(({ id, sign }) => {
      const turn = turns.get(id) ?? UNTURNED;
      const stayed = after.some((part) => part.id === id && part.sign === sign);
      return stayed && turn.factor === first.factor && turn.swapped === first.swapped;
    });
  return same ? first : null;
}

interface Sides {
  was: RecordedConfig;
  now: RecordedConfig;
  then: Map<string, Wired>;
  since: Map<string, Wired>;
}

function compare({ was, now, then, since }: Sides): Correctable {
  const applies: WiringDifference[] = [];
  const doesNot: WiringDifference[] = [];
  for (const id of new Set([...then.keys(), ...since.keys()])) {
    const [before, after] = [then.get(id), since.get(id)];
    if (before && after) {
      applies.push(...differing(id, correctableFacts(before), correctableFacts(after)));
      doesNot.push(...differing(id, otherFacts(before), otherFacts(after)));
    } else {
      const there = (wired: Wired | undefined) => (wired ? wired.channel.role : '-');
      doesNot.push({ subject: id, what: 'channel', was: there(before), now: there(after) });
    }
  }
  const position = (config: RecordedConfig) => ({ solar_position: config.solar_position });
  applies.push(...differing('site', position(was), position(now)));
  const billing = ({ site: { service, netting } }: RecordedConfig) => ({ service, netting });
  doesNot.push(...differing('site', billing(was), billing(now)));
  return { applies, doesNot };
}

type Facts = Record<string, string | number | boolean>;

function correctableFacts(wired: Wired): Facts {
  const { factor, invert } = correctionAt(wired);
  return { invert, factor, role: wired.channel.role };
}

function otherFacts({ meter, channel, config }: Wired): Facts {
  const ct = config.ct_profiles.find(({ id }) => id === channel.ct);
  return {
    profile: meter.source === 'modbus' ? meter.profile : meter.source,
    phases: channel.phases?.join(' ') ?? 'total',
    phase_deg: ct?.phase_deg ?? 0,
  };
}

function differing(subject: string, before: Facts, after: Facts): WiringDifference[] {
  return Object.keys(before)
    .filter((what) => before[what] !== after[what])
    .map((what) => ({ subject, what, was: String(before[what]), now: String(after[what]) }));
}
