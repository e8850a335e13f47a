/**
 * Decides when a meter whose numbers cannot be is looked at more closely, and what came of it: at
 * most once a minute, a few looks one after the other, each at the registers as they are. Sending the
 * requests is the poller's business, as it is for everything that can wait.
 */
import type { Doubts } from './doubts.ts';
import type { Signature } from './meter-status.ts';
import type { PlannedRead } from './plan.ts';
import type { Profile, ProfileValue } from './profile.ts';
import { type LookedAt, recognise, recogniseHalves, type Stretch } from './signature.ts';

const LOOK_EVERY_MS = 60_000;
/** So many looks have to find the same, of so many. */
const LOOKS_TO_BELIEVE = 3;
const MOST_LOOKS = 5;
/** One request in a cycle, so that a line of which little time is left keeps its beat. */
const BETWEEN_REQUESTS_MS = 900;
/** What was found is withdrawn when nothing has been doubted for so long. */
const FORGET_AFTER_MS = 30_000;
const FAILURES_TO_GIVE_UP = 2;
/** So many registers to each side: a value may begin there instead. */
const BESIDE = 2;

type Request = Pick<PlannedRead, 'fn' | 'address' | 'count'>;

export interface CloseLookOptions {
  profile: Profile;
  doubts: Doubts;
  /** The requests in use, for what makes sense of a meter: volts, amperes, powers, frequency. */
  requests: () => readonly PlannedRead[];
  /** What it is read for, as far as it has that. */
  values: () => readonly ProfileValue[];
  /** It does not answer like the kind of meter its profile describes. */
  isOtherKind: () => boolean;
  /** The bytes of a stretch; null where the meter refuses it. */
  fetch: (request: Request, signal: AbortSignal) => Promise<Uint8Array | null>;
}

export class CloseLook {
  /** What was found; null where nothing was, or no look was called for. */
  signature: Signature | null = null;
  readonly #options: CloseLookOptions;
  /** Requests that are refused with the registers beside them. */
  readonly #alone = new Set<string>();
  #left: PlannedRead[] = [];
  #stretches: Stretch[] = [];
  #found: (Signature | null)[] = [];
  #failures = 0;
  #isLooking = false;
  #nextMs = Number.NEGATIVE_INFINITY;
  #againMs = Number.NEGATIVE_INFINITY;
  #doubtedMs = Number.NEGATIVE_INFINITY;

  constructor(options: CloseLookOptions) {
    this.#options = options;
  }

  /** Takes note of a poll: whether it calls for a closer look, and whether anything was doubted. */
  note(isDoubtful: boolean, nowMs: number): void {
    if (isDoubtful) this.#doubtedMs = nowMs;
    else if (nowMs - this.#doubtedMs > FORGET_AFTER_MS) this.signature = null;
    if (!this.#options.doubts.wantsLook || this.#isLooking || nowMs < this.#againMs) return;
    this.#isLooking = true;
    this.#againMs = nowMs + LOOK_EVERY_MS;
    this.#found = [];
    this.#nextMs = nowMs;
    this.#begin();
  }

  /** The request that is due, if any. */
  next(nowMs: number): Request | null {
    const [read] = this.#left;
    return this.#isLooking && nowMs >= this.#nextMs && read ? this.#requestFor(read) : null;
  }

  /** Sends the request that is due. Never rejects; false when it failed, and the look with it. */
  async run(signal: AbortSignal, now: () => number): Promise<boolean> {
    const [read] = this.#left;
    if (read === undefined) return true;
    const request = this.#requestFor(read);
    try {
      const data = await this.#options.fetch(request, signal);
      this.#failures = 0;
      if (data !== null) this.#stretches.push({ address: request.address, data });
      const isRefused = data === null && !this.#alone.has(nameOf(read));
      if (isRefused) this.#alone.add(nameOf(read));
      else this.#left.shift();
      this.#nextMs = now() + BETWEEN_REQUESTS_MS;
      if (this.#left.length === 0) this.#conclude();
      return true;
    } catch {
      this.#nextMs = now() + BETWEEN_REQUESTS_MS;
      this.#giveUp(read);
      return false;
    }
  }

  /** Some meters do not answer at all for registers they do not have; and a reply may get lost. */
  #giveUp(read: PlannedRead): void {
    if (++this.#failures < FAILURES_TO_GIVE_UP) return;
    this.#failures = 0;
    if (this.#alone.has(nameOf(read))) this.#isLooking = false;
    else this.#alone.add(nameOf(read));
  }

  #begin(): void {
    this.#stretches = [];
    const wanted = new Set(this.#options.values().map(({ name }) => name));
    const isOfUse = ({ values }: PlannedRead) =>
      values.some(({ name }) => wanted.has(name) && !name.startsWith('energy_'));
    this.#left = this.#options.requests().filter(isOfUse);
    if (this.#left.length === 0) this.#isLooking = false;
  }

  /** With a few registers to each side, as far as the meter allows. */
  #requestFor(read: PlannedRead): Request {
    const { fn, address, count } = read;
    const { align, maxRegisters } = this.#options.profile;
    const beside = Math.ceil(BESIDE / align) * align;
    const from = Math.max(0, address - beside);
    const wide = { fn, address: from, count: address + count + beside - from };
    const isAllowed = wide.count <= maxRegisters && !this.#alone.has(nameOf(read));
    return isAllowed ? wide : { fn, address, count };
  }

  #conclude(): void {
    const looked = this.#looked();
    const found = recognise(looked);
    this.#found.push(found);
    const alike = this.#found.filter((each) => isSame(each, found));
    const isBelieved = alike.length >= LOOKS_TO_BELIEVE;
    if (isBelieved && found !== null) this.#believe(found, looked);
    if (isBelieved || this.#found.length >= MOST_LOOKS) this.#isLooking = false;
    else this.#begin();
  }

  #believe(found: Signature, looked: LookedAt): void {
    this.signature = found;
    if (found.cause !== 'width') return;
    const halves = new Set(recogniseHalves(looked).map(({ register }) => register));
    const { phases, halfTotal } = this.#options.doubts;
    for (const half of [...phases.map((phase) => phase.half), halfTotal]) {
      if (half && halves.has(half.value.address)) half.isProven = true;
    }
  }

  #looked(): LookedAt {
    const { profile, doubts, values, isOtherKind } = this.#options;
    const { phases, halfTotal } = doubts;
    const stretches = this.#stretches;
    return { profile, phases, halfTotal, stretches, values: values(), isOtherKind: isOtherKind() };
  }
}

function isSame(a: Signature | null, b: Signature | null): boolean {
  if (a === null || b === null) return a === b;
  return a.cause === b.cause && a.suggestion?.at === b.suggestion?.at && isTurnedAlike(a, b);
}

function isTurnedAlike({ suggestion: a }: Signature, { suggestion: b }: Signature): boolean {
  return a?.words === b?.words && a?.bytes === b?.bytes && a?.bits === b?.bits;
}

function nameOf({ fn, address, count }: Request): string {
  return `${fn}:${address}x${count}`;
}
