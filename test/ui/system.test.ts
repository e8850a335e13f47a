import assert from 'node:assert/strict';
import type { SystemReport } from '../../nodes/health/report.ts';
import { durationText, sizeText } from '../../ui/elements/measures.ts';
import { viewSystem } from '../../ui/elements/system-view.ts';
import { german, reader } from './reader.ts';

const nowMs = Date.parse('2026-06-21T12:00:00.000Z');
const system = (change: Partial<SystemReport> = {}): SystemReport => ({
  version: '2.0.0',
  uptime_s: 93_784,
  host: {
    uptime_s: 42,
    cpu: { percent: null, load: [], cores: 4 },
    memory: {
      rss_mb: 90,
      heap_used_mb: 40,
      heap_total_mb: 50,
      host_free_mb: 512,
      host_total_mb: 1_900,
    },
    disk: null,
  },
  disk_full: null,
  event_loop_delay_ms: null,
  poll_drift_ms: {},
  poll_interval_ms: 1_000,
  meters: {},
  buses: {},
  request_errors: {},
  clock: { now: '2026-06-21T12:00:00.000Z', trusted: true },
  ...change,
});
const rowsOf = (change: Partial<SystemReport> = {}) =>
  new Map((viewSystem(system(change), nowMs, reader) ?? []).map((row) => [row.label, row]));

describe('the card of the appliance', () => {
  it('tells only what is known', () => {
    assert.equal(viewSystem(undefined, nowMs, reader), null);
    assert.deepEqual(
      [...rowsOf().keys()],
      ['Version', 'Running for', 'Machine on for', 'Memory', 'Clock'],
    );
  });

  it('says how the last run ended, and marks an end that nobody wanted', () => {
    const runs = { started_at: '', reboots: 0, crashes_24h: 0, crashes_7d: 0 };
    const at = '2026-06-20T12:00:00.000Z';
    const clean = rowsOf({ runs: { ...runs, last_end: { how: 'clean', at } } }).get('Last run');
    assert.equal(clean?.value, 'ended as it was told to');
    assert.equal(clean?.needsLook, false);
    const last_end = { how: 'crash', at: null, reason: 'out of memory' } as const;
    const rows = rowsOf({ runs: { ...runs, last_end, crashes_24h: 1, crashes_7d: 3 } });
    assert.equal(rows.get('Last run')?.note, 'out of memory');
    assert.equal(rows.get('Last run')?.needsLook, true);
    assert.equal(rows.get('Crashes')?.value, '1 in a day, 3 in a week');
  });

  it('says what will be full when', () => {
    const host = { ...system().host, disk: { free_mb: 12_400, total_mb: 29_000 } };
    const disk = (days_left: number) =>
      rowsOf({ host, disk_full: { of: 'space', days_left } }).get('Disk');
    assert.equal(disk(90)?.value, '12.4 GB free of 29 GB');
    assert.equal(disk(90)?.note, 'full in about 90 days');
    assert.equal(disk(90)?.needsLook, false);
    assert.equal(disk(7)?.needsLook, true);
  });

  it('counts what went wrong on the line by kind', () => {
    const kinds = {
      crc: 3,
      timeouts: 9,
      bad_replies: 0,
      exceptions: 0,
      silent: 0,
      unreachable: 0,
      closed: 0,
    };
    const errors = { bus: 'rs485', requests: 1_200, failures: 12, percent: 1.04, kinds };
    const row = rowsOf({ request_errors: { main: errors } }).get('Failed requests to main');
    assert.equal(row?.value, '1% of 1,200 in five minutes');
    assert.equal(row?.note, 'damaged: 3 · without a reply: 9');
    assert.equal(row?.needsLook, true);
  });

  it('writes as the reader writes', () => {
    assert.equal(durationText(93_784, reader), '1 day 2 hours');
    assert.equal(durationText(86_400, reader), '1 day');
    assert.equal(durationText(59, reader), '59 seconds');
    assert.equal(durationText(93_784, german), '1 Tag, 2 Stunden');
    assert.match(sizeText(640, german), /^640\sMB$/);
    assert.match(sizeText(12_440, german), /^12,4\sGB$/);
    assert.match(sizeText(270_600, reader), /^271\sGB$/);
  });
});
