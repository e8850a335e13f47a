import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMinutes } from '../../../nodes/journal/minutes.ts';
import { type ReadTally, readJsonLines } from '../../../nodes/site/jsonl.ts';
import { recordsFolder } from './samples.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');
const START = Date.parse('2026-06-21T12:00:00Z');
/** More by hand: SOLTHRIVE_KILLS=10000 */
const KILLS = Number(process.env.SOLTHRIVE_KILLS ?? 200);

/** Lives from `fromMs` until it is killed; the minutes it said were on disk. */
async function liveAndDie(records: string, run: string, fromMs: number): Promise<string[]> {
  // Compiled once for all of them.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(records, 'compiled') };
  const child = spawn(process.execPath, [CHILD, records, run, String(fromMs)], { env });
  let said = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  await once(child.stdout, 'data');
  // Somewhere in the next writes: a flush takes about a millisecond.
  const wait = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(wait, 0, 0, Math.random() * 20);
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal(complaints, '');
  return said.split('\n').slice(0, -1);
}

describe('a journal killed at any moment', function () {
  this.timeout(KILLS * 5_000);

  it('has every minute it said it had, once, and reads cleanly', async () => {
    const records = recordsFolder();
    const said = new Set<string>();
    let fromMs = START;
    for (let kill = 0; kill < KILLS; kill++) {
      const stamps = await liveAndDie(records, `r${kill}`, fromMs);
      for (const ts of stamps) {
        assert.ok(!said.has(ts), `${ts} said twice`);
        said.add(ts);
      }
      const { minutes, bad } = await readMinutes(records, { fromMs, toMs: START * 2 });
      assert.ok(bad <= 1, `${bad} bad lines`);
      const found = new Set(minutes.map(({ ts }) => ts));
      for (const ts of stamps) assert.ok(found.has(ts), `${ts} lost`);
      for (const { ts, covered_s, energy } of minutes) {
        assert.deepEqual([covered_s, energy.import_kwh], [60, 0.02], ts);
      }
      // The next run goes on where the file ends, as a clock does.
      fromMs = Date.parse(minutes.at(-1)?.ts ?? '') + 60_000;
    }
    for (const ts of await liveAndDie(records, 'last', fromMs)) said.add(ts);
    const { minutes } = await readMinutes(records, { fromMs: START, toMs: START * 2 });
    const found = new Set(minutes.map(({ ts }) => ts));
    assert.deepEqual(
      [...said].filter((ts) => !found.has(ts)),
      [],
    );
    for (const day of readdirSync(join(records, 'minute'))) {
      const file = join(records, 'minute', day);
      const before = readFileSync(file, 'utf8').split('\n');
      const tally: ReadTally = { bad: 0 };
      let lines = 0;
      for await (const _ of readJsonLines(file, tally)) lines += 1;
      const torn = before.at(-1) === '' ? 0 : 1;
      assert.deepEqual([lines + tally.bad, tally.bad <= torn], [before.length - 1 + torn, true]);
    }
  });
});
