import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pulse } from '../../../nodes/balance/pulse.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../../nodes/journal/minute-builder.ts';
import { isoTime } from '../../../nodes/site/clock.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';
import { temporaryFolder } from '../../support/appliance.ts';
import { FakeMachine } from '../../support/fake-machine.ts';
import { sampleSite } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const METERS = [{ id: 'g', source: 'external', channels: [{ id: 'mains', role: 'grid' }] }];
const DESK = { keeper: true, synchronised: false, rtcMs: null, confirmed: false };

interface Run {
  startIso: string;
  upMs: number;
  synchronised: boolean;
  bootId: string;
  seconds: number;
}

/** A home of 3600 W whose program starts, is killed and starts again. */
class Home {
  trueKwh = 1000;
  readonly #paths = { ...sampleSite().paths, ...foldersOf(temporaryFolder()) };

  /** @returns the minutes of the run, with the open one */
  async live({ startIso, upMs, synchronised, bootId, seconds }: Run): Promise<MinuteRecord[]> {
    const clock = new VirtualClock(startIso);
    const machine = new FakeMachine(clock, upMs);
    machine.bootId = bootId;
    machine.known = { ...DESK, synchronised };
    const builder = new MinuteBuilder('c');
    const minutes: MinuteRecord[] = [];
    const pulse = new Pulse({
      site: {
        ...sampleSite(),
        config: siteConfigSchema.parse({ meters: METERS }),
        paths: this.#paths,
      },
      clock,
      machine,
      fresh: true,
      onTick: ({ snapshot, measured }) => minutes.push(...builder.take(snapshot, measured)),
    });
    await pulse.start();
    for (let second = 0; second < seconds; second++) {
      this.trueKwh += 1 / 1000;
      pulse.take({
        meter: 'g',
        ts: isoTime(clock.now()),
        mono_ms: clock.mono(),
        ok: true,
        channels: {
          mains: {
            role: 'grid',
            power_w: 3600,
            import_kwh: Math.round(this.trueKwh * 1000) / 1000,
            counter_step_kwh: 0.001,
          },
        },
      });
      await clock.advance(1000);
    }
    pulse.stop();
    return [...minutes, builder.cut() ?? []].flat();
  }

  record(minutes: readonly MinuteRecord[]): void {
    const folder = join(this.#paths.records, 'minute');
    mkdirSync(folder, { recursive: true });
    const lines = minutes.map((minute) => `${JSON.stringify(minute)}\n`);
    writeFileSync(join(folder, '2026-06-01.jsonl'), lines.join(''));
  }
}

function foldersOf(folder: string) {
  const [run, data] = [join(folder, 'run'), join(folder, 'data')];
  return { run, data, records: data };
}

describe('a program killed in the first minute after a start with an unset clock', () => {
  for (const unset of ['1970-01-01T00:00:05Z', '2026-05-20T00:00:05Z', '2026-06-01T10:02:30Z']) {
    it(`dates what was not recorded by the clock of now, not by ${unset}`, async () => {
      const home = new Home();
      const before = { startIso: '2026-06-01T10:00:00Z', upMs: 600_000, bootId: 'boot-a' };
      home.record(await home.live({ ...before, synchronised: true, seconds: 130 }));
      home.trueKwh += 2;
      const killed = { startIso: unset, upMs: 20_000, bootId: 'boot-b' };
      await home.live({ ...killed, synchronised: false, seconds: 40 });
      home.trueKwh += 0.005;
      const after = { startIso: '2026-06-01T12:03:05Z', upMs: 65_000, bootId: 'boot-b' };
      const minutes = await home.live({ ...after, synchronised: true, seconds: 120 });
      const [block, ...more] = minutes.flatMap(({ recovered }) => recovered ?? []);
      assert.deepEqual(more, []);
      assert.equal(block?.from, '2026-06-01T10:02:10.000Z');
      assert.ok((block?.to ?? '') >= '2026-06-01T12:03:05.000Z');
      assert.ok((block?.to ?? '') <= '2026-06-01T12:03:07.000Z');
      assert.ok(Math.abs((block?.energy.import_kwh ?? 0) - 2.045) < 0.003, JSON.stringify(block));
      const recoveredS = minutes.reduce((sum, { recovered_s = 0 }) => sum + recovered_s, 0);
      assert.ok(recoveredS <= 7260, `${recoveredS} s`);
    });
  }
});
