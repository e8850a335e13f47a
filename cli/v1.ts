/** Makes an archive of V1's files, has it taken over, and tells what was found in them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { convertV1, type V1Report } from '../nodes/rollup/v1/convert.ts';
import { type FieldMap, mapSchema } from '../nodes/rollup/v1/map.ts';
import { systemClock } from '../nodes/site/clock.ts';
import { asError, SolthriveError } from '../nodes/site/errors.ts';
import { formatProblem } from '../nodes/site/problems.ts';
import { plain } from '../nodes/site/tree.ts';
import { parseYaml } from '../nodes/site/yaml-source.ts';
import { type ImportReport, importFile } from './archive.ts';
import type { CommandContext } from './command.ts';
import { counted } from './counted.ts';
import { siteOf } from './records.ts';

/**
 * @param words  files, or folders with files that end in .jsonl or .jsonl.gz
 * @throws Refusal, SolthriveError, the system's errors
 */
export async function importV1(
  context: CommandContext,
  words: readonly string[],
  apply: boolean,
): Promise<{ v1: V1Report; report: ImportReport }> {
  const site = siteOf(context);
  const map = readMap(String(context.options.map ?? join(context.paths.shipped, 'v1-map.yaml')));
  const files = words.flatMap(filesAt);
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-v1-'));
  try {
    const out = join(folder, 'v1.tar.gz');
    const nowMs = systemClock.now();
    const v1 = await convertV1({
      files,
      map,
      config: site.config,
      out,
      product: site.version,
      nowMs,
    });
    return { v1, report: await importFile(context, out, apply) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function showV1({ out, say }: CommandContext, report: V1Report): void {
  const { unknown, impossible, bad, unordered, recovered } = report;
  const { files, samples, minutes, days } = report;
  const [from, to] = [report.first ?? '-', report.last ?? '-'];
  const counts = counted(say, { files, samples, minutes, days });
  out.line(say('v1.read', { ...counts, from, to }));
  if (recovered > 0) out.line(say('v1.recovered', { count: recovered }));
  if (bad.count > 0) {
    out.line(out.paint('yellow', say('v1.bad', { count: bad.count })));
    for (const { file, line } of bad.places) out.line(`  ${file}:${line}`);
    const rest = bad.count - bad.places.length;
    if (rest > 0) out.line(`  ${say('archive.more', { count: rest })}`);
  }
  if (unordered > 0) out.line(out.paint('yellow', say('v1.unordered', { count: unordered })));
  const names = Object.entries(unknown).sort(([, a], [, b]) => b - a);
  if (names.length > 0) {
    const fields = names.map(([name, count]) => `${name} (${count})`).join(', ');
    out.line(out.paint('yellow', say('v1.unknown', { fields })));
  }
  if (impossible.count > 0) {
    out.line(out.paint('yellow', say('v1.impossible', { count: impossible.count })));
    for (const { file, line, what } of impossible.places) out.line(`  ${file}:${line}: ${what}`);
  }
  out.line();
}

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => /\.jsonl(\.gz)?$/.test(name)).map((name) => join(path, name));
  } catch (thrown) {
    throw new SolthriveError('config_unreadable', { file: path, what: asError(thrown).message });
  }
}

/** @throws SolthriveError `config_unreadable` that names the place of a mistake */
function readMap(file: string): FieldMap {
  const refuse = (what: string) => new SolthriveError('config_unreadable', { file, what });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw refuse(asError(thrown).message);
  }
  const { tree, problems } = parseYaml(file, text);
  if (tree === null) throw refuse(problems.map(formatProblem).join(' '));
  const map = mapSchema.safeParse(plain(tree));
  if (!map.success) throw refuse(z.prettifyError(map.error));
  return map.data;
}
