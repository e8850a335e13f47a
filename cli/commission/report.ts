/**
 * The report of a commissioning: every step with its numbers and its verdict. Kept after each step, so
 * that it can be gone on with; `<records>/commissioning/<date>-<n>.json`, and a page to print beside it.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { UtilityLook } from '../../nodes/health/commission/utility.ts';
import { utilityFile } from '../../nodes/health/commission/utility-file.ts';
import { dateAt } from '../../nodes/rollup/calendar.ts';
import { replaceFile } from '../../nodes/site/atomic-file.ts';
import { isoTime } from '../../nodes/site/clock.ts';
import type { Site } from '../../nodes/site/config.ts';
import { SolthriveError } from '../../nodes/site/errors.ts';
import { appendLine, belongTo } from '../changes.ts';

const counters = z.object({ import_kwh: z.number(), export_kwh: z.number().nullable() });
const measured = z.object({
  where: z.string(),
  what: z.string(),
  value: z.number().nullable(),
  unit: z.enum(['V', 'A', 'W', 'Hz', 'kWh', '']),
  before: z.number().nullable().optional(),
});

const stepSchema = z.object({
  /** `meters`, `supply`, `plausible`, `solar_off`, `load`, `solar`, `utility`. */
  step: z.string(),
  /** Names of the inputs it is about; empty for the site. */
  inputs: z.array(z.string()),
  started_at: z.string(),
  ended_at: z.string(),
  by: z.string(),
  result: z.enum(['pass', 'fail', 'open', 'skipped']),
  reason: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** In the language of the one who was there. */
  text: z.string(),
  measured: z.array(measured),
});
export type StepRecord = z.output<typeof stepSchema>;

const reportSchema = z.object({
  v: z.literal(1),
  id: z.string(),
  site: z.string(),
  timezone: z.string(),
  simulated: z.boolean(),
  version: z.string(),
  /** Short hash of the configuration. */
  config: z.string(),
  by: z.string(),
  started_at: z.string(),
  /** Null until every step has been gone through. */
  ended_at: z.string().nullable(),
  meters: z.array(
    z.object({
      id: z.string(),
      profile: z.string(),
      bus: z.string(),
      unit: z.number().nullable(),
      serial: z.string().nullable(),
      channels: z.array(
        z.object({
          id: z.string(),
          role: z.string(),
          phases: z.array(z.string()),
          ct: z.string().nullable(),
          invert: z.boolean(),
          multiplier: z.number(),
        }),
      ),
    }),
  ),
  steps: z.array(stepSchema),
  looks: z.array(z.object({ ts: z.string(), by: z.string(), utility: counters, ours: counters })),
});
export type Report = z.output<typeof reportSchema>;

const NAME = /^(\d{4}-\d\d-\d\d)-(\d+)\.json$/;

export class Reports {
  readonly #records: string;
  readonly #folder: string;

  constructor({ paths }: Pick<Site, 'paths'>) {
    this.#records = paths.records;
    this.#folder = join(paths.records, 'commissioning');
  }

  /** A new one, not kept yet. */
  begin(site: Site, by: string, nowMs: number): Report {
    const date = dateAt(nowMs, site.config.site.timezone);
    const taken = this.#ids().flatMap((id) =>
      id.startsWith(`${date}-`) ? Number(id.slice(11)) : [],
    );
    return {
      v: 1,
      id: `${date}-${Math.max(0, ...taken) + 1}`,
      site: site.config.site.name,
      timezone: site.config.site.timezone,
      simulated: site.simulated !== null,
      version: site.version,
      config: site.hash,
      by,
      started_at: isoTime(nowMs),
      ended_at: null,
      meters: metersOf(site),
      steps: [],
      looks: [],
    };
  }

  /** The newest one; null where there is none. One that cannot be read is passed over. */
  last(): Report | null {
    for (const id of this.#ids().toReversed()) {
      const report = this.#read(id);
      if (report !== null) return report;
    }
    return null;
  }

  files({ id }: Pick<Report, 'id'>): { json: string; page: string } {
    const at = (kind: string) => join(this.#folder, `${id}.${kind}`);
    return { json: at('json'), page: at('html') };
  }

  /** @throws SolthriveError `records_closed` */
  keep(report: Report, page: string): void {
    const files = this.files(report);
    this.#write(() => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o750 });
      belongTo(this.#folder, this.#records);
      replaceFile(files.json, `${JSON.stringify(report, null, 2)}\n`, 0o640);
      replaceFile(files.page, page, 0o640);
      for (const file of [files.json, files.page]) belongTo(file, this.#records);
    });
  }

  /** A look at the utility's meter stands by itself, too: the ratio of a CT can be told by it. */
  addLook(look: UtilityLook): void {
    const file = utilityFile(this.#records);
    this.#write(() => {
      appendLine(file, look, 0o640);
      belongTo(file, this.#records);
    });
  }

  #write(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      throw new SolthriveError('records_closed', { folder: this.#folder }, thrown);
    }
  }

  /** Oldest first. */
  #ids(): string[] {
    const names = namesIn(this.#folder).filter((name) => NAME.test(name));
    const keyOf = (name: string) =>
      name.replace(NAME, (_, date, n) => `${date}-${String(n).padStart(9, '0')}`);
    return names
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map((name) => name.slice(0, -'.json'.length));
  }

  #read(id: string): Report | null {
    try {
      return reportSchema.parse(JSON.parse(readFileSync(this.files({ id }).json, 'utf8')));
    } catch {
      return null;
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function metersOf({ config }: Site): Report['meters'] {
  return config.meters.map((meter) => ({
    id: meter.id,
    profile: meter.source === 'modbus' ? meter.profile : meter.source,
    bus: meter.source === 'modbus' ? meter.bus : '–',
    unit: meter.source === 'modbus' ? meter.unit : null,
    serial: null,
    channels: meter.channels.map(({ id, role, phases = [], ct = null, invert, multiplier }) => ({
      id,
      role,
      phases: [...phases],
      ct,
      invert,
      multiplier,
    })),
  }));
}

/** The last word on some inputs, or on a step of the site; undefined before any. */
export function latest({ steps }: Report, step: string, input?: string): StepRecord | undefined {
  return steps.findLast(
    (one) => one.step === step && (input === undefined || one.inputs.includes(input)),
  );
}

/** Whether any last word is a failure. */
export function isFailed(report: Report): boolean {
  return lastWords(report).some(({ result }) => result === 'fail');
}

/** What holds of each step and input: a record goes as soon as later ones speak of all of its inputs. */
export function lastWords({ steps }: Pick<Report, 'steps'>): StepRecord[] {
  const told = new Set<string>();
  const words = steps.toReversed().filter(({ step, inputs }) => {
    const keys = inputs.length === 0 ? [step] : inputs.map((input) => `${step} ${input}`);
    const isNews = keys.some((key) => !told.has(key));
    for (const key of keys) told.add(key);
    return isNews;
  });
  return words.reverse();
}
