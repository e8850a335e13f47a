/** Decides what is told of the appliance itself: only what is known, and what needs a look stands out. */
import type { HostReport, RequestErrors, Spread, SystemReport } from '../../nodes/health/report.ts';
import type { End, RunsReport } from '../../nodes/health/runs/history.ts';
import { type Reader, sinceText } from './format.ts';
import { delayText, durationText, rateText, sizeText, temperatureText } from './measures.ts';

export interface Row {
  label: string;
  value: string;
  /** What stands below it; empty for none. */
  note: string;
  needsLook: boolean;
}

const DAY_S = 86_400;
/** Sooner than that somebody should look at the disk. */
const SOON_DAYS = 30;
/** From there on a Raspberry Pi slows itself down. */
const HOT_C = 80;

/** Null before the first report. */
export function viewSystem(
  system: SystemReport | null | undefined,
  nowMs: number,
  reader: Reader,
): Row[] | null {
  if (!system) return null;
  const { host } = system;
  const { say } = reader;
  return [
    row(say('system.version'), system.version),
    row(say('system.uptime'), durationText(system.uptime_s, reader)),
    row(say('system.machine_uptime'), durationText(host.uptime_s, reader)),
    ...(system.runs ? runRows(system.runs, nowMs, reader) : []),
    ...diskRows(system, reader),
    ...machineRows(host, reader),
    ...timingRows(system, reader),
    ...Object.entries(system.request_errors).flatMap(([meter, errors]) =>
      requestRows(meter, errors, reader),
    ),
    clockRow(system.clock.trusted, reader),
  ];
}

function row(label: string, value: string, { note = '', needsLook = false } = {}): Row {
  return { label, value, note, needsLook };
}

function runRows(runs: RunsReport, nowMs: number, reader: Reader): Row[] {
  const { say } = reader;
  const { last_end: end, crashes_24h: day, crashes_7d: week, reboots } = runs;
  const rows = end === null ? [] : [endRow(end, nowMs, reader)];
  if (week > 0) {
    const value = say('system.crashes_value', { day, week });
    rows.push(row(say('system.crashes'), value, { needsLook: day > 0 }));
  }
  if (reboots > 0) rows.push(row(say('system.reboots'), String(reboots)));
  return rows;
}

/** Why, and when: the reason is the machine's own word. */
function endRow({ how, at, reason = '' }: End, nowMs: number, reader: Reader): Row {
  const { say } = reader;
  const time = at === null ? '' : sinceText(Date.parse(at), nowMs, reader);
  const note = [time, reason].filter((text) => text !== '').join(' · ');
  const needsLook = how === 'crash' || how === 'watchdog' || how === 'refused';
  return row(say('system.last_end'), say(`system.ending.${how}`), { note, needsLook });
}

function diskRows({ host, disk_full: full }: SystemReport, reader: Reader): Row[] {
  if (host.disk === null) return [];
  const { say } = reader;
  const { free_mb: free, total_mb: total } = host.disk;
  const value = say('system.disk_value', {
    free: sizeText(free, reader),
    total: sizeText(total, reader),
  });
  if (full === null) return [row(say('system.disk'), value)];
  const time = durationText(full.days_left * DAY_S, reader);
  const note = say(full.of === 'space' ? 'system.disk_full' : 'system.files_full', { time });
  return [row(say('system.disk'), value, { note, needsLook: full.days_left < SOON_DAYS })];
}

function machineRows(host: HostReport, reader: Reader): Row[] {
  const { say } = reader;
  const { memory, cpu, temperature_c: celsius, undervoltage } = host;
  const free = sizeText(memory.host_free_mb, reader);
  const total = sizeText(memory.host_total_mb, reader);
  const rows = [row(say('system.memory'), say('system.disk_value', { free, total }))];
  if (cpu.percent !== null) {
    rows.push(row(say('system.processor'), rateText(Math.round(cpu.percent), reader)));
  }
  if (celsius !== undefined) {
    const value = temperatureText(celsius, reader);
    rows.push(row(say('system.temperature'), value, { needsLook: celsius >= HOT_C }));
  }
  if (undervoltage) {
    const { now, since_boot: before = false } = undervoltage;
    const key = now ? 'supply_weak' : before ? 'supply_was_weak' : 'supply_good';
    rows.push(row(say('system.supply'), say(`system.${key}`), { needsLook: now || before }));
  }
  return rows;
}

function timingRows({ event_loop_delay_ms, poll_drift_ms }: SystemReport, reader: Reader): Row[] {
  const { say } = reader;
  const spread = ({ p50, max }: Spread) =>
    say('system.spread', { usual: delayText(p50, reader), most: delayText(max, reader) });
  const loop =
    event_loop_delay_ms === null ? [] : [row(say('system.loop'), spread(event_loop_delay_ms))];
  const drift = Object.entries(poll_drift_ms).map(([meter, found]) =>
    row(say('system.drift', { meter }), spread(found)),
  );
  return [...loop, ...drift];
}

function requestRows(meter: string, errors: RequestErrors, reader: Reader): Row[] {
  const { locale, say } = reader;
  const { percent, requests, kinds } = errors;
  if (percent === null) return [];
  const value = say('system.requests_value', {
    percent: rateText(percent, reader),
    requests: new Intl.NumberFormat(locale).format(requests),
  });
  const told = Object.entries(kinds).filter(([, count]) => count > 0);
  const note = told.map(([kind, count]) => say(`system.errors.${kind}`, { count })).join(' · ');
  return [row(say('system.requests', { meter }), value, { note, needsLook: percent > 1 })];
}

function clockRow(isTrusted: boolean, { say }: Reader): Row {
  const value = say(isTrusted ? 'system.clock_trusted' : 'system.clock_untrusted');
  return row(say('system.clock'), value, { needsLook: !isTrusted });
}
