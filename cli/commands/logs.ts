/** Shows what was logged, and goes on showing it; the service may run or not. */
import { pause, systemClock } from '../../nodes/site/clock.ts';
import { LOG_LEVELS, type LogLevel, type LogLine, logFolder } from '../../nodes/site/site-log.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { readLog } from '../log-reader.ts';
import { formatMoment, parseSince } from '../moments.ts';
import type { Colour } from '../output.ts';
import { mustBeReadable, siteOf } from '../records.ts';
import { refuseWord } from '../usage.ts';

/** Lines that are shown where nobody says how many. */
const USUAL_LINES = 100;
const LOOK_EVERY_MS = 500;

const COLOURS: Partial<Record<LogLevel, Colour>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  debug: 'dim',
  trace: 'dim',
};

export const command: Command = {
  options: {
    level: { type: 'string' },
    area: { type: 'string', multiple: true },
    since: { type: 'string' },
    lines: { type: 'string', short: 'n' },
    follow: { type: 'boolean', short: 'f' },
    json: { type: 'boolean' },
  },
  async run(context) {
    const wanted = readWanted(context);
    return typeof wanted === 'number' ? wanted : show(context, wanted);
  },
};

interface Wanted {
  zone: string;
  sinceMs: number;
  lines: number;
  isWanted: (line: LogLine) => boolean;
}

/** @returns what is asked for, or the exit code of a wrong call */
function readWanted(context: CommandContext): Wanted | number {
  const { options, out, say } = context;
  const { level = 'trace', area, since, lines } = options;
  const rank = LOG_LEVELS.indexOf(level as LogLevel);
  if (rank < 0) {
    return refuseWord({ out, say, key: 'logs.level', word: String(level), known: LOG_LEVELS });
  }
  const zone = siteOf(context).config.site.timezone;
  const nowMs = systemClock.now();
  const sinceMs = since === undefined ? 0 : parseSince(String(since), { zone, nowMs });
  const most = lines === undefined ? null : Number(lines);
  if (sinceMs === null || (most !== null && !(Number.isInteger(most) && most >= 0))) {
    out.error(say(sinceMs === null ? 'logs.since' : 'logs.lines', { text: String(since ?? '') }));
    return EXIT.usage;
  }
  const areas = Array.isArray(area) ? area.flatMap((names) => String(names).split(',')) : [];
  return {
    zone,
    sinceMs,
    lines: most ?? (since === undefined ? USUAL_LINES : Number.POSITIVE_INFINITY),
    isWanted: (line) =>
      LOG_LEVELS.indexOf(line.level) <= rank && (areas.length === 0 || areas.includes(line.area)),
  };
}

async function show(context: CommandContext, wanted: Wanted): Promise<number> {
  const { options, out, say, paths } = context;
  const stopped = options.follow === true ? context.interrupted() : null;
  const { zone, sinceMs, lines, isWanted } = wanted;
  const folder = logFolder(paths.data);
  mustBeReadable(paths.data);
  const tell = (line: LogLine) =>
    options.json === true ? out.line(JSON.stringify(line)) : showLine(context, line, zone);
  /** The last of what was there; null once that is told and each line is told as it comes. */
  let held: LogLine[] | null = [];
  const tellHeld = () => {
    for (const line of held?.slice(Math.max(0, held.length - lines)) ?? []) tell(line);
    held = null;
  };
  const tally = { bad: 0 };
  const more = async () => {
    tellHeld();
    if (stopped === null || stopped.aborted) return false;
    await pause(systemClock, LOOK_EVERY_MS, stopped);
    return !stopped.aborted;
  };
  for await (const line of readLog({ folder, tally, more })) {
    if (!isWanted(line) || Date.parse(line.ts) < sinceMs) continue;
    if (held === null) tell(line);
    else held.push(line);
    // Only the last are asked for; there may be many.
    if (held !== null && held.length > 2 * lines + USUAL_LINES) held.splice(0, held.length - lines);
  }
  if (tally.bad > 0) out.error(say('logs.bad', { count: tally.bad }));
  return EXIT.well;
}

function showLine({ out }: CommandContext, line: LogLine, zone: string): void {
  const { ts, level, area, source, code, state, message, repeated } = line;
  const colour = COLOURS[level];
  const name = level.padEnd(5);
  const who = source === undefined ? area : `${area}:${source}`;
  const what = state === undefined ? '' : `${code} ${state}: `;
  const times = repeated === undefined ? '' : ` (x ${repeated})`;
  const head = [
    out.paint('dim', formatMoment(ts, zone)),
    colour ? out.paint(colour, name) : name,
    `[${who}]`,
  ];
  const [first = '', ...rest] = `${what}${message}${times}`.split('\n');
  out.line(`${head.join(' ')} ${first}`);
  for (const text of rest) out.line(`    ${text}`);
}
