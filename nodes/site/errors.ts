/**
 * The error catalogue: every error the product raises by name. A code is a promise to whoever
 * matches on it: never renamed, never used again for something else. Texts are in
 * `locales/<language>/errors.json` under the same code, as `message` and `hint`.
 */
import { loadWords, type Say, type WordParams } from './words.ts';

export const ERROR_CODES = [
  // configuration
  'config_invalid',
  'config_unreadable',
  'config_not_editable',
  'channel_not_in_files',
  // bus
  'bus_timeout',
  'bus_crc',
  'bus_exception',
  'bus_target_silent',
  'bus_bad_reply',
  'bus_unreachable',
  'bus_closed',
  // meter
  'profile_invalid',
  'profile_unknown',
  'phase_unknown',
  'meter_unknown',
  // messages in flows
  'message_invalid',
  'source_unknown',
  'site_missing',
  'simulator_idle',
  // storage
  'storage_failed',
  'rollup_failed',
  'corrections_damaged',
  'correction_unknown',
  'corrections_none',
  'records_none',
  'records_closed',
  'records_idle',
  'archive_damaged',
  'archive_foreign',
  'archive_empty',
  // http
  'no_data',
  'not_found',
  'method_not_allowed',
  'token_missing',
  'token_wrong',
  'foreign_host',
  'foreign_origin',
  'editor_local_only',
  'too_many_connections',
  'token_unusable',
  'token_in_url',
  'too_many_failures',
  // the past
  'param_unknown',
  'param_twice',
  'param_invalid',
  'field_unknown',
  'range_invalid',
  'too_many_records',
  'not_kept',
  'no_record',
  'history_failed',
  'busy',
  // start
  'starting',
  'port_taken',
  'node_too_old',
  'already_running',
  'flow_invalid',
  // health
  'health_idle',
  'fault_unknown',
  'until_past',
  // mqtt
  'broker_lost',
  // local control
  'body_invalid',
  'unit_unknown',
  'not_running',
  'clock_behind',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const words = loadWords(import.meta.url, 'errors');
/** What is wrong in one case, for the `what` of an error that takes one. */
export const sayWhat: Say = loadWords(import.meta.url, 'what');

/** An error with a stable code, a message (what and where) and a hint (how to mend it). */
export class SolthriveError extends Error {
  readonly code: ErrorCode;
  readonly params: WordParams;

  constructor(code: ErrorCode, params: WordParams = {}, cause?: unknown) {
    super(words(`${code}.message`, params), cause === undefined ? undefined : { cause });
    this.name = 'SolthriveError';
    this.code = code;
    this.params = params;
  }

  get hint(): string {
    return words(`${this.code}.hint`, this.params);
  }

  /** The body of every HTTP error: `{ error: { code, message, hint, param? } }`. */
  toBody(): { error: { code: ErrorCode; message: string; hint: string; param?: string } } {
    const param = this.params.param;
    return {
      error: {
        code: this.code,
        message: this.message,
        hint: this.hint,
        ...(typeof param === 'string' ? { param } : {}),
      },
    };
  }
}

/** Whatever was thrown, as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** An error for a log that shows only messages: an error of ours brings its hint along. */
export function withHint(thrown: unknown): Error {
  const error = asError(thrown);
  if (!(error instanceof SolthriveError)) return error;
  return new Error(`${error.message} ${error.hint}`, { cause: error });
}
