/**
 * A meter profile: one kind of meter as data. The files are `config/meters/*.yaml` and
 * `<etc>/meters/*.yaml`; `profile-file.ts` reads them.
 */
import type { ValueName } from './vocabulary.ts';

export type ValueType =
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float32'
  | 'float64';

export interface ProfileValue {
  name: ValueName;
  /** 0-based PDU address of the first register. */
  address: number;
  type: ValueType;
  /** Value in `unit` = raw * scale. */
  scale: number;
  /** The vocabulary's unit for the name. */
  unit: string;
  /** Fast values are read every cycle, slow ones (energies) spread out. */
  speed: 'fast' | 'slow';
}

export interface Profile {
  id: string;
  manufacturer: string;
  model: string;
  /** How to read it. */
  fn: 3 | 4;
  wordOrder: 'big' | 'little';
  byteOrder: 'big' | 'little';
  maxRegisters: number;
  /** Start and count of a request must be multiples of this. */
  align: number;
  /** Silence the meter wants before a request, ms, beyond the protocol's own. */
  gapMs: number;
  /** The meter's own least delay before it replies, ms. */
  replyDelayMs: number;
  /**
   * Stretches that answer as a whole, in address order. A request never leaves its stretch:
   * between them are barriers or registers that do not exist.
   */
  blocks: { start: number; count: number }[];
  /** Raw values that mean "not available", by type. */
  invalid: Partial<Record<ValueType, number[]>>;
  /** Raw values that mean "nothing flows, I sleep": powers and currents are 0 then, the rest not known. */
  asleep: Partial<Record<ValueType, number[]>>;
  values: ProfileValue[];
  /** How the meter's total counters net across phases; per-phase ones never do. */
  totalCounters: 'summed' | 'per_phase';
  /** Smallest step of the counters, kWh, and the value they wrap at; null where not known. */
  counterResolutionKwh: number;
  counterModulusKwh: number | null;
  defaults: { baud: number; parity: 'none' | 'even' | 'odd'; stopBits: 1 | 2; unit: number };
  /** A meter of this kind answers so: read-only, one read each. */
  identity: IdentityMark[];
}

export interface IdentityMark {
  /** It is the meter's serial number: another one is another meter. */
  serial?: true;
  address: number;
  fn: 3 | 4;
  type: ValueType;
  expect: { oneOf?: number[]; min?: number; max?: number };
}
