/**
 * The doctor's evidence on disk: a restart goes on from it. What belongs to a channel that is another
 * one now (its configuration, its CT, its meter's profile or serial number) is forgotten.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../site/atomic-file.ts';
import { shortHash } from '../../site/hash.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { fieldsOf } from './cases.ts';

const VERSION = 1;

export interface Evidence {
  rules: Record<string, unknown>;
  daylight: unknown;
}

interface Kept extends Evidence {
  v: typeof VERSION;
  /** What each channel was made of, by `<meter>/<channel>`. */
  channels: Record<string, string>;
  /** Serial numbers of the meters that tell one. */
  serials: Record<string, string>;
}

export function evidenceFile(records: string): string {
  return join(records, 'doctor.json');
}

export class EvidenceStore {
  readonly #file: string;
  readonly #channels: Record<string, string>;
  #serials: Record<string, string> = {};

  /** @param records  the folder of the site's records */
  constructor(records: string, config: SiteConfig) {
    this.#file = evidenceFile(records);
    this.#channels = fingerprints(config);
  }

  /** What was kept, and the channels of which it no longer holds; null where there is nothing to read. */
  read(): { evidence: Evidence; forget: string[] } | null {
    const kept = this.#readFile();
    if (kept.v !== VERSION) return null;
    this.#serials = texts(kept.serials);
    const before = texts(kept.channels);
    const ids = new Set([...Object.keys(before), ...Object.keys(this.#channels)]);
    const forget = [...ids].filter((id) => before[id] !== this.#channels[id]);
    return { evidence: { rules: fieldsOf(kept.rules), daylight: kept.daylight }, forget };
  }

  /** @throws the system's error where it cannot be written */
  keep({ rules, daylight }: Evidence): void {
    const channels = this.#channels;
    const kept: Kept = { v: VERSION, channels, serials: this.#serials, rules, daylight };
    replaceFile(this.#file, `${JSON.stringify(kept)}\n`, 0o600);
  }

  /** Takes a meter's serial number. @returns its channels where it is another meter now, else none */
  isSerial(meter: string, serial: string): string[] {
    const before = this.#serials[meter];
    this.#serials[meter] = serial;
    if (before === undefined || before === serial) return [];
    return Object.keys(this.#channels).filter((id) => id.startsWith(`${meter}/`));
  }

  #readFile(): Record<string, unknown> {
    try {
      return fieldsOf(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      // None yet, or damaged: the doctor begins anew and will find the same again.
      return {};
    }
  }
}

function fingerprints(config: SiteConfig): Record<string, string> {
  const { nominal_voltage, service } = config.site;
  const prints: Record<string, string> = {};
  for (const meter of config.meters) {
    const profile = meter.source === 'modbus' ? meter.profile : null;
    for (const channel of meter.channels) {
      const ct = config.ct_profiles.find(({ id }) => id === channel.ct) ?? null;
      const position = config.solar_position;
      prints[`${meter.id}/${channel.id}`] = shortHash([
        ...[channel, ct, profile, nominal_voltage, service, position],
      ]);
    }
  }
  return prints;
}

function texts(value: unknown): Record<string, string> {
  const entries = Object.entries(fieldsOf(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
