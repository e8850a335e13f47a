/** The records of a running appliance, asked for and corrected from the command line as installers do. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { sitePaths } from '../../nodes/site/paths.ts';
import { writeDays } from '../nodes/rollup/kept-home.ts';
import { type Appliance, command, startAppliance, temporaryFolder } from '../support/appliance.ts';

const METERS = (invert: boolean) => `
meters:
  - id: main
    source: external
    channels:
      - { id: mains, role: grid, invert: ${invert} }
      - { id: pv, role: solar }
`;

describe('the records of a running appliance', function () {
  this.timeout(120_000);
  let folder: string;
  let appliance: Appliance | undefined;
  const [first = '', second = ''] = [2, 1].map((days) =>
    isoTime(systemClock.now() - days * 86_400_000).slice(0, 10),
  );

  function configure(invert: boolean): void {
    mkdirSync(join(folder, 'etc'), { recursive: true });
    writeFileSync(join(folder, 'etc', 'meter.yaml'), METERS(invert));
    writeFileSync(join(folder, 'etc', 'base.yaml'), 'site: { timezone: UTC }');
  }

  async function start(): Promise<void> {
    appliance = await startAppliance({ folder });
    await appliance.waitFor('/api/health', () => true);
  }

  async function stop(): Promise<void> {
    await appliance?.stop();
    appliance = undefined;
  }

  beforeEach(() => {
    folder = temporaryFolder();
    configure(false);
    const paths = sitePaths({}, { kind: 'folder', folder });
    const { config } = loadSite({ paths, env: {} });
    writeDays(paths.data, { days: [first, second], config, shown: { mains: 0.03, pv: 0.05 } });
  });
  afterEach(stop);

  const cli = (...args: string[]) => command(folder, ...args);

  async function preview(): Promise<unknown> {
    const { code, text, errors } = await cli('recompute', '--from', first, '--json');
    assert.equal(code, 0, errors);
    return JSON.parse(text);
  }

  function days(): string[] {
    const years = [...new Set([first.slice(0, 4), second.slice(0, 4)])];
    return years
      .flatMap((year) =>
        readFileSync(join(folder, 'data', 'day', `${year}.jsonl`), 'utf8').split('\n'),
      )
      .filter((line) => line.includes(`"date":"${first}"`) || line.includes(`"date":"${second}"`));
  }

  it('can be verified, rebuilt, recomputed and taken back while it runs and while it does not', async () => {
    await start();
    const verified = await cli('verify');
    assert.equal(verified.code, 0, verified.text + verified.errors);
    assert.match(verified.text, /All is well/);
    assert.match((await cli('rebuild')).text, /Nothing to do/);
    assert.ok(existsSync(join(folder, 'data', 'lock')), 'the service lets go of its lock');
    const measured = days();
    assert.equal(measured.length, 2);

    configure(true);
    const early = await cli('recompute', '--from', first);
    assert.match(early.errors, /Restart it first/);
    await stop();

    // With the service down the command line does it itself, and sees the same.
    const down = await preview();
    assert.equal((await cli('verify')).code, 0);
    assert.ok(!existsSync(join(folder, 'data', 'lock')));

    await start();
    assert.deepEqual(await preview(), down);
    assert.deepEqual(days(), measured);

    const applied = await cli('recompute', '--from', first, '--apply');
    assert.equal(applied.code, 0, applied.errors);
    assert.match(applied.text, /--undo 1/);
    const homes = days().map((line) => JSON.parse(line).energy.home_kwh);
    assert.deepEqual(homes, [28.8, 28.8]);
    assert.equal((await cli('verify')).code, 0);

    const undone = await cli('recompute', '--undo', '1');
    assert.equal(undone.code, 0, undone.errors);
    assert.deepEqual(days(), measured);
    assert.equal((await cli('verify')).code, 0);
    const again = await cli('recompute', '--undo', '1');
    assert.equal(again.code, 1);
    assert.match(again.errors, /no correction 1/);
  });

  it('are as they should be after a power cut in the middle of it', async () => {
    configure(true);
    await start();
    assert.equal((await cli('recompute', '--from', first, '--apply')).code, 0);
    const corrected = days();
    await appliance?.kill9();
    for (const year of new Set([first.slice(0, 4), second.slice(0, 4)])) {
      writeFileSync(join(folder, 'data', 'day', `${year}.jsonl`), '');
    }
    await start();
    assert.equal((await cli('verify')).code, 0);
    assert.deepEqual(days(), corrected);
  });
});
