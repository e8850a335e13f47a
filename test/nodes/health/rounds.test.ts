import assert from 'node:assert/strict';
import { FaultBook } from '../../../nodes/health/faults.ts';
import { Host, machine } from '../../../nodes/health/host.ts';
import type { HealthReport } from '../../../nodes/health/report.ts';
import { Rounds } from '../../../nodes/health/rounds.ts';
import { SiteWatch } from '../../../nodes/health/site-watch.ts';
import { sampleReading, sampleSite } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the rounds of the health node', () => {
  let clock: VirtualClock;
  let watch: SiteWatch;
  let rounds: Rounds;
  let looks: number;
  let doctorS: number[];
  let reports: { atS: number; report: HealthReport }[];

  beforeEach(() => {
    clock = new VirtualClock();
    looks = 0;
    reports = [];
    doctorS = [];
    const disk = async () => {
      looks++;
      return { freeBytes: 12e9, totalBytes: 32e9, freeFiles: null };
    };
    const host = new Host({ ...machine, disk }, clock, '/records');
    const book = new FaultBook({ clock, say: (key) => key, announce: () => {} });
    watch = new SiteWatch({
      clock,
      site: sampleSite(),
      book,
      host,
      setAside: { nodes: 0, files: 0 },
    });
    rounds = new Rounds({
      clock,
      watch,
      host,
      report: (report) => reports.push({ atS: clock.mono() / 1_000, report }),
      doctor: () => doctorS.push(clock.mono() / 1_000),
    });
  });

  it('report each five seconds, and at once what is new', async () => {
    await clock.advance(7_500);
    watch.reading(sampleReading(clock.mono()));
    await clock.advance(1_500);
    watch.storage(false, 'journal');
    await clock.advance(6_500);
    assert.deepEqual(
      reports.map(({ atS, report }) => `${atS} ${report.modbus_status} ${report.errors}`),
      [
        '1 down ',
        '6 down ',
        '8 ok ',
        '10 ok storage_failed',
        '11 down storage_failed,meter_not_responding',
      ],
    );
  });

  it('tell what the doctor thinks each ten seconds', async () => {
    await clock.advance(25_000);
    assert.deepEqual(doctorS, [10, 20]);
  });

  it('look at the disk at the start and twice a minute', async () => {
    await clock.advance(61_000);
    assert.equal(looks, 3);
  });

  it('end', async () => {
    rounds.stop();
    await clock.advance(10_000);
    assert.deepEqual(reports, []);
    assert.equal(clock.waiting, 0);
  });
});
