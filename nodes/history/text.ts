/** Records as text, JSON or CSV, batch by batch: only what was asked for is ever written. */
import { withOffset } from '../rollup/calendar.ts';
import type { Field, FieldValue } from './fields.ts';
import type { Row } from './rows.ts';

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
  yield `${JSON.stringify(head).slice(0, -1)},"records":[`;
  let before = '\n';
  for await (const rows of batches) {
    let text = '';
    for (const { startMs, lengthS, told } of rows) {
      text += `${before}{"ts":"${stamp.of(startMs)}"`;
      for (const { key, of } of columns) text += key + jsonValue(of(told, lengthS));
      text += '}';
      before = ',\n';
    }
    if (text !== '') yield text;
  }
  yield '\n]}\n';
}

/** RFC 4180: a line of names, then a line a record; what is not known is empty. */
export async function* csvText(
  batches: AsyncIterable<readonly Row[]>,
  { fields, zone }: TextOptions,
): AsyncGenerator<string> {
  const stamp = new Stamps(zone);
  yield `${['ts', ...fields.map(({ name }) => name)].join(',')}\r\n`;
  for await (const rows of batches) {
    let text = '';
    for (const { startMs, lengthS, told } of rows) {
      text += stamp.of(startMs);
      for (const { of } of fields) text += `,${csvValue(of(told, lengthS))}`;
      text += '\r\n';
    }
    if (text !== '') yield text;
  }
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

/** Site times: the zone is asked once for each quarter hour, as no offset changes within one. */
class Stamps {
  readonly #zone: string;
  #quarter = Number.NaN;
  #head = '';
  #minute = 0;
  #tail = '';

  constructor(zone: string) {
    this.#zone = zone;
  }

  of(ms: number): string {
    const quarter = Math.floor(ms / QUARTER_MS);
    if (quarter !== this.#quarter) {
      const text = withOffset(quarter * QUARTER_MS, this.#zone);
      this.#quarter = quarter;
      this.#head = text.slice(0, 14);
      this.#minute = Number(text.slice(14, 16));
      this.#tail = text.slice(16);
    }
    const minute = this.#minute + Math.floor((ms - quarter * QUARTER_MS) / MINUTE_MS);
    return `${this.#head}${minute < 10 ? '0' : ''}${minute}${this.#tail}`;
  }
}
