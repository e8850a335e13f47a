/** What `/api/device` tells: which appliance this is, and which meters it has found. */
import { readFile } from 'node:fs/promises';
import type { Snapshot } from '../balance/snapshot.ts';
import type { MeterStatus } from '../meter/meter-status.ts';
import type { MeterConfig } from '../site/schema.ts';
import { type ApiReply, json, success } from './reply.ts';
import type { ApiRequest } from './routes.ts';
import type { ApiState } from './state.ts';

const TREE = '/sys/firmware/devicetree/base';
const CPU_INFO = '/proc/cpuinfo';

export interface Hardware {
  /** `Raspberry Pi 4 Model B Rev 1.4`; null where the machine does not tell. */
  model: string | null;
  serial: string | null;
}

/** @param read  a file's text; a test answers itself */
export async function readHardware(
  read: (file: string) => Promise<string> = (file) => readFile(file, 'utf8'),
): Promise<Hardware> {
  const text = (file: string) => read(file).catch(() => '');
  const [model, serial, cpu] = await Promise.all([
    text(`${TREE}/model`),
    text(`${TREE}/serial-number`),
    text(CPU_INFO),
  ]);
  return {
    model: clean(model) ?? inCpuInfo(cpu, 'Model'),
    serial: clean(serial) ?? inCpuInfo(cpu, 'Serial'),
  };
}

/** The texts of the device tree end in a zero byte. */
function clean(text: string): string | null {
  const plain = text.replaceAll('\0', '').trim();
  return plain === '' ? null : plain;
}

function inCpuInfo(text: string, key: string): string | null {
  return clean(new RegExp(`^${key}\\s*:(.*)$`, 'm').exec(text)?.[1] ?? '');
}

export async function device(_request: ApiRequest, state: ApiState): Promise<ApiReply> {
  const { site, health, snapshot, uptimeS, version, simulated } = state;
  const hardware = await readHardware();
  const meters = site.config.meters.map((meter) =>
    meterFound(meter, health?.system.meters[meter.id], snapshot),
  );
  return success(
    json({
      serial: hardware.serial,
      hardware: hardware.model,
      firmware: version,
      uptime_s: health?.system.uptime_s ?? uptimeS,
      // This release looks for no updates.
      update: { checked_at: null, result: null },
      meters,
      ...(simulated && { simulated: true }),
    }),
  );
}

function meterFound(
  meter: MeterConfig,
  status: MeterStatus | undefined,
  snapshot: Snapshot | null,
) {
  const source = snapshot?.sources[meter.id];
  return {
    id: meter.id,
    source: meter.source,
    ...(meter.source === 'modbus' && {
      profile: meter.profile,
      bus: meter.bus,
      unit: meter.unit,
      identity: status?.identity ?? 'unknown',
      serial: status?.serial ?? null,
    }),
    channels: meter.channels.map(({ id, role }) => ({ id, role })),
    ok: source?.ok ?? null,
    age_ms: source?.age_ms ?? null,
    ...(status?.error && { error: status.error }),
  };
}
