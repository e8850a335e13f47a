import assert from 'node:assert/strict';
import { FaultBook } from '../../../nodes/health/faults.ts';
import { Host, type HostPorts, machine } from '../../../nodes/health/host.ts';
import { StorageWatch } from '../../../nodes/health/watch/storage.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ports: HostPorts = {
  disk: async () => ({
    freeBytes: 12_900_000_000,
    totalBytes: 32_000_000_000,
    freeFiles: 900_000,
  }),
  readText: async () => '48312\n',
  list: async () => [],
  cpuMs: () => 0,
  memory: () => ({ rss: 9e7, heapUsed: 3e7, heapTotal: 5e7, hostFree: 1e9, hostTotal: 4e9 }),
  load: () => [0.123, 0.2, 0.3],
  cores: () => 4,
  uptimeS: () => 3_600.7,
};

describe('the host', () => {
  const withFree = async (freeBytes: number) => {
    const disk = async () => ({ freeBytes, totalBytes: 32e9, freeFiles: null });
    const host = new Host({ ...ports, disk }, new VirtualClock(), '/records');
    await host.look();
    return host;
  };

  it('says free space in whole GB, in MB below one, and when it is not known', async () => {
    assert.equal((await withFree(12_900_000_000)).storage, '12GB_free');
    assert.equal((await withFree(1_000_000_000)).storage, '1GB_free');
    assert.equal((await withFree(999_900_000)).storage, '999MB_free');
    assert.equal(new Host(ports, new VirtualClock(), '/records').storage, 'unknown');
  });

  it('reports what the machine tells', async () => {
    const clock = new VirtualClock();
    let cpuMs = 0;
    const host = new Host({ ...ports, cpuMs: () => cpuMs }, clock, '/records');
    await host.look();
    await clock.advance(5_000);
    cpuMs = 250;
    assert.deepEqual(host.report(), {
      uptime_s: 3_600,
      cpu: { percent: 5, load: [0.12, 0.2, 0.3], cores: 4 },
      memory: {
        rss_mb: 90,
        heap_used_mb: 30,
        heap_total_mb: 50,
        host_free_mb: 1_000,
        host_total_mb: 4_000,
      },
      disk: { free_mb: 12_900, total_mb: 32_000, free_files: 900_000 },
      temperature_c: 48.312,
    });
  });

  it('leaves out what it does not tell', async () => {
    const silent = { disk: () => Promise.reject(new Error()), readText: async () => 'n/a' };
    const host = new Host({ ...ports, ...silent }, new VirtualClock(), '/records');
    await host.look();
    const report = host.report();
    assert.equal(report.disk, null);
    assert.ok(!('temperature_c' in report));
  });

  describe('on a Raspberry Pi', () => {
    const told = async (files: Record<string, string>) => {
      const host = new Host(
        {
          ...ports,
          list: async () => ['hwmon0', 'hwmon1'],
          readText: async (file) => files[file] ?? Promise.reject(new Error()),
        },
        new VirtualClock(),
        '/records',
      );
      await host.glance();
      return host.report().undervoltage;
    };

    it('tells the voltage by its sensor', async () => {
      const sensor = { '/sys/class/hwmon/hwmon1/name': 'rpi_volt\n' };
      const alarm = '/sys/class/hwmon/hwmon1/in0_lcrit_alarm';
      assert.deepEqual(await told({ ...sensor, [alarm]: '1\n' }), { now: true });
      assert.deepEqual(await told({ ...sensor, [alarm]: '0\n' }), { now: false });
      assert.equal(await told(sensor), undefined);
    });

    it('tells it by the bits of the firmware where there is no sensor', async () => {
      const bits = '/sys/devices/platform/soc/soc:firmware/get_throttled';
      assert.deepEqual(await told({ [bits]: '50005\n' }), { now: true, since_boot: true });
      assert.deepEqual(await told({ [bits]: '50000\n' }), { now: false, since_boot: true });
      assert.deepEqual(await told({ [bits]: '0\n' }), { now: false, since_boot: false });
      assert.equal(await told({}), undefined);
    });
  });

  it('knows the machine it runs on', async () => {
    const host = new Host(machine, new VirtualClock(), '/');
    await host.look();
    assert.match(host.storage, /^\d+(GB|MB)_free$/);
    assert.ok(host.report().memory.rss_mb > 1);
    assert.ok(host.freeFiles === null || host.freeFiles > 0);
  });
});

describe('the watch over storage', () => {
  const disk = { freeBytes: null as number | null, freeFiles: null as number | null };
  let book: FaultBook;
  let watch: StorageWatch;
  beforeEach(() => {
    book = new FaultBook({ clock: new VirtualClock(), say: (key) => key, announce: () => {} });
    disk.freeFiles = null;
    watch = new StorageWatch(disk);
  });

  it('raises below 200 MB and clears from 250', () => {
    const isLow = (freeBytes: number | null) => {
      disk.freeBytes = freeBytes;
      watch.judge(book, null);
      return book.has('low_storage', 'site');
    };
    assert.deepEqual([null, 210e6, 199e6, 210e6, null, 250e6].map(isLow), [
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('raises below 1000 files that can still be made and clears from 1500', () => {
    disk.freeBytes = 12e9;
    const causes = [1_200, 999, 1_200, 1_500].map((freeFiles) => {
      disk.freeFiles = freeFiles;
      watch.judge(book, null);
      return book.active().map(({ cause }) => cause);
    });
    assert.deepEqual(causes, [[], ['files'], ['files'], []]);
  });

  it('raises with a failed write and clears once all who failed can write', () => {
    watch.note('journal', false, book);
    watch.note('rollup', false, book);
    assert.deepEqual(book.active()[0]?.evidence, { failed_writes: 2 });
    watch.note('rollup', true, book);
    assert.deepEqual(book.active()[0]?.evidence, { failed_writes: 1 });
    watch.note('journal', true, book);
    assert.deepEqual(book.active(), []);
  });
});
