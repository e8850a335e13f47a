/** Turns a channel round in the configuration, shows before what that would do, and takes it back. */

import type { Weighed } from '../nodes/health/doctor/doctor.ts';
import { isDate } from '../nodes/rollup/calendar.ts';
import { type ChannelName, fileOfChannel, withInvert } from '../nodes/site/channel-edit.ts';
import { isoTime, systemClock } from '../nodes/site/clock.ts';
import type { Site } from '../nodes/site/config.ts';
import { SolthriveError } from '../nodes/site/errors.ts';
import type { ChannelConfig } from '../nodes/site/schema.ts';
import { Changes, replaceConfig, type Standing } from './changes.ts';
import { type CommandContext, EXIT } from './command.ts';
import { correctPast, takePastBack } from './doctor-history.ts';
import { askDoctor } from './doctor-report.ts';
import { siteOf } from './records.ts';
import { refuseWord } from './usage.ts';

/** Lines round the one that changes. */
const AROUND = 2;

export async function flip(context: CommandContext): Promise<number> {
  const { words, options, out, say, paths } = context;
  const from = options['history-from'];
  if (from !== undefined && !isDate(String(from))) {
    out.error(say('recompute.no_date', { date: String(from) }));
    return EXIT.usage;
  }
  const site = siteOf(context);
  const channel = words[1] ?? '';
  const known = channelsOf(site);
  const configured = known.get(channel);
  if (!configured) {
    return refuseWord({ out, say, key: 'doctor.channel', word: channel, known: [...known.keys()] });
  }
  const changes = new Changes(paths.data);
  const standing = changes.standing();
  // Asked once more with a date, it is not turned back: only the past is still to be corrected.
  const isDone = standing?.flip.channel === channel && standing.flip.to === configured.invert;
  if (isDone && from !== undefined) return history(context, standing, String(from));
  if (!(await isProven(context, channel, configured))) return EXIT.wrong;
  const edit = prepare(site, nameOf(channel), !configured.invert);
  showEdit(context, edit);
  if (options.apply !== true) {
    out.paragraph(say('doctor.preview'));
    return EXIT.well;
  }
  const ts = isoTime(systemClock.now());
  const before = changes.keep(edit.file, edit.text, ts);
  replaceConfig(edit.file, edit.edited);
  const to = !configured.invert;
  const made = { ts, what: 'flip', by: whoOf(context), channel, file: edit.file } as const;
  const change = { ...made, from: configured.invert, to, before };
  changes.add(change);
  out.paragraph(out.paint('green', say('doctor.flipped', { channel, file: edit.file })));
  out.paragraph(say(`doctor.restart.${context.mode.kind}`));
  const done = { flip: change, correction: undefined };
  if (from !== undefined) return history(context, done, String(from));
  out.paragraph(say('doctor.history_offer', { channel }));
  return EXIT.well;
}

export async function undo(context: CommandContext): Promise<number> {
  const { options, out, say, paths } = context;
  const changes = new Changes(paths.data);
  const standing = changes.standing();
  if (standing === null) {
    out.error(say('doctor.nothing_to_undo'));
    return EXIT.wrong;
  }
  const { flip: made, correction } = standing;
  const edit = prepareBack(siteOf(context), changes, standing);
  showEdit(context, edit);
  if (correction !== undefined) out.paragraph(say('doctor.correction_too', { id: correction }));
  if (options.apply !== true) {
    out.paragraph(say('doctor.preview'));
    return EXIT.well;
  }
  if (correction !== undefined) await takePastBack(context, correction);
  const ts = isoTime(systemClock.now());
  replaceConfig(edit.file, edit.edited);
  const { channel, file, from, to, ts: of } = made;
  changes.add({ ts, what: 'undo', by: whoOf(context), channel, file, from: to, to: from, of });
  out.paragraph(out.paint('green', say('doctor.undone', { channel, file })));
  out.paragraph(say(`doctor.restart.${context.mode.kind}`));
  return EXIT.well;
}

async function history(context: CommandContext, standing: Standing, from: string): Promise<number> {
  const { channel, file, from: was, to, ts: of } = standing.flip;
  const correction = await correctPast(context, from, channel);
  if (correction === null) return EXIT.well;
  const ts = isoTime(systemClock.now());
  const past = { ts, what: 'history', by: whoOf(context), channel, file } as const;
  new Changes(context.paths.data).add({ ...past, from: was, to, correction, of });
  return EXIT.well;
}

/** Whether the doctor is sure of it, or the person is; the person has been told if not. */
async function isProven(
  context: CommandContext,
  channel: string,
  { phases }: ChannelConfig,
): Promise<boolean> {
  const { options, out, say } = context;
  const found = await hypothesisOf(context, channel);
  // A channel has one sign: with one CT of a pair turned round, turning both would only swap the error.
  const part = found?.phases?.filter((phase) => phases?.includes(phase as never)) ?? [];
  if (part.length > 0 && part.length < (phases?.length ?? 0)) {
    out.error(say('doctor.part', { phases: part.join(', '), channel }));
    return false;
  }
  const isConfirmed = found?.verdict === 'confirmed' && found.held_back_by === undefined;
  if (isConfirmed) return true;
  const key = options.anyway === true ? 'doctor.anyway' : 'doctor.not_confirmed';
  out.error(out.paint('yellow', say(key, { channel })));
  return options.anyway === true;
}

/** Null where nothing points to it, or the doctor cannot be asked: then the person decides. */
async function hypothesisOf(context: CommandContext, channel: string): Promise<Weighed | null> {
  try {
    const { report } = await askDoctor(context);
    const all = report.hypotheses.filter(
      ({ id, source, verdict }) =>
        id === 'ct_reversed' && source === channel && verdict !== 'quiet',
    );
    return all.find(({ verdict }) => verdict === 'confirmed') ?? all[0] ?? null;
  } catch (thrown) {
    if (thrown instanceof SolthriveError && context.options.anyway === true) return null;
    throw thrown;
  }
}

interface Edit {
  file: string;
  text: string;
  edited: string;
}

/** @throws SolthriveError `channel_not_in_files`, `config_not_editable`, `config_invalid` */
function prepare(site: Site, name: ChannelName, value: boolean): Edit {
  const [problem] = site.problems;
  if (problem)
    throw new SolthriveError('config_not_editable', { file: problem.file, what: problem.found });
  const found = fileOfChannel(site.paths, name);
  return { ...found, edited: withInvert(found, name, value) };
}

/** The file as it was before, unless somebody has changed it since: then only the sign is put back. */
function prepareBack(site: Site, changes: Changes, { flip: made }: Standing): Edit {
  const edit = prepare(site, nameOf(made.channel), made.from);
  const kept = made.before === undefined ? null : changes.kept(made.before);
  if (kept === null || edit.file !== made.file) return edit;
  const flipped = withInvert({ file: made.file, text: kept }, nameOf(made.channel), made.to);
  return flipped === edit.text ? { ...edit, edited: kept } : edit;
}

function showEdit({ out, say }: CommandContext, { file, text, edited }: Edit): void {
  const [was, now] = [text.split('\n'), edited.split('\n')];
  const start = was.findIndex((line, at) => line !== now[at]);
  const grown = now.length - was.length;
  const same = was.toReversed().findIndex((line, at) => line !== now.at(-1 - at));
  const end = Math.max(start + (grown < 0 ? 1 : 0), was.length - same);
  out.line(say('doctor.edit', { file, line: start + 1 }));
  for (const line of was.slice(Math.max(0, start - AROUND), start)) out.line(`    ${line}`);
  for (const line of was.slice(start, end)) out.line(out.paint('red', `  - ${line}`));
  for (const line of now.slice(start, end + grown)) out.line(out.paint('green', `  + ${line}`));
  for (const line of was.slice(end, end + AROUND)) out.line(`    ${line}`);
}

/** By `<meter>/<channel>`; of a source that is not Modbus the sign is its own business. */
function channelsOf({ config }: Site): Map<string, ChannelConfig> {
  const meters = config.meters.filter(({ source }) => source === 'modbus');
  return new Map(
    meters.flatMap((meter) =>
      meter.channels.map((channel) => [`${meter.id}/${channel.id}`, channel] as const),
    ),
  );
}

function nameOf(channel: string): ChannelName {
  const [meter = '', name = ''] = channel.split('/');
  return { meter, channel: name };
}

function whoOf({ options, env }: CommandContext): string {
  return String(options.by ?? env.SUDO_USER ?? env.USER ?? '?');
}
