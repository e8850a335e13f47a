/**
 * Whether meters answer as the meters they should be, and whether volts, hertz and currents can be:
 * the plausible ranges of the ct-doctor rules, section 3, over some seconds.
 */
import type { SiteConfig } from '../../site/schema.ts';
import { Facts } from '../doctor/facts.ts';
import type { ChannelSecond, PhaseSecond } from '../doctor/second.ts';
import { medianOf } from './inputs.ts';
import type { LiveSecond } from './live.ts';
import { failed, type Measured, passed, tenth, type Verdict } from './verdict.ts';

/** What a meter may show, next to nominal. */
const LEAST_SHARE = 0.8;
const MOST_SHARE = 1.15;
/** How far the grid may be off its 50 or 60 Hz. */
const MOST_HZ_OFF = 2;
const MOST_FACTOR = 1.02;
const MOST_POWER_SHARE = 1.05;

/** Every configured meter answers, and is the kind its profile says. */
export function judgeMeters(seconds: readonly LiveSecond[]): Verdict {
  const last = seconds.at(-1);
  const meters = Object.entries(last?.meters ?? {});
  if (!last || meters.length === 0) return failed('meters_none', []);
  const measured = meters.map(
    ([where, { answers }]): Measured => ({
      where,
      what: 'answers',
      value: answers ? 1 : 0,
      unit: '',
    }),
  );
  const silent = meters.find(([id]) => !seconds.some(({ meters: { [id]: one } }) => one?.answers));
  if (silent)
    return failed('meter_silent', measured, { meter: silent[0], what: silent[1].error ?? '' });
  const unsteady = meters.find(
    ([id]) => !seconds.every(({ meters: { [id]: one } }) => one?.answers),
  );
  if (unsteady) {
    return failed('meter_unsteady', measured, {
      meter: unsteady[0],
      what: unsteady[1].error ?? '',
    });
  }
  const other = meters.find(([, { identity }]) => identity === 'mismatch');
  if (other) return failed('meter_other', measured, { meter: other[0] });
  const serials = meters.flatMap(([id, { serial }]) => (serial === null ? [] : `${id}: ${serial}`));
  const params = { count: meters.length, serials: serials.join(', ') || '–' };
  return passed(measured, params, 'meters_pass');
}

/** Volts of each input and hertz of each meter, medians of the seconds. */
export function judgeSupply(seconds: readonly LiveSecond[], config: SiteConfig): Verdict {
  const nominal = config.site.nominal_voltage;
  const volts = voltsOf(seconds);
  const hertz = hertzOf(seconds);
  const measured = [...volts, ...hertz];
  const [least, most] = [LEAST_SHARE * nominal, MOST_SHARE * nominal];
  if (volts.length === 0) return failed('supply_unknown', measured);
  const off = volts.find(({ value }) => value === null || value < least || value > most);
  if (off) {
    const isMissing = off.value !== null && off.value < nominal / 2;
    const params = { input: off.where, volts: off.value ?? '–', nominal };
    return failed(isMissing ? 'volts_missing' : 'volts_off', measured, params);
  }
  const strange = hertz.find(({ value }) => value !== null && hertzOff(value) > MOST_HZ_OFF);
  if (strange)
    return failed('hertz_off', measured, { meter: strange.where, hertz: strange.value ?? '–' });
  const all = volts.flatMap(({ value }) => value ?? []);
  const params = {
    least: Math.min(...all),
    most: Math.max(...all),
    hertz: hertz[0]?.value ?? '–',
  };
  return passed(measured, params, 'supply_pass');
}

/** Nothing that a meter shows is more than it can be. */
export function judgePlausible(seconds: readonly LiveSecond[], config: SiteConfig): Verdict {
  const facts = new Facts(config);
  for (const { channels } of seconds) {
    for (const channel of channels) {
      for (const phase of channel.phases) {
        const strange = strangeIn(phase, channel, facts);
        if (strange)
          return failed(strange.what, [strange], {
            input: strange.where,
            value: strange.value ?? 0,
          });
      }
    }
  }
  const amps = seconds.at(-1)?.channels.flatMap(ampsOf) ?? [];
  return passed(amps, { count: amps.length }, 'plausible_pass');
}

function strangeIn(phase: PhaseSecond, { id }: ChannelSecond, facts: Facts): Measured | null {
  const { voltage_v: volts, current_a: amps, power_w: watts, power_factor: factor = null } = phase;
  const where = `${id} ${phase.phase}`;
  const gates = facts.gates(id);
  if (amps !== null && amps > gates.mostA) {
    return { where, what: 'current_high', value: tenth(amps), unit: 'A' };
  }
  if (factor !== null && Math.abs(factor) > MOST_FACTOR) {
    return { where, what: 'factor_high', value: factor, unit: '' };
  }
  if (volts === null || amps === null || watts === null) return null;
  const most = MOST_POWER_SHARE * volts * amps + gates.leastW;
  return Math.abs(watts) > most
    ? { where, what: 'power_high', value: tenth(watts), unit: 'W' }
    : null;
}

function ampsOf({ id, phases }: ChannelSecond): Measured[] {
  return phases.map(({ phase, current_a: amps }) => ({
    where: `${id} ${phase}`,
    what: 'current',
    value: amps === null ? null : tenth(amps),
    unit: 'A',
  }));
}

function voltsOf(seconds: readonly LiveSecond[]): Measured[] {
  const seen = new Map<string, number[]>();
  for (const { channels } of seconds) {
    for (const { id, phases } of channels) {
      for (const { phase, voltage_v: volts } of phases) {
        const list = seen.get(`${id} ${phase}`) ?? [];
        if (volts !== null) list.push(volts);
        seen.set(`${id} ${phase}`, list);
      }
    }
  }
  return [...seen].map(([where, values]) => ({
    where,
    what: 'voltage',
    value: values.length === 0 ? null : tenth(medianOf(values)),
    unit: 'V',
  }));
}

function hertzOf(seconds: readonly LiveSecond[]): Measured[] {
  return Object.keys(seconds.at(-1)?.meters ?? {}).flatMap((where): Measured[] => {
    const values = seconds.flatMap(({ meters }) => meters[where]?.frequencyHz ?? []);
    if (values.length === 0) return [];
    const value = Math.round(100 * medianOf(values)) / 100;
    return [{ where, what: 'frequency', value, unit: 'Hz' }];
  });
}

function hertzOff(value: number): number {
  return Math.min(Math.abs(value - 50), Math.abs(value - 60));
}
