import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRunLog, type RunLog } from '../../../../nodes/health/runs/log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const HOUR_MS = 3_600_000;

describe('the log of runs', () => {
  let folder: string;
  let paths: { data: string; run: string };
  let clock: VirtualClock;
  let boot: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'solthrive-runs-'));
    paths = { data: join(folder, 'data'), run: join(folder, 'run') };
    for (const each of Object.values(paths)) mkdirSync(each);
    clock = new VirtualClock('2030-06-21T12:00:00.000Z');
    boot = 1;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (): RunLog =>
    openRunLog({ paths, clock, bootId: `boot-${boot}`, version: '2.0.0' });
  /** The machine goes off and on: what was in memory is gone. */
  const reboot = () => {
    boot += 1;
    rmSync(paths.run, { recursive: true });
    mkdirSync(paths.run);
  };
  const systemdSays = (text: string) => writeFileSync(join(paths.run, 'service-result'), text);
  const report = (log: RunLog) => log.history.report(clock.now());

  it('knows no end before the first run', () => {
    assert.deepEqual(report(start()), {
      started_at: '2030-06-21T12:00:00.000Z',
      reboots: 0,
      last_end: null,
      crashes_24h: 0,
      crashes_7d: 0,
    });
  });

  it('tells a clean end, and why', async () => {
    const first = start();
    await clock.advance(HOUR_MS);
    first.end('clean', 'SIGTERM');
    systemdSays('success exited 0\n');
    await clock.advance(HOUR_MS);
    const { last_end, reboots } = report(start());
    assert.deepEqual(last_end, { how: 'clean', at: '2030-06-21T13:00:00.000Z', reason: 'SIGTERM' });
    assert.equal(reboots, 0);
  });

  it('calls it a reboot when the machine went down after a clean end', () => {
    start().end('clean', 'SIGTERM');
    reboot();
    const { last_end, reboots } = report(start());
    assert.deepEqual([last_end?.how, last_end?.reason, reboots], ['reboot', 'SIGTERM', 1]);
  });

  it('tells a power loss: no last word, and another start of the machine', () => {
    start();
    reboot();
    const { last_end, crashes_24h, reboots } = report(start());
    assert.deepEqual([last_end, crashes_24h, reboots], [{ how: 'power_loss', at: null }, 0, 1]);
  });

  it('tells a crash: no last word, and the same start of the machine', async () => {
    const first = start();
    await clock.advance(HOUR_MS);
    first.beat();
    await clock.advance(5_000);
    systemdSays('signal KILL\n');
    const second = start();
    assert.deepEqual(report(second).last_end, {
      how: 'crash',
      at: '2030-06-21T13:00:00.000Z',
      reason: 'signal KILL',
    });
    assert.equal(report(second).crashes_24h, 1);
    assert.ok(!existsSync(join(paths.run, 'service-result')), 'it is not said of the next run too');
    second.end('clean', 'SIGTERM');
    assert.equal(report(start()).last_end?.how, 'clean');
  });

  it('believes the service manager that its watchdog ended the run', () => {
    start();
    systemdSays('watchdog ABRT\n');
    assert.deepEqual(report(start()).last_end?.how, 'watchdog');
  });

  it('keeps the stack of an error, and tells its first words', () => {
    start().end('crash', 'no such thing', 'Error: no such thing\n    at somewhere');
    const { last_end } = report(start());
    assert.deepEqual([last_end?.how, last_end?.reason], ['crash', 'no such thing']);
    assert.match(readFileSync(join(paths.data, 'runs.json'), 'utf8'), /at somewhere/);
  });

  it('does not count a start that was refused as a crash', () => {
    start().end('refused', 'port_taken');
    const { last_end, crashes_7d } = report(start());
    assert.deepEqual([last_end?.how, last_end?.reason, crashes_7d], ['refused', 'port_taken', 0]);
  });

  it('writes down the same refusals in a row once, and keeps what was before them', async () => {
    const kept = () => readFileSync(join(paths.data, 'runs.json'), 'utf8');
    start().end('crash', 'no such thing');
    start().end('refused', 'port_taken');
    const first = kept();
    for (let each = 0; each < 100; each++) {
      await clock.advance(7_000);
      start().end('refused', 'port_taken');
      assert.equal(kept(), first);
    }
    await clock.advance(7_000);
    const log = start();
    const { last_end, crashes_24h } = report(log);
    assert.deepEqual(
      [last_end?.how, last_end?.at, crashes_24h],
      ['refused', '2030-06-21T12:11:40.000Z', 1],
    );
    log.beat();
    assert.equal((JSON.parse(kept()) as { runs: unknown[] }).runs.length, 3);
    log.end('refused', 'flow_invalid');
    assert.match(kept(), /flow_invalid/);
  });

  it('counts a restart of the machine in between', () => {
    for (let each = 0; each < 3; each++) {
      start().end('refused', 'port_taken');
      start().end('refused', 'port_taken');
      reboot();
    }
    assert.equal(report(start()).reboots, 3);
  });

  it('counts crashes of a day and of a week', async () => {
    for (const hours of [0, 100, 60, 1]) {
      await clock.advance(hours * HOUR_MS);
      start().beat();
    }
    const { crashes_24h, crashes_7d } = report(start());
    assert.deepEqual([crashes_24h, crashes_7d], [2, 4]);
  });

  it('keeps a bounded number of runs', () => {
    for (let count = 0; count < 70; count++) start();
    const { runs } = JSON.parse(readFileSync(join(paths.data, 'runs.json'), 'utf8'));
    assert.equal(runs.length, 50);
  });

  it('begins anew where the file is damaged', () => {
    start().end('clean', 'SIGTERM');
    reboot();
    writeFileSync(join(paths.data, 'runs.json'), '{"reboots":3,"ru');
    assert.equal(report(start()).last_end, null);
  });

  it('works without a disk to write to, as long as the machine stays on', () => {
    rmSync(paths.data, { recursive: true });
    writeFileSync(paths.data, 'a file where the folder should be');
    start().end('clean', 'SIGTERM');
    assert.equal(report(start()).last_end?.how, 'clean');
    start();
    reboot();
    assert.equal(report(start()).last_end, null);
  });
});
