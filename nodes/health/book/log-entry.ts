/** What a change of a fault is in the program's log. */
import type { LogEntry, LogLevel } from '../../site/site-log.ts';
import type { Change, Fault } from '../faults.ts';

const LEVELS: Record<Fault['severity'], LogLevel> = {
  info: 'info',
  warning: 'warn',
  fault: 'error',
};

export function logEntryOf(fault: Fault, change: Change): LogEntry {
  const { id, source, severity, state, message } = fault;
  const base = { area: 'fault', code: id, source, message };
  if (change === 'clear') return { ...base, level: 'info', state: 'ended' };
  if (change === 'acknowledge') return { ...base, level: 'info', state: 'acknowledged' };
  return { ...base, level: LEVELS[severity], state };
}
