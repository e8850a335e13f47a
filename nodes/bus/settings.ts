/** What a bus node stands for: a line of `meter.yaml` by its id, or the line its own form describes. */
import { type BusConfig, bus as busSchema } from '../site/meter-schema.ts';

/** The form of a bus node. Numbers may come as text, as the editor saves them. */
export interface BusForm {
  /** Id of a line in `meter.yaml`; empty where the form itself describes the line. */
  bus: string;
  lineType: string;
  path: string;
  host: string;
  port: number | string;
  baud: number | string;
  parity: string;
  stopBits: number | string;
}

/**
 * The line a form stands for; null where `meter.yaml` has no such line or the form is incomplete.
 * @param id  what the line is called in messages when the form itself describes it
 */
export function busOf(form: BusForm, id: string, buses: readonly BusConfig[]): BusConfig | null {
  if (form.bus) return buses.find((bus) => bus.id === form.bus) ?? null;
  return busSchema.safeParse({ id, type: form.lineType, ...lineOf(form) }).data ?? null;
}

function lineOf(form: BusForm): Record<string, unknown> {
  const baud = Number(form.baud);
  if (form.lineType === 'serial') {
    return { port: form.path, baud, parity: form.parity, stop_bits: Number(form.stopBits) };
  }
  const network = { host: form.host, port: Number(form.port) };
  return form.lineType === 'rtu-over-tcp' ? { ...network, baud } : network;
}
