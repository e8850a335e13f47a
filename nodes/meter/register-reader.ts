/**
 * Fetches values from one meter, and learns from what it refuses (exception 2 or 3) which registers
 * it does not have, so that nothing is refused cycle after cycle.
 */
import type { Line, ReadReply } from '../bus/line.ts';
import type { Clock } from '../site/clock.ts';
import { SolthriveError } from '../site/errors.ts';
import { decodeMark, decodeReply } from './decode.ts';
import { barriersRound, halvesOf, holeBetween, withHoles } from './holes.ts';
import type { PlannedRead, Stretch, Terrain } from './plan.ts';
import type { IdentityMark, Profile } from './profile.ts';
import { registersOf } from './registers.ts';
import type { Measured } from './values.ts';
import type { ValueName } from './vocabulary.ts';

/** So many refusals in a row while other requests are answered, and a value does not exist. */
const REFUSALS_TO_BELIEVE = 3;
/** A refused request is not taken apart more often than this, unless that taught something. */
const EXPLORE_EVERY_MS = 10_000;

export interface ReaderOptions {
  line: Line;
  unit: number;
  profile: Profile;
  clock: Clock;
}

/** What came of some requests. */
export class Batch {
  readonly values: [ValueName, Measured][] = [];
  /** Requests for a single value that were refused. */
  readonly lone: PlannedRead[] = [];
  /** Time on the wire of the requests that were answered, ms. */
  wireMs = 0;
  /** When the last reply was complete, monotonic ms; null when nothing was answered. */
  monoMs: number | null = null;
  /** The last refusal, where there was one. */
  refusal: SolthriveError | null = null;
}

export class RegisterReader {
  /** Where requests may go, as far as it is known. */
  terrain: Terrain;
  /** Values of the profile that this meter does not have. */
  readonly missing = new Set<ValueName>();
  readonly #options: ReaderOptions;
  readonly #refusals = new Map<ValueName, number>();
  #exploreAgainMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.terrain = options.profile;
  }

  /** What a request for `count` registers will take on the wire, ms. */
  costMs(count: number): number {
    const { line, unit, profile } = this.#options;
    return line.costMs({ unit, fn: profile.fn, address: 0, count }, profile);
  }

  /**
   * Sends requests one after the other. Refused ones leave their values out.
   * @throws SolthriveError for the first failure that is not a refusal
   */
  async read(reads: readonly PlannedRead[], signal: AbortSignal): Promise<Batch> {
    const batch = new Batch();
    for (const read of reads) {
      const answered = await this.#fetch(read, batch, signal);
      if (!answered && read.values.length > 1) await this.#explore(read, batch, signal);
    }
    return batch;
  }

  /**
   * Takes note of the values that were refused alone. To be called only for a meter that answers
   * other requests: one that is starting up, or in trouble, refuses things that it has.
   * @returns true when a value was found not to exist: plans have to be made anew
   */
  believe({ lone }: Batch): boolean {
    let learnt = false;
    for (const read of lone) {
      for (const { name } of read.values) {
        const times = (this.#refusals.get(name) ?? 0) + 1;
        this.#refusals.set(name, times);
        if (times < REFUSALS_TO_BELIEVE) continue;
        this.missing.add(name);
        this.terrain = withHoles(this.terrain, [{ start: read.address, count: read.count }]);
        learnt = true;
      }
    }
    return learnt;
  }

  /** Refusals of a meter that refuses everything say nothing about its registers. */
  disbelieve(): void {
    this.#refusals.clear();
  }

  /** What the meter answers, and whether its kind does so; null where it refuses to say. */
  async identify(
    mark: IdentityMark,
    signal: AbortSignal,
  ): Promise<{ found: number; matches: boolean } | null> {
    const { fn, address, type } = mark;
    try {
      const { data } = await this.#send({ fn, address, count: registersOf(type) }, signal);
      return decodeMark(this.#options.profile, mark, data);
    } catch (thrown) {
      if (isRefusal(thrown)) return null;
      throw thrown;
    }
  }

  /** The bytes of a stretch as they are; null where the meter refuses it. */
  async look(
    stretch: Pick<PlannedRead, 'fn' | 'address' | 'count'>,
    signal: AbortSignal,
  ): Promise<Uint8Array | null> {
    try {
      return (await this.#send(stretch, signal)).data;
    } catch (thrown) {
      if (isRefusal(thrown)) return null;
      throw thrown;
    }
  }

  #send(
    { fn, address, count }: Omit<PlannedRead, 'values'>,
    signal: AbortSignal,
  ): Promise<ReadReply> {
    const { line, unit, profile } = this.#options;
    const { gapMs, replyDelayMs } = profile;
    return line.read({ unit, fn, address, count }, { gapMs, replyDelayMs, signal });
  }

  /** False when the request was refused; any other failure is thrown. */
  async #fetch(read: PlannedRead, batch: Batch, signal: AbortSignal): Promise<boolean> {
    let reply: ReadReply;
    try {
      reply = await this.#send(read, signal);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      batch.refusal = thrown;
      if (read.values.length === 1) batch.lone.push(read);
      return false;
    }
    batch.wireMs += reply.wireMs;
    batch.monoMs = reply.monoMs;
    for (const decoded of decodeReply(this.#options.profile, read, reply)) {
      batch.values.push(decoded);
      this.#refusals.delete(decoded[0]);
    }
    return true;
  }

  /**
   * Finds out why a request was refused, by asking for less and less. A hole is believed only when
   * parts of the request are answered and the whole is then refused again.
   */
  async #explore(whole: PlannedRead, batch: Batch, signal: AbortSignal): Promise<void> {
    const nowMs = this.#options.clock.mono();
    if (nowMs < this.#exploreAgainMs) return;
    this.#exploreAgainMs = nowMs + EXPLORE_EVERY_MS;
    const answersBefore = batch.values.length;
    const holes = await this.#findHoles(whole, batch, signal);
    if (batch.values.length === answersBefore) return;
    if (await this.#fetch(whole, batch, signal)) return;
    this.terrain = withHoles(this.terrain, holes);
    this.#exploreAgainMs = Number.NEGATIVE_INFINITY;
  }

  /** Halves a refused request until the refusals are explained by gaps or by single values. */
  async #findHoles(refused: PlannedRead, batch: Batch, signal: AbortSignal): Promise<Stretch[]> {
    if (refused.values.length === 1) return barriersRound(refused);
    const halves = halvesOf(this.terrain, refused);
    const refusedHalves: PlannedRead[] = [];
    for (const half of halves) {
      if (!(await this.#fetch(half, batch, signal))) refusedHalves.push(half);
    }
    if (refusedHalves.length === 0) return [holeBetween(halves)];
    const holes: Stretch[] = [];
    for (const half of refusedHalves) holes.push(...(await this.#findHoles(half, batch, signal)));
    return holes;
  }
}

/** The meter says that a register does not exist (2), or that the request is not to its taste (3). */
function isRefusal(thrown: unknown): thrown is SolthriveError {
  if (!(thrown instanceof SolthriveError) || thrown.code !== 'bus_exception') return false;
  return thrown.params.exception === 2 || thrown.params.exception === 3;
}
