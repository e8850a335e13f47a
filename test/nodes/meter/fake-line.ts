import type {
  DeviceStats,
  Line,
  LineState,
  ReadReply,
  ReadRequest,
} from '../../../nodes/bus/line.ts';
import type { Profile } from '../../../nodes/meter/profile.ts';
import { encodeValue, registersOf } from '../../../nodes/meter/registers.ts';
import { type Clock, pause } from '../../../nodes/site/clock.ts';
import { SolthriveError } from '../../../nodes/site/errors.ts';

export interface Asked extends ReadRequest {
  startMs: number;
  endMs: number;
}

/** What one unit does with a request: its registers by address, or a failure. */
export interface FakeUnit {
  registers: Map<number, number>;
  silent?: boolean;
  /** Exceptions for requests of a kind: return a code to refuse. */
  refuse?: (request: ReadRequest) => number | undefined;
}

const TIMEOUT_MS = 300;

/** A line in virtual time: 20 ms a request and 1 ms a register, one request at a time. */
export class FakeLine implements Line {
  readonly id = 'rs485';
  state: LineState = 'open';
  readonly asked: Asked[] = [];
  readonly units = new Map<number, FakeUnit>();
  devices: DeviceStats[] = [];
  reconnects = 0;
  backOff = new Map<number, number>();
  perRequestMs = 20;
  perRegisterMs = 1;
  overlaps = 0;
  #busy = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A unit that holds some values of a profile; every other register of its blocks is 0. */
  add(unit: number, profile: Profile, values: Record<string, number>): FakeUnit {
    const registers = new Map<number, number>();
    for (const { start, count } of profile.blocks) {
      for (let address = start; address < start + count; address++) registers.set(address, 0);
    }
    for (const mark of profile.identity) {
      const value = mark.expect.oneOf?.[0] ?? mark.expect.min ?? 0;
      put(registers, mark.address, encodeValue(value, mark.type, profile));
    }
    for (const { name, address, type, scale } of profile.values) {
      const value = (values[name] ?? 0) / scale;
      put(registers, address, encodeValue(value, type, profile));
    }
    const made: FakeUnit = { registers };
    this.units.set(unit, made);
    return made;
  }

  async read(request: ReadRequest): Promise<ReadReply> {
    if (this.#busy) this.overlaps++;
    this.#busy = true;
    const startMs = this.#clock.mono();
    const unit = this.units.get(request.unit);
    const silent = !unit || unit.silent;
    await pause(this.#clock, silent ? TIMEOUT_MS : this.tookMs(request));
    this.#busy = false;
    const endMs = this.#clock.mono();
    this.asked.push({ ...request, startMs, endMs });
    if (silent)
      throw new SolthriveError('bus_timeout', { unit: request.unit, bus: this.id, ms: 300 });
    const exception = unit.refuse?.(request) ?? missingIn(unit, request);
    if (exception) {
      const params = { unit: request.unit, bus: this.id, exception };
      throw new SolthriveError('bus_exception', params);
    }
    const data = Buffer.alloc(request.count * 2);
    for (let index = 0; index < request.count; index++) {
      data.writeUInt16BE(unit.registers.get(request.address + index) ?? 0, index * 2);
    }
    return { data, monoMs: endMs, wireMs: endMs - startMs };
  }

  costMs({ count }: Pick<ReadRequest, 'count'>): number {
    return this.perRequestMs + this.perRegisterMs * count;
  }

  /** What a request really takes; what it costs unless a test says otherwise. */
  tookMs(request: Pick<ReadRequest, 'count'>): number {
    return this.costMs(request);
  }

  backOffMs(unit: number): number {
    return Math.max(0, (this.backOff.get(unit) ?? 0) - this.#clock.mono());
  }

  stats(): ReturnType<Line['stats']> {
    return { state: this.state, reconnects: this.reconnects, devices: this.devices };
  }

  on(): void {}
  off(): void {}
}

function missingIn(unit: FakeUnit, { address, count }: ReadRequest): number | undefined {
  for (let at = address; at < address + count; at++) if (!unit.registers.has(at)) return 2;
  return undefined;
}

function put(registers: Map<number, number>, address: number, data: Buffer): void {
  for (let index = 0; index * 2 < data.length; index++) {
    registers.set(address + index, data.readUInt16BE(index * 2));
  }
}

/** Sets a value of a unit, as the profile codes it. */
export function set(unit: FakeUnit, profile: Profile, name: string, value: number): void {
  const found = profile.values.find((candidate) => candidate.name === name);
  if (!found) throw new Error(name);
  put(unit.registers, found.address, encodeValue(value / found.scale, found.type, profile));
}

/** Takes the registers of a value away, so that whatever touches them is refused. */
export function takeAway(unit: FakeUnit, profile: Profile, name: string): void {
  const found = profile.values.find((candidate) => candidate.name === name);
  if (!found) throw new Error(name);
  for (let index = 0; index < registersOf(found.type); index++) {
    unit.registers.delete(found.address + index);
  }
}
