/** The meter all benches read: mains on CT A and B, solar on CT C. */
import type { ChannelConfig, ModbusMeterConfig } from '../nodes/site/schema.ts';

const channel = { multiplier: 1, invert: false } as const;

export const wattnode: ModbusMeterConfig = meterOf('ccs-wattnode-wnc', [
  { ...channel, id: 'mains', role: 'grid', phases: ['l1', 'l2'] },
  { ...channel, id: 'pv', role: 'solar', phases: ['l3'] },
]);

/** A meter that reads the grid as a whole. */
export function gridMeter(profile: string, phases?: ChannelConfig['phases']): ModbusMeterConfig {
  return meterOf(profile, [
    { ...channel, id: 'mains', role: 'grid', ...(phases ? { phases } : {}) },
  ]);
}

function meterOf(profile: string, channels: ChannelConfig[]): ModbusMeterConfig {
  return { id: 'main', source: 'modbus', profile, bus: 'bench', unit: 1, channels };
}
