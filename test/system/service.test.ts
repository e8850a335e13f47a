/** The appliance as a service, on a machine with systemd: however it ends, it comes back and says why. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthReport, SystemReport } from '../../nodes/health/report.ts';
import { CHECKOUT } from '../support/appliance.ts';
import { type Box, requireBox } from '../support/box.ts';

const API = 'http://127.0.0.1:8080/api';
const UNIT = readFileSync(join(CHECKOUT, 'config/system/solthrive.service'), 'utf8');

/**
 * The same service with less patience, so that the test needs less. The container's own boot id is
 * mounted over a file of /proc/sys, where some of the protections would uncover the host's.
 */
const IMPATIENT = `[Service]
WatchdogSec=6
RestartSec=1
ProtectControlGroups=no
ProtectKernelTunables=no
`;

/** Somebody's own flow, of which one node never comes to an end. */
const ENDLESS = [
  { id: 'own', type: 'tab', label: 'Own', disabled: false, info: '', env: [] },
  { id: 'own-in', type: 'http in', z: 'own', url: '/freeze', method: 'get', wires: [['own-loop']] },
  { id: 'own-loop', type: 'function', z: 'own', func: 'for (;;);', outputs: 0, wires: [] },
];

describe('the service', function () {
  this.timeout(120_000);
  let box: Box | undefined;

  before(async function () {
    box = await requireBox.call(this);
    box.write('/etc/systemd/system/solthrive.service', UNIT);
    box.write('/etc/systemd/system/solthrive.service.d/impatient.conf', IMPATIENT);
    box.write('/var/lib/solthrive/node-red/flows.json', JSON.stringify(ENDLESS));
    box.inside('useradd', '--system', '--groups', 'dialout', 'solthrive');
    box.inside('mkdir', '-p', '/etc/solthrive');
    box.inside('chown', '-R', 'solthrive:solthrive', '/etc/solthrive', '/var/lib/solthrive');
    box.systemctl('daemon-reload');
    box.systemctl('start', 'solthrive');
  });

  after(() => box?.remove());

  const machine = (): Box => {
    assert.ok(box);
    return box;
  };
  const system = () => machine().json(`${API}/system`) as SystemReport | null;
  const mainPid = () => machine().systemctl('show', '--value', '-p', 'MainPID', 'solthrive');
  const crashFaults = () => {
    const { faults } = machine().json(`${API}/health`) as HealthReport;
    return faults.filter(({ id }) => id === 'service_crash').map(({ cause }) => cause);
  };
  /** The run that follows the one that `end` ends. */
  const nextRun = async (end: () => unknown): Promise<SystemReport> => {
    const before = system()?.runs?.started_at;
    await end();
    await machine().until('the next run', () => {
      const began = system()?.runs?.started_at;
      return began !== undefined && began !== before;
    });
    const report = system();
    assert.ok(report);
    return report;
  };

  it('is ready when the flows run, and knows no run before its first', () => {
    assert.equal(machine().systemctl('is-active', 'solthrive'), 'active');
    assert.equal(system()?.runs?.last_end, null);
    assert.deepEqual(crashFaults(), []);
  });

  it('comes back after a kill, and calls it a crash', async () => {
    const { runs } = await nextRun(() => machine().inside('kill', '-9', mainPid()));
    assert.deepEqual([runs?.last_end?.how, runs?.last_end?.reason], ['crash', 'signal KILL']);
    assert.deepEqual(crashFaults(), ['crash']);
  });

  it('is ended by the watchdog when it hangs, and says so', async () => {
    const freeze = `fetch('${API}/../freeze').catch(() => 0); setTimeout(process.exit, 1000)`;
    const { runs } = await nextRun(() => machine().inside('/usr/bin/node', '-e', freeze));
    assert.equal(runs?.last_end?.how, 'watchdog');
    assert.equal(runs?.crashes_24h, 2);
    assert.deepEqual(crashFaults(), ['watchdog']);
  });

  it('ends when it is told to, and says that it was', async () => {
    const { runs } = await nextRun(() => machine().systemctl('restart', 'solthrive'));
    assert.deepEqual([runs?.last_end?.how, runs?.last_end?.reason], ['clean', 'SIGTERM']);
    assert.deepEqual([runs?.reboots, runs?.crashes_24h], [0, 2]);
  });

  it('knows a power cut from a crash', async () => {
    machine().systemctl('enable', 'solthrive');
    machine().systemctl('add-wants', 'box.target', 'solthrive.service');
    const { runs } = await nextRun(async () => {
      await machine().cutPower();
      await machine().on();
    });
    assert.deepEqual([runs?.last_end, runs?.reboots], [{ how: 'power_loss', at: null }, 1]);
  });

  it('knows a machine that was switched off from one that went off', async () => {
    const { runs } = await nextRun(async () => {
      await machine().powerOff();
      await machine().on();
    });
    assert.deepEqual([runs?.last_end?.how, runs?.reboots], ['reboot', 2]);
  });
});
