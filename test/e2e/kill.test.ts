/** Power gone: the whole program is killed, and nothing that had been written is lost or doubled. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import type { MinuteRecord } from '../../nodes/journal/minute.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';

const isLive = (body: unknown) => (body as Snapshot).quality === 'good';

describe('kill -9', function () {
  this.timeout(240_000);
  let appliance: Appliance;

  before(async () => {
    appliance = await startAppliance({});
    await appliance.waitFor('/api/health', () => lines(appliance).length >= 24 * 60);
    await appliance.waitFor('/api/latest', isLive);
  });

  after(() => appliance.stop());

  it('in the middle of a minute, and right after one was written', async () => {
    for (const untilNextMinuteMs of [null, 150]) {
      if (untilNextMinuteMs !== null)
        await wait(60_000 - (Date.now() % 60_000) + untilNextMinuteMs);
      const before = (await latest()).energy;
      const written = lines(appliance);
      await appliance.kill9();

      appliance = await startAppliance({ folder: appliance.folder });
      await appliance.waitFor('/api/latest', isLive);
      const now = lines(appliance);
      assert.deepEqual(now.slice(0, written.length), written, 'what was written is still there');
      const records = now.map((line) => JSON.parse(line) as MinuteRecord);
      const keys = records.map(({ ts, run, rev }) => `${ts} ${run} ${rev}`);
      assert.equal(new Set(keys).size, keys.length, 'and only once');

      const after = (await latest()).energy;
      for (const [name, kwh] of Object.entries(before)) {
        const later = after[name as keyof typeof after];
        assert.ok(Number(later) >= Number(kwh) - 1e-9, `${name} went from ${kwh} to ${later}`);
      }
    }
  });

  async function latest(): Promise<Snapshot> {
    return (await (await fetch(`${appliance.url}/api/latest`)).json()) as Snapshot;
  }
});

/** All whole lines of the minute files, oldest first. */
function lines(appliance: Appliance): string[] {
  return globSync('data/simulated/minute/*.jsonl', { cwd: appliance.folder })
    .sort()
    .flatMap((name) => readFileSync(join(appliance.folder, name), 'utf8').split('\n').slice(0, -1));
}
