import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { confirmedFile, systemTime } from '../../nodes/site/clock-trust.ts';
import { createFolders, sitePaths } from '../../nodes/site/paths.ts';
import { type Control, openControl } from '../../runtime/control.ts';
import { clockRoutes } from '../../runtime/control-routes.ts';
import { Life } from '../nodes/journal/life.ts';
import { minuteAt } from '../nodes/journal/samples.ts';
import { temporaryFolder } from '../support/appliance.ts';

const LATE = '2099-06-21T12:00:00.000Z';

describe('solthrive-cli clock', () => {
  let root: string;
  let run: string;
  let control: Control | undefined;
  let life: Life;

  /** A board that waits for the network, by the files that the system would have. */
  beforeEach(async () => {
    root = temporaryFolder();
    const paths = sitePaths({}, { kind: 'folder', folder: root });
    createFolders(paths);
    run = paths.run;
    writeIn('etc/base.yaml', 'site: { timezone: America/Chicago }');
    writeIn(
      'etc/meter.yaml',
      'meters: [{ id: a, source: external, channels: [{ id: m, role: grid }] }]',
    );
    writeIn('proc/sys/kernel/random/boot_id', 'boot-1\n');
    writeIn('run/systemd/timesync/clock', '');
    life = new Life(LATE, { upMs: 20_000, records: paths.records });
    const board = systemTime(run, root);
    life.machine.facts = () => board.facts();
    const { clock, machine } = life;
    control = await openControl(run, clockRoutes({ paths, clock, machine }));
  });

  afterEach(async () => {
    await control?.close();
    await life.crash();
  });

  function writeIn(name: string, text: string): void {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }

  async function cli(...args: string[]) {
    let [text, errors] = ['', ''];
    const code = await runCli(['clock', ...args], {
      env: {},
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
  }

  it('says what is believed and why, and what waits for its date', async () => {
    const earlier = { mono_ms: 1, record: minuteAt('1970-01-01T00:05:00.000Z') };
    writeIn('data/undated/boot-0.jsonl', `${JSON.stringify(earlier)}\n`);
    life.start();
    await life.seconds(130);
    const { code, text } = await cli();
    assert.equal(code, 1);
    assert.match(text, /June 21, 2099 at 7:02:10 AM CDT \(America\/Chicago; 2099-06-21T12:02:10/);
    assert.match(text, /not believed: the network has not told the time/);
    assert.match(text, /\n2 minutes since then wait for their date: 0\.04 kWh imported/);
    assert.match(text, /\n1 minute of an earlier start \(boot-0\) cannot be dated any more/);
    assert.match(text, /clock confirm/);
    const told = JSON.parse((await cli('--json')).text);
    assert.deepEqual([told.trusted, told.why, told.held.length], [false, 'waiting', 2]);
  });

  it('takes the word of a person: what was held is filed within a minute', async () => {
    life.start();
    await life.seconds(130);
    assert.deepEqual([life.holding().length, (await life.minutes()).length], [2, 0]);
    const { code, text } = await cli('confirm');
    assert.equal(code, 0);
    assert.match(text, /believed: a person has confirmed it/);
    assert.equal(readFileSync(confirmedFile(run), 'utf8'), 'boot-1\n');
    await life.seconds(15);
    assert.deepEqual(life.holding(), []);
    assert.deepEqual(
      (await life.minutes()).map(({ ts }) => ts.slice(11, 16)),
      ['12:00', '12:01'],
    );
    // This is what the fault goes by.
    assert.deepEqual(
      life.states.map(({ trusted }) => trusted),
      [false, true],
    );
  });

  it('believes it until the machine starts again, and not longer', async () => {
    assert.equal((await cli('confirm')).code, 0);
    writeIn('proc/sys/kernel/random/boot_id', 'boot-2\n');
    assert.equal((await systemTime(run, root).facts()).confirmed, false);
  });

  it('refuses a time that has passed already, and says how to set the clock', async () => {
    life.clock.wallJump(Date.parse('1970-01-01T00:05:00Z') - life.clock.now());
    for (const args of [['confirm'], ['confirm', '--ahead']]) {
      const { code, errors } = await cli(...args);
      assert.equal(code, 1);
      assert.match(errors, /^It cannot be 1970-01-01T00:05.*timedatectl set-time/);
    }
    assert.ok(!existsSync(confirmedFile(run)));
  });

  it('refuses one before the newest record, unless that came from a clock that ran ahead', async () => {
    const at = Date.parse('2099-08-01T00:00:00Z');
    const ledger = { n: 1, at, totals: {}, channels: {} };
    const record = minuteAt('2099-07-31T23:59:00.000Z', { ledger });
    writeIn('data/minute/2099-07-31.jsonl', `${JSON.stringify(record)}\n`);
    assert.match((await cli()).text, /not believed: .* made at 2099-08-01T00:00/);
    const { code, errors } = await cli('confirm');
    assert.equal(code, 1);
    assert.match(errors, /made at 2099-08-01T00:00.*confirm --ahead/);
    assert.equal((await cli('confirm', '--ahead')).code, 0);
  });

  it('does it itself while the service is down', async () => {
    await control?.close();
    control = undefined;
    assert.equal((await cli('confirm')).code, 0);
    assert.equal(readFileSync(confirmedFile(run), 'utf8').trim(), systemTime(run).bootId);
    assert.equal((await cli('set')).code, 2);
  });
});
