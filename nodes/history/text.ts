/** Records as text, JSON or CSV, batch by batch: only what was asked for is ever written. */
import { withOffset } from '../rollup/calendar.ts';
import type { Field, FieldValue } from './fields.ts';
import type { Row } from './rows.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;

export interface TextOptions {
  fields: readonly Field[];
  zone: string;
}

/** `{ ...head, records: [...] }`, one record a line. */
export async function* jsonText(
  head: object,
  batches: AsyncIterable<readonly Row[]>,
  { fields, zone }: TextOptions,
): AsyncGenerator<string> {
  const stamp = new Stamps(zone);
  const columns = fields.map(({ name, of }) => ({ key: `,${JSON.stringify(name)}:`, of }));
  let before = `${JSON.stringify(head).slice(0, -1)},"records":[\n`;
  let isFirst = true;
  for await (const rows of batches) {
    let text = '';
    for (const { startMs, lengthS, told } of rows) {
      text += `${before}{"ts":"${stamp.of(startMs)}"`;
      for (const { key, of } of columns) text += key + jsonValue(of(told, lengthS));
      text += '}';
      before = ',\n';
      isFirst = false;
    }
    if (text !== '') yield text;
  }
  yield isFirst ? `${before}]}\n` : '\n]}\n';
}

/** RFC 4180: a line of names, then a line a record; what is not known is empty. */
export async function* csvText(
  batches: AsyncIterable<readonly Row[]>,
  { fields, zone }: TextOptions,
): AsyncGenerator<string> {
  const stamp = new Stamps(zone);
  let names = `${['ts', ...fields.map(({ name }) => name)].join(',')}\r\n`;
  for await (const rows of batches) {
    let text = names;
    names = '';
    for (const { startMs, lengthS, told } of rows) {
      text += stamp.of(startMs);
      for (const { of } of fields) text += `,${csvValue(of(told, lengthS))}`;
      text += '\r\n';
    }
    if (text !== '') yield text;
  }
  if (names !== '') yield names;
}

function jsonValue(value: FieldValue): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return JSON.stringify(value);
}

function csvValue(value: FieldValue): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Site times: the zone is asked once an hour, or once a quarter where its hours are none of UTC's, as
 * no offset changes within that.
 */
class Stamps {
  readonly #zone: string;
  #fromMs = Number.NaN;
  #toMs = Number.NaN;
  #head = '';
  #minute = 0;
  #tail = '';

  constructor(zone: string) {
    this.#zone = zone;
  }

  of(ms: number): string {
    if (!(ms >= this.#fromMs && ms < this.#toMs)) this.#ask(ms);
    const minute = this.#minute + Math.floor((ms - this.#fromMs) / MINUTE_MS);
    return `${this.#head}${minute < 10 ? '0' : ''}${minute}${this.#tail}`;
  }

  #ask(ms: number): void {
    const hourMs = Math.floor(ms / HOUR_MS) * HOUR_MS;
    const text = withOffset(hourMs, this.#zone);
    const isWhole = text.slice(14, 16) === '00' && text.endsWith(':00');
    this.#fromMs = isWhole ? hourMs : Math.floor(ms / QUARTER_MS) * QUARTER_MS;
    this.#toMs = this.#fromMs + (isWhole ? HOUR_MS : QUARTER_MS);
    const own = isWhole ? text : withOffset(this.#fromMs, this.#zone);
    this.#head = own.slice(0, 14);
    this.#minute = Number(own.slice(14, 16));
    this.#tail = own.slice(16);
  }
}
