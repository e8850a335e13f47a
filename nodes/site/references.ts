/** What can only be seen with the whole configuration in view: names that lead nowhere, things twice. */
import type { z } from 'zod';
import type { ChannelConfig, MeterConfig, ModbusMeterConfig, SiteConfig } from './schema.ts';

type Checked = Pick<SiteConfig, 'buses' | 'ct_profiles' | 'meters' | 'tariffs'>;
type Report = (
  path: (string | number)[],
  message: string,
  params?: Record<string, unknown>,
) => void;

/** Adds an issue for each reference that leads nowhere and each thing that is there twice. */
export function checkReferences(config: Checked, context: z.RefinementCtx): void {
  const report: Report = (path, message, params) =>
    context.addIssue({ code: 'custom', path, message, params: params ?? {} });
  const { buses, ct_profiles, meters, tariffs } = config;
  const sections: Record<string, readonly { id: string }[]> = {
    buses,
    ct_profiles,
    meters,
    tariffs,
  };
  for (const [section, items] of Object.entries(sections)) {
    checkUnique(
      { items, keyOf: ({ id }) => id, at: [section, 'id'], message: 'unique_id' },
      report,
    );
  }
  checkUnique({ items: buses, keyOf: wireOf, at: ['buses', 'id'], message: 'unique_line' }, report);
  checkUnique(
    { items: meters, keyOf: addressOf, at: ['meters', 'unit'], message: 'unique_unit' },
    report,
  );
  checkUnique(
    { items: tariffs, keyOf: dateOf, at: ['tariffs', 'valid_from'], message: 'unique_date' },
    report,
  );
  config.meters.forEach((meter, index) => {
    if (meter.source === 'modbus') checkLine(meter, index, config, report);
    checkChannels(meter, index, config, report);
  });
}

interface Uniqueness<T> {
  items: readonly T[];
  /** Null where an item has no such key. */
  keyOf: (item: T) => string | null;
  /** The section and the key at which a second one is reported. */
  at: [string, string];
  message: string;
}

/** Reports the second and each further item of one key. */
function checkUnique<T extends { id: string }>(rule: Uniqueness<T>, report: Report): void {
  const { items, keyOf, at, message } = rule;
  const seen = new Map<string, string>();
  items.forEach((item, index) => {
    const value = keyOf(item);
    if (value === null) return;
    const first = seen.get(value);
    if (first === undefined) seen.set(value, item.id);
    else report([at[0], index, at[1]], message, { other: first });
  });
}

function wireOf(bus: SiteConfig['buses'][number]): string {
  return bus.type === 'serial' ? bus.port : `${bus.host.toLowerCase()}:${bus.port}`;
}

function dateOf(tariff: SiteConfig['tariffs'][number]): string {
  return tariff.valid_from;
}

function addressOf(meter: MeterConfig): string | null {
  return meter.source === 'modbus' ? `${meter.bus} ${meter.unit}` : null;
}

function checkLine(meter: ModbusMeterConfig, index: number, config: Checked, report: Report): void {
  const bus = config.buses.find(({ id }) => id === meter.bus);
  if (bus === undefined) {
    const candidates = config.buses.map(({ id }) => id);
    report(['meters', index, 'bus'], candidates.length > 0 ? 'bus' : 'bus_none', {
      candidates,
      known: candidates.join(', '),
    });
  } else if (bus.type !== 'tcp' && (meter.unit < 1 || meter.unit > 247)) {
    // Modbus over Serial Line V1.02, 2.2: 0 is the broadcast address, 248 to 255 are reserved.
    report(['meters', index, 'unit'], 'serial_unit');
  }
}

function checkChannels(meter: MeterConfig, index: number, config: Checked, report: Report): void {
  const candidates = config.ct_profiles.map(({ id }) => id);
  const ids = new Set<string>();
  meter.channels.forEach((channel, position) => {
    const path = ['meters', index, 'channels', position];
    if (ids.has(channel.id)) report([...path, 'id'], 'unique_id', { other: channel.id });
    ids.add(channel.id);
    if (new Set(channel.phases).size < (channel.phases?.length ?? 0)) {
      report([...path, 'phases'], 'unique_phases');
    }
    if (channel.ct !== undefined && !candidates.includes(channel.ct)) {
      report([...path, 'ct'], candidates.length > 0 ? 'ct' : 'ct_none', {
        candidates,
        known: candidates.join(', '),
      });
    }
    const earlier = meter.channels.slice(0, position).find((other) => countsTwice(other, channel));
    if (meter.source === 'modbus' && earlier !== undefined) {
      report([...path, 'phases'], 'counted_once', { other: earlier.id });
    }
  });
}

/** Two channels of one role that share an input of the meter count its power twice. */
function countsTwice(a: ChannelConfig, b: ChannelConfig): boolean {
  if (a.role !== b.role || a.id === b.id) return false;
  if (a.phases === undefined || b.phases === undefined) return true;
  return a.phases.some((phase) => b.phases?.includes(phase));
}
