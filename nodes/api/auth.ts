/**
 * Who may read the private routes: whoever sends a token of the token file. Wrong ones are counted
 * by address; the right one is never held up, whoever else guesses from the same address.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import type { Clock } from '../site/clock.ts';
import { asError, SolthriveError, sayWhat } from '../site/errors.ts';

/** 32 random bytes are 43 characters of base64url; less than 32 characters can be guessed at. */
const LEAST_LENGTH = 32;
const MOST_BYTES = 4_096;
/** For everybody, or anything but reading for the group: then it is no secret. */
const TOO_OPEN = 0o137;
const FAILURES = 10;
const WINDOW_MS = 60_000;
/** Addresses whose failures are remembered; the oldest is forgotten for the next. */
const ADDRESSES = 1_000;

export interface Claim {
  /** Of the whole request: `/api/history`. */
  path: string;
  address: string;
  /** Each `Authorization` header as it came. */
  authorization: readonly string[];
}

export class Gate {
  readonly #file: string;
  readonly #clock: Clock;
  #known: { stamp: string; digests: Buffer[] } | null = null;
  readonly #failures = new Map<string, { count: number; sinceMs: number }>();

  /** @param file  one token a line: two hold while one takes the other's place */
  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** How many addresses it remembers. */
  get size(): number {
    return this.#failures.size;
  }

  /** @throws SolthriveError `token_unusable`, `token_missing`, `token_wrong`, `too_many_failures` */
  admit({ path, address, authorization }: Claim): void {
    const digests = this.#digests();
    if (authorization.length === 0) throw new SolthriveError('token_missing', { path });
    const [header = ''] = authorization;
    const sent = /^bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
    if (authorization.length === 1 && sent !== undefined && isOneOf(digestOf(sent), digests))
      return;
    this.#countFailure(address);
    throw new SolthriveError('token_wrong');
  }

  #countFailure(address: string): void {
    const nowMs = this.#clock.mono();
    const known = this.#failures.get(address);
    const current =
      known && nowMs - known.sinceMs < WINDOW_MS ? known : { count: 0, sinceMs: nowMs };
    if (current.count >= FAILURES) {
      const seconds = Math.ceil((current.sinceMs + WINDOW_MS - nowMs) / 1_000);
      throw new SolthriveError('too_many_failures', { seconds });
    }
    current.count += 1;
    this.#failures.delete(address);
    this.#failures.set(address, current);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > ADDRESSES && oldest !== undefined) this.#failures.delete(oldest);
  }

  /** The file is looked at with each request: a token changed is in force without a restart. */
  #digests(): readonly Buffer[] {
    try {
      const { mtimeMs, ctimeMs, size, ino } = lstatSync(this.#file);
      const stamp = [mtimeMs, ctimeMs, size, ino].join();
      if (this.#known?.stamp !== stamp) {
        this.#known = { stamp, digests: readTokens(this.#file).map(digestOf) };
      }
      return this.#known.digests;
    } catch (thrown) {
      this.#known = null;
      throw new SolthriveError('token_unusable', { what: asError(thrown).message }, thrown);
    }
  }
}

/** The tokens of a file that only its owner can write and only its group may read besides. */
function readTokens(file: string): string[] {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { mode, size } = fstatSync(handle);
    if ((mode & TOO_OPEN) !== 0) throw new Error(sayWhat('token.open'));
    if (size > MOST_BYTES) throw new Error(sayWhat('token.long'));
    const lines = readFileSync(handle, 'utf8').split(/\r?\n/);
    const tokens = lines.map((line) => line.trim()).filter((line) => line !== '');
    if (tokens.length === 0) throw new Error(sayWhat('token.empty'));
    if (tokens.some((token) => token.length < LEAST_LENGTH))
      throw new Error(sayWhat('token.short'));
    return tokens;
  } finally {
    closeSync(handle);
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Takes the same time whichever it is, and whether it is one at all. */
function isOneOf(sent: Buffer, known: readonly Buffer[]): boolean {
  return known.map((digest) => timingSafeEqual(sent, digest)).includes(true);
}
