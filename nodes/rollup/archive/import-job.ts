/**
 * Takes an archive's records over: what is not here yet is added, what is here wins. Only looked at
 * unless told to apply; a second time there is nothing new.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SolthriveError, sayWhat } from '../../site/errors.ts';
import { keepConfig, readRecordedConfig } from '../../site/last-good.ts';
import { dateAt } from '../calendar.ts';
import { addCorrection, readCorrections } from '../correct/corrections.ts';
import type { RecordFolders } from '../files/files.ts';
import { minuteDays } from '../files/minute-days.ts';
import { dayYears, quarterMonths, readDays, readQuarterLines } from '../files/read.ts';
import { recordDisk } from '../files/store.ts';
import type { Job, JobContext } from '../jobs.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { completeBook, keepPriceBook, readPriceBook } from '../tariff/price-book.ts';
import { Here } from './here.ts';
import { LEVEL_NAMES, type LevelName } from './levels.ts';
import { type Home, mergeFile, type Refused } from './merge.ts';
import { type Archive, openArchive, recordsFile } from './open.ts';
import { spoolFolder } from './spool.ts';
import { readTarball } from './tarball.ts';

const askedSchema = z.strictObject({
  /** Name of a file in `<data>/spool`: it is gone afterwards. */
  spooled: z.string().regex(/^[a-z0-9-]+\.tar\.gz$/),
  apply: z.boolean(),
});

/** Conflicts and refusals beyond this many are only counted. */
const MOST_TOLD = 100;

interface LevelCount {
  added: number;
  there: number;
  derived: number;
  conflicts: number;
  refused: number;
}

export interface Imported {
  applied: boolean;
  /** What the archive says of itself. */
  created: string;
  product: string;
  timezone: string;
  /** The records' days were those of another zone. */
  other_zone: boolean;
  levels: Record<LevelName, LevelCount>;
  /** What was added, or would be: who wants to undo it removes these lines. */
  added: { file: string; records: number; first: string; last: string }[];
  conflicts: { file: string; time: string }[];
  refused: Refused[];
  configs: { added: string[]; there: number };
  /** Ids of the archive's corrections. */
  corrections: { added: string[]; there: string[]; refused: string[] };
  /** Whether days got prices from the archive. */
  prices: boolean;
  /** How many days were made anew and differ from what was here or in the archive; null before. */
  days: number | null;
}

export const importArchive: Job = async (context, params): Promise<Imported> => {
  const asked = askedSchema.safeParse(params);
  if (!asked.success) {
    throw new SolthriveError('body_invalid', { what: z.prettifyError(asked.error) });
  }
  const file = join(spoolFolder(context.data), asked.data.spooled);
  try {
    return await takeOver(context, file, asked.data.apply);
  } finally {
    await rm(file, { force: true });
  }
};

async function takeOver(context: JobContext, file: string, apply: boolean): Promise<Imported> {
  const archive = await openArchive(file);
  const { manifest } = archive;
  refuseForeign(context, archive);
  const zone = context.config.site.timezone;
  const imported: Imported = {
    applied: apply,
    created: manifest.created,
    product: manifest.product,
    timezone: manifest.timezone,
    other_zone: manifest.timezone !== zone,
    levels: Object.fromEntries(LEVEL_NAMES.map((name) => [name, noLines()])) as Imported['levels'],
    added: [],
    conflicts: [],
    refused: [],
    ...(await takeOverlays(context, archive, apply)),
    days: null,
  };
  await takeRecords({ context, file, apply, archive }, imported);
  if (apply) imported.days = (await reconcile(context)).changed.length;
  return imported;
}

/** Measured and made-up records never meet. */
function refuseForeign({ records, data }: JobContext, { manifest }: Archive): void {
  const isOurs = isSimulated({ records, data });
  if (manifest.simulated === isOurs) return;
  const [ours, theirs] = isOurs ? ['simulated', 'real'] : ['real', 'simulated'];
  throw new SolthriveError('archive_foreign', {
    ours: sayWhat(`archive.${ours}`),
    theirs: sayWhat(`archive.${theirs}`),
  });
}

function isSimulated({ records, data }: RecordFolders): boolean {
  return records !== data;
}

interface Taking {
  context: JobContext;
  file: string;
  apply: boolean;
  archive: Archive;
}

async function takeRecords(
  { context, file, apply, archive }: Taking,
  imported: Imported,
): Promise<void> {
  const { records, clock, progress } = context;
  const files = archive.manifest.files.filter(({ path }) => recordsFile(path) !== null);
  const archivedDays = files.flatMap(({ path }) => {
    const found = recordsFile(path);
    return found?.level.name === 'minute' ? [found.stem] : [];
  });
  const here = await Here.read(records);
  const home: Home = {
    records,
    disk: recordDisk,
    nowMs: clock.now(),
    simulated: isSimulated(context),
    here,
    archivedDays: new Set(archivedDays.filter((day) => !here.hasOutlivedMinutes(day))),
  };
  let done = 0;
  await readTarball(file, async ({ path, bytes }) => {
    const found = recordsFile(path);
    if (found === null) return;
    const merged = await mergeFile(found, bytes, { ...home, apply });
    const count = imported.levels[found.level.name];
    const name = found.level.file(found.stem);
    for (const key of ['added', 'there', 'derived'] as const) count[key] += merged[key];
    count.conflicts += merged.conflicts.length;
    count.refused += merged.refused.reduce((sum, { lines }) => sum + lines, 0);
    const { added, first, last } = merged;
    if (first && last) imported.added.push({ file: name, records: added, first, last });
    imported.conflicts.push(...merged.conflicts.map((time) => ({ file: name, time })));
    imported.refused.push(...merged.refused);
    imported.conflicts.length = Math.min(imported.conflicts.length, MOST_TOLD);
    imported.refused.length = Math.min(imported.refused.length, MOST_TOLD);
    done += 1;
    progress(done, files.length);
  });
}

/** What says how records are to be seen comes first: they are told by it as soon as they are here. */
async function takeOverlays(
  context: JobContext,
  archive: Archive,
  apply: boolean,
): Promise<Pick<Imported, 'configs' | 'corrections' | 'prices'>> {
  const configs = takeConfigs(context, archive, apply);
  const firstMs = await firstRecord(context.records);
  const prices = await takePrices(context, archive, apply);
  return { configs, corrections: takeCorrections(context, archive, { apply, firstMs }), prices };
}

function takeConfigs({ data }: JobContext, { configs }: Archive, apply: boolean) {
  const added = [...configs].filter(([hash]) => readRecordedConfig(data, hash) === null);
  if (apply) for (const [hash, config] of added) keepConfig(data, hash, config);
  return { added: added.map(([hash]) => hash), there: configs.size - added.length };
}

/** Days before the first one here get the archive's prices; of the others, those without a price. */
async function takePrices(
  { records, config, clock }: JobContext,
  { prices }: Archive,
  apply: boolean,
) {
  const book = readPriceBook(records);
  const [year = ''] = await dayYears(records);
  const { days } = await readDays(records, `${year}-01-01`, `${year}-12-31`);
  const today = dateAt(clock.now(), config.site.timezone);
  const completed = completeBook(book, prices, days[0]?.date ?? today);
  if (apply && completed !== book) await keepPriceBook(records, completed);
  return completed !== book;
}

/** A correction holds for a stretch of time, so it is only taken where that was before our records. */
function takeCorrections(
  { records }: JobContext,
  archive: Archive,
  { apply, firstMs }: { apply: boolean; firstMs: number },
): Imported['corrections'] {
  const told: Imported['corrections'] = { added: [], there: [], refused: [] };
  const known = readCorrections(records);
  for (const { id, made_at, from, to, config } of archive.corrections) {
    const isThere = known.some(
      (own) => own.from === from && own.to === to && own.config === config,
    );
    const verdict = isThere
      ? 'there'
      : config === null || Date.parse(to) > firstMs
        ? 'refused'
        : 'added';
    told[verdict].push(id);
    if (apply && verdict === 'added') addCorrection(records, { made_at, from, to, config });
  }
  return told;
}

/** When the first minute or 15 minutes here began, ms. */
async function firstRecord(records: string): Promise<number> {
  const day = (await minuteDays(records)).at(-1);
  const [month] = await quarterMonths(records);
  const fromMs = month === undefined ? 0 : Date.parse(`${month}-01T00:00:00Z`);
  const { lines } =
    month === undefined
      ? { lines: [] }
      : await readQuarterLines(records, { fromMs, toMs: fromMs + 32 * 86_400_000 });
  return Math.min(
    ...(day === undefined ? [] : [Date.parse(`${day}T00:00:00Z`)]),
    ...lines.slice(0, 1).map(({ ts }) => Date.parse(ts)),
  );
}

function noLines(): LevelCount {
  return { added: 0, there: 0, derived: 0, conflicts: 0, refused: 0 };
}
