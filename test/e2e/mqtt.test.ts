/** A broker of the home hears of the home: from the start of the program, over its death, to its return. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { readFaultLog } from '../../nodes/health/book/lines.ts';
import type { HealthReport } from '../../nodes/health/report.ts';
import { type Appliance, command, startAppliance } from '../support/appliance.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { requireTool } from '../support/requires.ts';

const LOGIN = 'solar:s3cr3t';
const TOPIC = 'solthrive/fault/config_invalid/site';

describe('the appliance at an MQTT broker', function () {
  this.timeout(120_000);
  let broker: Mosquitto;
  let appliance: Appliance;

  before(async function () {
    requireTool.call(this, 'mosquitto');
    broker = await startMosquitto(LOGIN);
  });
  after(async () => {
    await appliance?.stop();
    await broker?.stop();
  });

  it('publishes its home and its faults, is missed when it dies, and clears up on its return', async () => {
    const listener = await broker.listen('solthrive/#');
    const url = `mqtt://${LOGIN}@127.0.0.1:${broker.port}`;
    const network = `mqtt: { enabled: true, url: "${url}" }\n`;
    appliance = await startAppliance({ etc: { 'network.yaml': network } });
    const { folder } = appliance;
    const snapshot = await listener.until(({ topic }) => topic === 'solthrive/snapshot');
    assert.ok((JSON.parse(snapshot.text) as Snapshot).seq > 0);
    assert.equal(broker.kept('solthrive/status')['solthrive/status'], 'online');
    await appliance.stop('SIGTERM');
    await listener.until(({ topic, text }) => topic === 'solthrive/status' && text === 'offline');

    // With a mistake it runs on as it last ran well.
    appliance = await startAppliance({ folder, etc: { 'api.yaml': 'htp: 1\n' } });
    const said = await listener.until(({ topic }) => topic === TOPIC);
    const { id, since } = JSON.parse(said.text);
    assert.equal(id, 'config_invalid');

    listener.heard.length = 0;
    const records = join(folder, 'data', 'simulated');
    const linesOf = async (wanted: string) =>
      (await readFaultLog(records)).filter(({ fault }) => fault.id === wanted);
    while ((await linesOf(id)).length === 0) await wait(50);
    await appliance.kill9();
    await listener.until(({ topic, text }) => topic === 'solthrive/status' && text === 'offline');
    appliance = await startAppliance({ folder });
    await appliance.waitFor('/api/health', (body) => {
      const { faults } = body as HealthReport;
      return faults.some((fault) => fault.id === 'config_invalid' && fault.since === since);
    });
    await appliance.stop('SIGTERM');

    rmSync(join(folder, 'etc', 'api.yaml'));
    appliance = await startAppliance({ folder });
    await listener.until(({ topic, text }) => topic === TOPIC && text === '');
    assert.deepEqual(broker.kept('solthrive/fault/config_invalid/#'), {});
    const changes = await linesOf(id);
    assert.deepEqual(
      changes.map(({ change }) => change),
      ['raise', 'clear'],
      'one fault, over three starts',
    );
    assert.equal(changes[1]?.fault.since, since);

    const shown = (await command(folder, 'config', 'show')).text;
    assert.match(shown, /solar:\*\*\*@/);
    assert.doesNotMatch(appliance.output() + shown, /s3cr3t/);
    listener.stop();
  });
});
