/**
 * Turns V1's files into an archive, which is then taken over like any other: one way in for all that
 * comes from outside. It says what it could not read and what cannot be true.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { serviceMaxW, solarMaxW } from '../../balance/counter.ts';
import type { MinuteRecord } from '../../journal/minute.ts';
import { isoTime } from '../../site/clock.ts';
import { type RecordedConfig, shortHash } from '../../site/hash.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { Contents } from '../archive/manifest.ts';
import { recordSchemas } from '../archive/record-schemas.ts';
import { type Entry, writeTarball } from '../archive/tarball.ts';
import { dateAt } from '../calendar.ts';
import { type FieldMap, POWERS, readSample, type Sample } from './map.ts';
import { V1Minutes } from './minutes.ts';

export interface V1Task {
  /** V1's files; `.gz` too. */
  files: readonly string[];
  map: FieldMap;
  config: SiteConfig;
  /** Where the archive goes. */
  out: string;
  product: string;
  nowMs: number;
}

/** A place in a file. */
export interface Place {
  file: string;
  /** 1-based. */
  line: number;
}

export interface V1Report {
  files: number;
  samples: number;
  minutes: number;
  /** Local days with a minute. */
  days: number;
  first: string | null;
  last: string | null;
  /** Lines that are no samples: the first of them, and how many in all. */
  bad: { count: number; places: Place[] };
  /** Samples at or before the one before them. */
  unordered: number;
  /** Minutes with energy that only counters tell of. */
  recovered: number;
  /** Fields that the map does not name, and how often they came. */
  unknown: Record<string, number>;
  /** Powers that cannot be: they are left out. The first of them, and how many in all. */
  impossible: { count: number; places: (Place & { what: string })[] };
}

const MOST_PLACES = 20;

/** @throws the system's error where a file cannot be read or the archive not written */
export async function convertV1(task: V1Task): Promise<V1Report> {
  const report: V1Report = {
    files: task.files.length,
    samples: 0,
    minutes: 0,
    days: 0,
    first: null,
    last: null,
    bad: { count: 0, places: [] },
    unordered: 0,
    recovered: 0,
    unknown: {},
    impossible: { count: 0, places: [] },
  };
  await writeTarball(task.out, entries(task, report), task.nowMs);
  return report;
}

async function* entries(task: V1Task, report: V1Report): AsyncGenerator<Entry> {
  const contents = new Contents();
  const config = configOf(task.config);
  const hash = shortHash(config);
  for (const { level, schema } of recordSchemas()) {
    yield contents.listJson(`schema/${level}.json`, schema);
  }
  yield contents.listJson(`configs/${hash}.json`, config);
  const { timezone } = task.config.site;
  const dates = new Set<string>();
  for await (const minutes of days(task, hash, report)) {
    const [first, last] = [minutes[0]?.ts ?? '', minutes.at(-1)?.ts ?? ''];
    for (const { ts } of minutes) dates.add(dateAt(Date.parse(ts), timezone));
    report.minutes += minutes.length;
    report.recovered += minutes.filter(({ recovered }) => recovered).length;
    report.first ??= first;
    report.last = last;
    report.days = dates.size;
    const bytes = Buffer.from(minutes.map((minute) => `${JSON.stringify(minute)}\n`).join(''));
    const path = `records/minute/${first.slice(0, 10)}.jsonl`;
    yield contents.list({ path, bytes }, { records: minutes.length, first, last });
  }
  const created = isoTime(task.nowMs);
  const { product } = task;
  yield contents.manifest({ product, created, timezone, simulated: false, from: null, to: null });
}

/** The minutes of one UTC day after the other. */
async function* days(
  task: V1Task,
  config: string,
  report: V1Report,
): AsyncGenerator<MinuteRecord[]> {
  const minutes = new V1Minutes({ config, maxW: serviceMaxW(task.config.site) });
  let day: MinuteRecord[] = [];
  for (const file of await inOrder(task)) {
    for await (const sample of samplesOf(file, task, report)) {
      if (!minutes.take(sample)) report.unordered += 1;
      for (const minute of minutes.drain()) {
        if (day[0] && day[0].ts.slice(0, 10) !== minute.ts.slice(0, 10)) {
          yield day;
          day = [];
        }
        day.push(minute);
      }
    }
  }
  const rest = minutes.end();
  const [last] = rest;
  if (last && day[0]?.ts.slice(0, 10) === last.ts.slice(0, 10)) day.push(...rest);
  else {
    if (day.length > 0) yield day;
    day = rest;
  }
  if (day.length > 0) yield day;
}

/** By the time of their first sample: names may say nothing. */
async function inOrder({ files, map }: V1Task): Promise<string[]> {
  const starts: { file: string; ms: number }[] = [];
  for (const file of files) {
    for await (const text of linesOf(file)) {
      const sample = readSample(text, map, () => {});
      if (sample === null) continue;
      starts.push({ file, ms: sample.ms });
      break;
    }
  }
  const empty = files.filter((file) => !starts.some((start) => start.file === file));
  return [...starts.sort((a, b) => a.ms - b.ms).map(({ file }) => file), ...empty];
}

async function* samplesOf(file: string, task: V1Task, report: V1Report): AsyncGenerator<Sample> {
  const unknown = (field: string) => {
    report.unknown[field] = (report.unknown[field] ?? 0) + 1;
  };
  let line = 0;
  for await (const text of linesOf(file)) {
    line += 1;
    if (text.trim() === '') continue;
    const sample = readSample(text, task.map, unknown);
    if (sample === null) {
      report.bad.count += 1;
      if (report.bad.places.length < MOST_PLACES) report.bad.places.push({ file, line });
      continue;
    }
    report.samples += 1;
    dropImpossible(sample, task.config.site, (what) => {
      report.impossible.count += 1;
      if (report.impossible.places.length < MOST_PLACES) {
        report.impossible.places.push({ file, line, what });
      }
    });
    yield sample;
  }
}

/** More than the service or the inverter can carry is no measurement. */
function dropImpossible(
  { powers }: Sample,
  site: SiteConfig['site'],
  tell: (what: string) => void,
): void {
  for (const name of POWERS) {
    const watts = powers[name];
    const limit = name === 'solar' ? solarMaxW(site) : serviceMaxW(site);
    if (watts == null || Math.abs(watts) <= limit) continue;
    powers[name] = null;
    tell(`${name} ${watts} W > ${Math.round(limit)} W`);
  }
}

/** V1 kept no channels, so of its meters there is nothing to correct. */
function configOf({ site, poll }: SiteConfig): RecordedConfig {
  return { site, ct_profiles: [], meters: [], poll, solar_position: 'load_side' };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const failed = new Promise<never>((_, reject) => {
    bytes.once('error', reject);
    input.once('error', reject);
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  try {
    for (;;) {
      // `readline` alone takes a file that cannot be read for an empty one.
      const { done, value } = await Promise.race([lines.next(), failed]);
      if (done === true) return;
      yield value;
    }
  } finally {
    await lines.return?.();
    bytes.destroy();
  }
}
