/** Records that move from one running appliance to another, and V1's, as an installer moves them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { tokenFile } from '../../nodes/site/identity.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { sitePaths } from '../../nodes/site/paths.ts';
import { writeDays } from '../nodes/rollup/kept-home.ts';
import { type Appliance, command, startAppliance, temporaryFolder } from '../support/appliance.ts';
import { oneMeterOn } from '../support/one-meter.ts';
import { type RunningMeter, startSimulatedMeter } from '../support/simulated-meter.ts';

const DAY_MS = 86_400_000;
const TARIFF = `
tariffs:
  - id: utility
    valid_from: '2026-01-01'
    currency: USD
    periods: [{ id: all, rate: 0.3 }]
    export: { mode: rate, rate: 0.1 }
`;

describe('records that move to another appliance', function () {
  this.timeout(180_000);
  const dayBack = (days: number) => isoTime(systemClock.now() - days * DAY_MS).slice(0, 10);
  const [third, first, second] = [dayBack(3), dayBack(2), dayBack(1)];
  let meter: RunningMeter;
  let home: string;
  let other: string;
  let file: string;
  let summaries: unknown;
  let appliance: Appliance | undefined;

  before(async () => {
    meter = await startSimulatedMeter();
    [home, other] = [temporaryFolder(), temporaryFolder()];
    file = join(home, 'records.tar.gz');
    for (const folder of [home, other]) configure(folder);
    const paths = sitePaths({}, { kind: 'folder', folder: home });
    const { config, problems } = loadSite({ paths, env: {} });
    assert.deepEqual(problems, []);
    writeDays(paths.data, { days: [first, second], config, shown: { mains: 0.03, pv: 0.05 } });
  });
  afterEach(async () => {
    await appliance?.stop();
    appliance = undefined;
  });
  after(() => meter?.stop());

  function configure(folder: string): void {
    const bus = `{ id: line, type: tcp, host: 127.0.0.1, port: ${meter.port} }`;
    mkdirSync(join(folder, 'etc'), { recursive: true });
    const put = (name: string, text: string) => writeFileSync(join(folder, 'etc', name), text);
    put('meter.yaml', oneMeterOn(bus));
    put('base.yaml', 'site: { timezone: UTC }');
    put('tariff.yaml', TARIFF);
  }

  async function start(folder: string): Promise<Appliance> {
    appliance = await startAppliance({ folder });
    await appliance.waitFor('/api/latest', (body) => (body as Snapshot).quality === 'good');
    return appliance;
  }

  async function latest({ url }: Appliance): Promise<Snapshot> {
    return (await (await fetch(`${url}/api/latest`)).json()) as Snapshot;
  }

  /** The day rows of the dates that were measured elsewhere. */
  function days(folder: string): string[] {
    const below = join(folder, 'data', 'day');
    return (existsSync(below) ? readdirSync(below) : [])
      .sort()
      .flatMap((name) => readFileSync(join(below, name), 'utf8').split('\n'))
      .filter((line) => [first, second].some((date) => line.includes(`"date":"${date}"`)));
  }

  async function told({ url, folder }: Appliance): Promise<unknown> {
    const token = readFileSync(tokenFile({ etc: join(folder, 'etc') }), 'utf8').trim();
    const answer = await fetch(`${url}/api/daily_summary?from=${first}&to=${second}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }

  async function well(folder: string): Promise<void> {
    const { code, text, errors } = await command(folder, 'verify');
    assert.equal(code, 0, text + errors);
  }

  async function imported(...args: string[]) {
    const { code, text, errors } = await command(other, 'import', ...args, '--json');
    assert.equal(code, 0, errors);
    return JSON.parse(text);
  }

  it('are exported while it runs', async () => {
    const running = await start(home);
    await well(home);
    assert.equal(days(home).length, 2);
    summaries = await told(running);
    const { code, text, errors } = await command(home, 'export', '--out', file);
    assert.equal(code, 0, errors);
    assert.match(text, /28[89]\d minutes, 19\d quarter hours/);
  });

  it('are looked at, taken over and told while it runs, and today goes on', async () => {
    const running = await start(other);
    const seen = await imported(file);
    assert.deepEqual([seen.applied, seen.levels.minute.added], [false, 2880]);
    assert.deepEqual(days(other), []);

    const before = await latest(running);
    const done = await imported(file, '--apply');
    assert.deepEqual([done.applied, done.conflicts], [true, []]);
    assert.deepEqual(days(other), days(home));
    assert.deepEqual(await told(running), summaries);
    await well(other);
    await running.waitFor('/api/latest', (body) => (body as Snapshot).seq > before.seq + 2);
    const after = await latest(running);
    assert.deepEqual([after.run, after.quality], [before.run, 'good']);
    assert.ok((after.energy.home_kwh ?? 0) >= (before.energy.home_kwh ?? 0));
    assert.deepEqual(readdirSync(join(other, 'data', 'spool')), []);

    const again = await imported(file, '--apply');
    assert.deepEqual([again.added, again.conflicts, again.days], [[], [], 0]);
    assert.deepEqual(days(other), days(home));
  });

  it('can be those of V1', async () => {
    const v1 = join(temporaryFolder(), 'samples.jsonl');
    const startMs = Date.parse(`${third}T12:00:00Z`);
    const samples = Array.from({ length: 361 }, (_, index) =>
      JSON.stringify({ ts: isoTime(startMs + index * 10_000), solar_w: 3_000, grid_w: -1_200 }),
    );
    writeFileSync(v1, `${samples.join('\n')}\n`);
    const running = await start(other);
    const seen = await imported('--v1', v1);
    assert.deepEqual([seen.applied, seen.levels.minute.added], [false, 60]);
    const done = await imported('--v1', v1, '--apply');
    assert.equal(done.levels.minute.added, 60);
    await running.waitFor('/api/latest', (body) => (body as Snapshot).quality === 'good');
    const year = readFileSync(join(other, 'data', 'day', `${third.slice(0, 4)}.jsonl`), 'utf8');
    const row = JSON.parse(year.split('\n').find((line) => line.includes(`"${third}"`)) ?? '{}');
    assert.deepEqual([row.energy.solar_kwh, row.energy.export_kwh], [3, 1.2]);
    assert.equal(row.money.export_credit, 0.12);
    assert.deepEqual(
      days(other).map((line) => JSON.parse(line).energy),
      days(home).map((line) => JSON.parse(line).energy),
    );
    await well(other);
    assert.deepEqual((await imported('--v1', v1, '--apply')).added, []);
  });
});
