import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { zeroCounters } from '../../nodes/simulator/counters.ts';
import type { Home } from '../../nodes/simulator/home.ts';
import { MeteredHome } from '../../nodes/simulator/metered-home.ts';
import { SimulatedMeter } from '../../nodes/simulator/simulated-meter.ts';
import { wiringOf } from '../../nodes/simulator/wiring.ts';
import { systemClock } from '../../nodes/site/clock.ts';
import { type Appliance, startAppliance } from '../support/appliance.ts';
import { oneMeterOn } from '../support/one-meter.ts';
import { shippedProfile } from '../support/simulated-meter.ts';

/** A home whose oven and inverter are switched by hand. */
class HandHome implements Home {
  ovenW = 0;
  solarW = 0;

  at(ms: number) {
    const legs = [0, 180].map((angleDeg) => ({
      voltageV: 120,
      angleDeg,
      loadW: 300 + this.ovenW / 2,
      loadVar: 40,
      solarW: this.solarW / 2,
      solarVar: 0,
      batteryW: 0,
      evW: 0,
      hiddenW: 0,
    }));
    return { ms, frequencyHz: 60, legs };
  }
}

describe('solthrive-cli commission', () => {
  const home = new HandHome();
  let user: { USER?: string } = { USER: 'pat' };
  let meter: SimulatedMeter;
  let appliance: Appliance;

  before(async function () {
    this.timeout(90_000);
    const metered = new MeteredHome({
      home,
      wiring: wiringOf('split_phase'),
      counters: zeroCounters(),
      ms: systemClock.now(),
    });
    const profile = shippedProfile('ccs-wattnode-wnc');
    const transport = { type: 'tcp', host: '127.0.0.1', port: 0, baud: 115_200 } as const;
    meter = new SimulatedMeter({ metered, profile, unit: 1, clock: systemClock, transport });
    await meter.start();
    const bus = `{ id: line, type: tcp, host: 127.0.0.1, port: ${meter.port} }`;
    appliance = await startAppliance({ etc: { 'meter.yaml': oneMeterOn(bus) } });
    await appliance.waitFor(
      '/api/latest',
      (body) => (body as { quality?: string }).quality === 'good',
    );
  });
  after(async () => {
    await appliance?.stop();
    await meter?.stop();
  });

  /** Calls it with answers; the switches are thrown as the words ask for it. */
  const run = (args: string[], answers: readonly string[]) => call('commission', args, answers);
  async function call(name: string, args: string[], answers: readonly string[]) {
    let [text, errors] = ['', ''];
    const code = await runCli([name, ...args], {
      env: { ...user, SOLTHRIVE_PORT: String(appliance.port) },
      mode: { kind: 'folder', folder: appliance.folder },
      write: (part) => {
        text += part;
        if (part.includes('Switch it ON')) home.ovenW = 3_000;
        if (part.includes('Switch it OFF')) home.ovenW = 0;
        if (part.includes('Switch the inverter')) home.solarW = 2_400;
      },
      writeError: (part) => {
        errors += part;
      },
      colour: false,
      input: {
        isTerminal: false,
        async *lines() {
          yield* answers;
        },
      },
    });
    return { code, text, errors };
  }
  const folder = () => join(appliance.folder, 'data', 'commissioning');
  const only = (kind: string) => {
    const names = readdirSync(folder()).filter((name) => name.endsWith(kind));
    assert.equal(names.length, 1, names.join());
    return readFileSync(join(folder(), names[0] ?? ''), 'utf8');
  };

  it('has no report before there was one', async () => {
    for (const option of ['--resume', '--report']) {
      const { code, errors } = await run([option], []);
      assert.equal(code, 1);
      assert.match(errors, /no report yet/);
    }
  });

  it('is stopped and gone on with, and leaves its proof in a page to print', async function () {
    this.timeout(150_000);
    const begun = await run(['--by', 'Pat <3>'], ['hello', 's', 'the breaker is locked']);
    assert.match(begun.text, /“hello” is none of the answers/);
    assert.equal(begun.code, 1);
    assert.match(begun.text, /✓ All meters answer and are what their profiles say \(1\)/);
    assert.match(begun.text, /✓ 1\d\d(\.\d)? to 1\d\d(\.\d)? V on all inputs, 60 Hz/);
    assert.match(begun.text, /– Left out: the breaker is locked/);
    assert.match(begun.text, /commission --resume/);

    user = {};
    const { code, text } = await run(['--resume'], ['a', '', '1234,5', '']);
    user = { USER: 'pat' };
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /Meters answer|Left out/);
    assert.match(text, /✓ main\/mains: 30\d\d W on, 30\d\d W off|✓ main\/mains: 2\d\d\d W on/);
    assert.match(text, /✓ Solar changed by 2\d\d\d W, the mains by -2\d\d\d W/);
    assert.match(text, /… Written down/);

    const report = JSON.parse(only('.json')) as {
      by: string;
      ended_at: string | null;
      steps: { step: string; result: string; inputs: string[]; by: string }[];
    };
    assert.equal(report.by, 'Pat <3>');
    assert.ok(report.ended_at);
    assert.ok(report.steps.every(({ by }) => by === report.by));
    assert.deepEqual(
      report.steps.map(({ step, result }) => `${step} ${result}`),
      [
        'meters pass',
        'supply pass',
        'plausible pass',
        'solar_off skipped',
        'load pass',
        'solar pass',
        'utility open',
      ],
    );
    assert.deepEqual(report.steps[4]?.inputs, ['main/mains l1', 'main/mains l2']);
    const page = only('.html');
    assert.match(page, /Pat &lt;3&gt;/);
    assert.match(page, /the breaker is locked/);
    assert.doesNotMatch(page, /(src|href)=|@import|url\(/, 'nothing from elsewhere');
    assert.doesNotMatch(page, /(step|verdict|page|measured)\.[a-z]+/, 'a text is missing');
    const [look] = readFileSync(join(appliance.folder, 'data', 'utility.jsonl'), 'utf8').split(
      '\n',
    );
    assert.equal(
      (JSON.parse(look ?? '') as { utility: object }).utility['import_kwh' as never],
      1234.5,
    );

    const shown = await run(['--report'], []);
    assert.equal(shown.code, 0);
    assert.match(shown.text, /To print: .*-1\.html/);
  });

  it("takes a look at the utility's meter without the walk, which the doctor hears of", async () => {
    assert.equal((await call('utility', [], [])).code, 2);
    assert.equal((await call('utility', ['12k'], [])).code, 2);
    const early = await call('utility', ['1240', '--by', 'Lee'], []);
    assert.equal(early.code, 0, early.errors);
    assert.match(early.text, /Only 5\.5 kWh have flowed since; 20 kWh are needed/);
    const off = await call('utility', ['1334,5', '--json'], []);
    assert.equal(off.code, 1);
    const { result, reason } = JSON.parse(off.text) as { result: string; reason: string };
    assert.deepEqual([result, reason], ['fail', 'utility_off']);
    const { text } = await call('doctor', ['--all', '--json'], []);
    assert.match(text, /The utility's meter counted 100 kWh and this site 0/);
  });

  it('tells a CT that is turned round, and lets the step be repeated', async function () {
    this.timeout(120_000);
    home.solarW = 0;
    meter.command({ fault: 'ct_reversed', phases: ['l1', 'l2'] });
    await appliance.waitFor(
      '/api/latest',
      (body) => Number((body as { grid_w?: number }).grid_w) < 0,
    );
    const { code, text } = await run([], ['', 'r', '', 'q']);
    meter.command({ fault: 'none' });
    assert.equal(code, 1);
    const told = text.match(
      /✗ main\/mains reads -\d+(\.\d)? W: export[\s\S]*?doctor flip\s+main\/mains/g,
    );
    assert.equal(told?.length, 2, text);
    assert.ok(existsSync(folder()));
  });

  it('is followed by a check of the site in the field', async () => {
    const { code, text } = await call('check', ['--field', '--json'], []);
    const list = JSON.parse(text) as { name: string; state: string; reason: string }[];
    for (const { name, reason } of list) {
      assert.ok(reason !== '' && !reason.startsWith(name), `${name}: ${reason}`);
    }
    const states = Object.fromEntries(list.map(({ name, state }) => [name, state]));
    for (const name of [
      'running',
      'configuration',
      'meters',
      'supply',
      'plausible',
      'api',
      'dashboard',
    ]) {
      assert.equal(states[name], 'pass', name);
    }
    assert.equal(code, Object.values(states).includes('fail') ? 1 : 0);
    assert.match(
      (await call('check', ['--field'], [])).text,
      /✓ {2}meters answer +All meters answer/,
    );
  });

  it('needs the service, and so does the check', async () => {
    await appliance.stop();
    const check = await call('check', ['--field'], []);
    assert.equal(check.code, 1);
    assert.match(check.text, /✗ {2}running site +it cannot be asked: .*not running/);
    assert.match(check.text, /– {2}signs +the service cannot be asked/);
    assert.equal((await call('check', ['--field', '--bench'], [])).code, 2);
    const { code, errors } = await run([], []);
    assert.equal(code, 1);
    assert.match(errors, /not running/);
  });
});
