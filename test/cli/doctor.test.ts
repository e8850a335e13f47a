import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { openHealthDesk } from '../../nodes/health/desk.ts';
import type { Weighed } from '../../nodes/health/doctor/doctor.ts';
import { reconcile } from '../../nodes/rollup/reconcile/reconcile.ts';
import { systemClock } from '../../nodes/site/clock.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { sitePaths } from '../../nodes/site/paths.ts';
import { type Control, openControl } from '../../runtime/control.ts';
import { healthRoutes } from '../../runtime/health-routes.ts';
import { writeDays } from '../nodes/rollup/kept-home.ts';
import { oneMeterOn } from '../support/one-meter.ts';

const METER = `# the house\n${oneMeterOn('{ id: line, type: tcp, host: 127.0.0.1 }')}# the end\n`;

const reversed = (over: Partial<Weighed> = {}): Weighed => ({
  id: 'ct_reversed',
  source: 'main/pv',
  verdict: 'confirmed',
  evidence: { percent: 97 },
  arguments: [
    { key: 'what_is_said_for_it', supports: true, params: { percent: 97 } },
    { key: 'what_is_said_against_it', supports: false, params: {} },
  ],
  ...over,
});

describe('solthrive-cli doctor', () => {
  let root: string;
  let control: Control | null = null;
  let leave = () => {};

  const run = async (...args: string[]) => {
    let [text, errors] = ['', ''];
    const code = await runCli(['doctor', ...args], {
      env: { USER: 'pat' },
      mode: { kind: 'folder', folder: root },
      write: (part) => {
        text += part;
      },
      writeError: (part) => {
        errors += part;
      },
      colour: false,
    });
    return { code, text, errors };
  };
  const serve = async (...hypotheses: Weighed[]) => {
    const data = join(root, 'data');
    leave = openHealthDesk(data, {
      seconds: () => assert.fail(),
      utility: () => assert.fail(),
      faults: () => [],
      acknowledge: () => assert.fail(),
      doctor: () => ({ ts: '2026-06-21T12:00:00.000Z', daylight: 'day', hypotheses }),
    });
    control = await openControl(join(root, 'run'), healthRoutes(data));
  };
  const meterFile = () => join(root, 'etc', 'meter.yaml');
  const meter = () => readFileSync(meterFile(), 'utf8');
  const changes = () =>
    readFileSync(join(root, 'data', 'changes.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-doctor-'));
    for (const name of ['etc', 'data', 'run']) mkdirSync(join(root, name));
    writeFileSync(meterFile(), METER, { mode: 0o640 });
  });
  afterEach(async () => {
    leave();
    await control?.close();
    control = null;
    rmSync(root, { recursive: true });
  });

  describe('explains', () => {
    it('what it is sure of, with the numbers for and against, and offers the flip', async () => {
      await serve(
        reversed({ id: 'ct_unplugged', source: 'main/mains', verdict: 'quiet', arguments: [] }),
        reversed({ verdict: 'suspected', source: 'main/mains', phases: ['l1'] }),
        reversed(),
      );
      const { code, text } = await run();
      assert.equal(code, 1);
      assert.match(text, /^The sun is up\.\n\nA CT is the wrong way round: main\/pv, confirmed\n/);
      assert.match(text, /\n {2}\+ what_is_said_for_it\n {2}- what_is_said_against_it\n/);
      assert.match(text, /doctor flip\s+main\/pv/);
      assert.match(text, /main\/mains \(l1\), suspected/);
      assert.match(text, /1 more possibility was looked at/);
      assert.doesNotMatch(text, /unplugged/);
      assert.match((await run('--all')).text, /A CT is unplugged.*: main\/mains, nothing points/);
      const { hypotheses } = JSON.parse((await run('--json')).text) as { hypotheses: object[] };
      assert.equal(hypotheses.length, 3);
    });

    it('what holds a verdict back, and offers nothing then', async () => {
      await serve(reversed({ held_back_by: ['voltage_missing'] }));
      const { code, text } = await run();
      assert.equal(code, 0);
      assert.match(text, /as long as this stands: A voltage input is not\s+connected\./);
      assert.doesNotMatch(text, /doctor flip/);
    });

    it('what it had written down while the service is down, or that it needs the service', async () => {
      const silent = await run();
      assert.equal(silent.code, 1);
      assert.match(silent.errors, /not running/);
      const kept = { v: 1, channels: {}, serials: {}, rules: {}, daylight: null };
      writeFileSync(join(root, 'data', 'doctor.json'), JSON.stringify(kept));
      const { code, text } = await run();
      assert.equal(code, 0);
      assert.match(text, /^The service is not running: this is what it had written down by /);
    });
  });

  describe('flips a channel', () => {
    it('in its file after a preview, and takes that back to the byte', async () => {
      await serve(reversed());
      const preview = await run('flip', 'main/pv');
      assert.equal(preview.code, 0);
      assert.match(preview.text, /meter\.yaml, line \d+:\n/);
      assert.match(
        preview.text,
        /\n {2}- .*id: pv, role: solar, phases: \[l3\] }\n {2}\+ .*, invert: true }\n/,
      );
      assert.match(preview.text, /Nothing has been changed/);
      assert.equal(meter(), METER);
      assert.ok(!existsSync(join(root, 'data', 'changes.jsonl')));

      const done = await run('flip', 'main/pv', '--apply');
      assert.equal(done.code, 0, done.errors);
      assert.equal(meter(), METER.replace('[l3] }', '[l3], invert: true }'));
      assert.match(done.text, /Ctrl-C and start it again/);
      const [change] = changes();
      assert.equal(readdirSync(join(root, 'data', 'changes')).length, 1);
      assert.deepEqual(
        [change?.what, change?.by, change?.channel, change?.from, change?.to],
        ['flip', 'pat', 'main/pv', false, true],
      );

      assert.match((await run('undo')).text, /\n {2}\+ .*phases: \[l3\] }\n/);
      assert.equal((await run('undo', '--apply')).code, 0);
      assert.equal(meter(), METER);
      const again = await run('undo', '--apply');
      assert.deepEqual([again.code, changes().length], [1, 2]);
      assert.match(again.errors, /Nothing was changed/);
    });

    it('keeps what somebody has changed since when it takes that back', async () => {
      await serve(reversed());
      await run('flip', 'main/pv', '--apply');
      writeFileSync(meterFile(), `# mine\n${meter()}`);
      await run('undo', '--apply');
      assert.equal(meter(), `# mine\n${METER.replace('[l3] }', '[l3], invert: false }')}`);
    });

    it('and the past with it from a date on; both are taken back together', async () => {
      const data = join(root, 'data');
      writeFileSync(join(root, 'etc', 'base.yaml'), 'site: { timezone: UTC }');
      const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      const { config } = loadSite({
        paths: sitePaths({}, { kind: 'folder', folder: root }),
        env: {},
      });
      writeDays(data, { days: [yesterday], config, shown: { mains: 0.03, pv: 0.05 } });
      await reconcile({ records: data, data, config, clock: systemClock });
      const from = ['--history-from', yesterday];
      await run('flip', 'main/mains', '--anyway', '--apply');
      // Asked again with a date, it is not flipped back; without --apply it only shows.
      const seen = await run('flip', 'main/mains', ...from);
      assert.match(seen.text, /main\/mains: invert was false, is true/);
      assert.match(seen.text, /Nothing has been changed/);
      const done = await run('flip', 'main/mains', ...from, '--apply');
      assert.equal(done.code, 0, done.errors);
      assert.match(done.text, /--undo 1/);
      assert.match(meter(), /id: mains.*invert: true/);
      assert.equal(changes().at(-1)?.correction, '1');

      const undone = await run('undo', '--apply');
      assert.equal(undone.code, 0, undone.errors);
      assert.match(undone.text, /The correction of the past \(1\) is taken back/);
      assert.equal(meter(), METER);
      assert.ok(!existsSync(join(data, 'corrections.json')));
    });

    it('only where that is confirmed for all of it, unless told to anyway', async () => {
      const suspected = reversed({ verdict: 'suspected' });
      const held = reversed({ held_back_by: ['data_stale'] });
      const leg = reversed({ source: 'main/mains', phases: ['l2'] });
      for (const [hypothesis, channel, expected] of [
        [suspected, 'main/pv', /has not confirmed/],
        [held, 'main/pv', /has not confirmed/],
        [leg, 'main/mains', /Only l2 of main\/mains is reversed/],
        [leg, 'main/pv', /has not confirmed/],
      ] as const) {
        await serve(hypothesis);
        const { code, errors } = await run('flip', channel, '--apply');
        assert.equal(code, 1);
        assert.match(errors, expected);
        leave();
        await control?.close();
      }
      control = null;
      assert.equal(meter(), METER);
      const anyway = await run('flip', 'main/pv', '--apply', '--anyway');
      assert.equal(anyway.code, 0);
      assert.match(anyway.errors, /You decide/);
      assert.notEqual(meter(), METER);
    });

    it('says which channels there are, and that a simulated one is in no file', async () => {
      await serve(reversed());
      const wrong = await run('flip', 'main/pw');
      assert.equal(wrong.code, 2);
      assert.match(wrong.errors, /no channel main\/pw[\s\S]*mean main\/pv/);
      assert.equal((await run('flip', 'main/pv', '--history-from', 'May')).code, 2);
      rmSync(meterFile());
      const simulated = await run('flip', 'main/pv', '--apply');
      assert.equal(simulated.code, 1);
      assert.match(simulated.errors, /No configuration file of this site declares/);
    });
  });
});
