import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { reconcile } from '../../nodes/rollup/reconcile/reconcile.ts';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { SolthriveError } from '../../nodes/site/errors.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { createFolders, sitePaths } from '../../nodes/site/paths.ts';
import { type Control, openControl } from '../../runtime/control.ts';
import { bytesOf, writeDays } from '../nodes/rollup/kept-home.ts';
import { temporaryFolder } from '../support/appliance.ts';

const WIPE = '\r\u001b[K';

/** The two UTC days before today: the command line goes by the time that it is. */
const [BEFORE = '', YESTERDAY = ''] = [2, 1].map((days) =>
  isoTime(systemClock.now() - days * 86_400_000).slice(0, 10),
);

const METERS = (invert: boolean) => `
meters:
  - id: main
    source: external
    channels:
      - { id: mains, role: grid, invert: ${invert} }
      - { id: pv, role: solar }
`;

describe('solthrive-cli and the records', () => {
  let root: string;
  let data: string;

  beforeEach(async () => {
    root = temporaryFolder();
    const paths = sitePaths({}, { kind: 'folder', folder: root });
    data = paths.data;
    createFolders(paths);
    configure(false);
    const { config } = loadSite({ paths, env: {} });
    writeDays(data, { days: [BEFORE, YESTERDAY], config, shown: { mains: 0.03, pv: 0.05 } });
    await reconcile({ records: data, data, config, clock: systemClock });
  });

  function configure(invert: boolean): void {
    const etc = join(root, 'etc');
    mkdirSync(etc, { recursive: true });
    writeFileSync(join(etc, 'meter.yaml'), METERS(invert));
    writeFileSync(join(etc, 'base.yaml'), 'site: { timezone: UTC }');
  }

  async function run(...args: string[]) {
    let [text, errors] = ['', ''];
    const code = await runCli(args, {
      env: {},
      mode: { kind: 'folder', folder: root },
      write: (part) => {
        text += part;
      },
      writeError: (part) => {
        errors += part;
      },
      colour: false,
      watched: true,
    });
    // What is written over is no part of what is said in the end.
    return { code, text, errors: errors.split(WIPE).at(-1) ?? '' };
  }

  describe('while the service is down', () => {
    it('verify says that all is well, or what is wrong and what helps', async () => {
      const well = await run('verify');
      assert.equal(well.code, 0, well.text + well.errors);
      assert.match(well.text, /2880 minutes, 192 quarter hours.*\nAll is well/s);
      appendFileSync(join(data, 'day', `${YESTERDAY.slice(0, 4)}.jsonl`), 'nonsense\n');
      const wrong = await run('verify');
      assert.equal(wrong.code, 1);
      assert.match(wrong.text, /Lines that cannot be read\n.*rebuild.*\n {4}day\/\d+\.jsonl:\d+\n/);
      const { findings } = JSON.parse((await run('verify', '--json')).text);
      assert.equal(findings[0].code, 'bad_line');
    });

    it('rebuild makes it again', async () => {
      const before = bytesOf(data);
      rmSync(join(data, 'day'), { recursive: true });
      const { code, text } = await run('rebuild');
      assert.equal(code, 0);
      assert.match(text, new RegExp(`2 days,.*\\n  ${BEFORE}\\n  ${YESTERDAY}\\n`));
      assert.deepEqual(bytesOf(data), before);
      assert.match((await run('rebuild')).text, /Nothing to do/);
    });

    it('recompute shows, applies, lists and takes back', async () => {
      const before = bytesOf(data);
      configure(true);
      const seen = await run('recompute', '--from', YESTERDAY);
      assert.equal(seen.code, 0, seen.errors);
      assert.match(seen.text, /main\/mains: invert was false, is true/);
      assert.match(seen.text, /72\.000 +115\.200 > 28\.800 +43\.200 > 0\.000 +0\.000 > 43\.200\n/);
      assert.match(seen.text, /Nothing has been changed/);
      assert.deepEqual(bytesOf(data), before);
      assert.match((await run('recompute', '--list')).text, /Nothing was recomputed/);

      const applied = await run('recompute', '--from', YESTERDAY, '--channels', '--apply');
      assert.match(applied.text, /--undo 1/);
      assert.match((await run('recompute', '--list')).text, /^1 +\S+T00:00:00.000Z to .*wiring/);
      assert.equal((await run('verify')).code, 0);
      const undone = await run('recompute', '--undo', '1');
      assert.match(undone.text, /1 is taken back: 1 day/);
      for (const [file, hash] of Object.entries(before)) assert.equal(bytesOf(data)[file], hash);
    });

    it('recompute of a time without an ended day has nothing to do', async () => {
      const today = isoTime(systemClock.now()).slice(0, 10);
      for (const args of [[], ['--apply']]) {
        const { code, text, errors } = await run('recompute', '--from', today, ...args);
        assert.equal(code, 0, errors);
        assert.match(text, /^Nothing to do/);
      }
    });

    it('recompute names no configuration that differs in nothing', async () => {
      writeFileSync(
        join(root, 'etc', 'base.yaml'),
        'site: { timezone: UTC, inverter_watts: 5000 }',
      );
      const { code, text, errors } = await run('recompute', '--from', YESTERDAY, '--channels');
      assert.equal(code, 0, errors);
      assert.match(text, /^Nothing to do/);
    });

    it('recompute says which channels were not measured then, or are not any more', async () => {
      const meters = METERS(false).replace('id: pv,', 'id: roof,');
      writeFileSync(join(root, 'etc', 'meter.yaml'), meters);
      const { text } = await run('recompute', '--from', YESTERDAY);
      assert.match(text, /main\/pv: is not measured any more\n/);
      assert.match(text, /main\/roof: was not measured then\n/);
    });

    it('are told apart: a wrong call, a wrong site', async () => {
      assert.equal((await run('recompute')).code, 2);
      assert.match((await run('recompute', '--from', '11/06/2026')).errors, /not a date/);
      assert.equal((await run('recompute', '--from', '2026-02-30')).code, 2);
      const backwards = await run('recompute', '--from', YESTERDAY, '--to', BEFORE);
      assert.equal(backwards.code, 2);
      assert.match(backwards.errors, /--from \S+ is after --to/);
      const unknown = await run('recompute', '--undo', '7');
      assert.equal(unknown.code, 1);
      assert.match(unknown.errors, /no correction 7: nothing was recomputed/);
    });

    it('nobody else writes meanwhile', async () => {
      // A lock is the number of a process and the moment it started (proc(5), field 22).
      const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
      const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      writeFileSync(join(data, 'lock'), `${process.ppid} ${started}\n`);
      const { code, errors } = await run('rebuild');
      assert.equal(code, 1);
      assert.match(errors, /Another SolThrive is using/);
      rmSync(join(data, 'lock'));
      assert.equal((await run('rebuild')).code, 0);
      assert.ok(!existsSync(join(data, 'lock')));
    });

    it('says that there are no records where there are none', async () => {
      root = temporaryFolder();
      const { code, errors } = await run('verify');
      assert.equal(code, 1);
      assert.match(errors, /no records in/);
    });
  });

  describe('while the service runs', () => {
    let control: Control;
    let asked: unknown[];
    beforeEach(async () => {
      asked = [];
      control = await openControl(join(root, 'run'), {
        'POST /records/rebuild': async function* (body) {
          asked.push(body);
          yield { progress: { done: 1, of: 3 } };
          yield { result: { quarters: 3, days: ['2026-06-11'], months: [] } };
        },
        'POST /records/recompute': async function* () {
          yield { progress: { done: 1, of: 2 } };
          throw new SolthriveError('correction_unknown', { id: '5', known: '1, 2' });
        },
      });
    });
    afterEach(() => control.close());

    it('the service does it, whoever holds the lock', async () => {
      const { code, text } = await run('rebuild');
      assert.equal(code, 0);
      assert.match(text, /3 quarter hours, 1 day/);
      assert.deepEqual(asked, [null]);
    });

    it('what it refuses is told with what helps', async () => {
      const { code, errors } = await run('recompute', '--undo', '5');
      assert.equal(code, 1);
      assert.match(errors, /no correction 5\. There are: 1, 2\..*recompute --list/);
    });

    it('a service that knows no such job is told from one that is not there', async () => {
      const { code, errors } = await run('verify');
      assert.equal(code, 1);
      assert.match(errors, /nothing at \/records\/verify/);
    });
  });
});
