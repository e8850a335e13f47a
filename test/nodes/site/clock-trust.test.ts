import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type ClockFacts,
  ClockTrust,
  confirmedFile,
  isTrusted,
  systemTime,
} from '../../../nodes/site/clock-trust.ts';
import { FakeMachine } from '../../support/fake-machine.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FLOOR = Date.parse('2026-06-21T12:00:00Z');
const DESK: ClockFacts = { keeper: false, synchronised: false, rtcMs: null, confirmed: false };
const PI: ClockFacts = { ...DESK, keeper: true };

describe('trust in the clock', () => {
  const cases: [what: string, nowMs: number, facts: ClockFacts, trusted: boolean][] = [
    ['a desk or container after its floor', FLOOR, DESK, true],
    ['a desk before its floor', FLOOR - 1, DESK, false],
    ['a board that waits for the network', FLOOR + 1, PI, false],
    ['a board that the network has told', FLOOR + 1, { ...PI, synchronised: true }, true],
    ['told to be before a record of a wrong clock', FLOOR - 1, { ...PI, synchronised: true }, true],
    ['told nonsense', 0, { ...PI, synchronised: true }, false],
    ['told by a person', FLOOR - 1, { ...PI, confirmed: true }, true],
    ['a board with a clock of its own', FLOOR + 1, { ...PI, rtcMs: FLOOR + 1 }, true],
    ['whose battery is empty', FLOOR + 1, { ...PI, rtcMs: 12_000 }, false],
  ];
  for (const [what, nowMs, facts, trusted] of cases) {
    it(`${trusted ? 'believes' : 'does not believe'} ${what}`, () => {
      assert.equal(isTrusted(nowMs, FLOOR, facts), trusted);
    });
  }

  it('stays as long as the program runs', async () => {
    const clock = new VirtualClock('1970-01-01T00:00:00.000Z');
    const machine = new FakeMachine(clock);
    const trust = new ClockTrust(clock, machine, FLOOR);
    assert.equal(await trust.look(), false);
    clock.wallJump(FLOOR);
    assert.equal(trust.trusted, false);
    assert.equal(await trust.look(), true);
    clock.wallJump(-FLOOR);
    assert.equal(await trust.look(), true);
  });

  describe('reads the machine', () => {
    let root: string;
    const put = (path: string, text = '') => {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    };
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'solthrive-clock-'));
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it('that knows nothing', async () => {
      assert.deepEqual(await systemTime(root, root).facts(), DESK);
    });

    it('that has a service, a clock with a battery, and a word from its owner', async () => {
      put('proc/sys/kernel/random/boot_id', 'boot-7\n');
      put('sys/class/rtc/rtc0/since_epoch', '1700000000\n');
      put('sys/class/rtc/rtc1/since_epoch', '12\n');
      put('run/systemd/timesync/clock');
      const time = systemTime(root, root);
      assert.equal(time.bootId, 'boot-7');
      assert.deepEqual(await time.facts(), { ...PI, rtcMs: 1_700_000_000_000 });
      put('run/systemd/timesync/synchronized');
      writeFileSync(confirmedFile(root), 'boot-7\n');
      const all = { keeper: true, synchronised: true, rtcMs: 1_700_000_000_000, confirmed: true };
      assert.deepEqual(await time.facts(), all);
      writeFileSync(confirmedFile(root), 'boot-6\n');
      assert.equal((await time.facts()).confirmed, false);
    });

    it('whose chrony says nothing', async () => {
      mkdirSync(join(root, 'run/chrony'), { recursive: true });
      assert.deepEqual(await systemTime(root, root).facts(), PI);
    });

    it('that counts from its start, for every program on it', () => {
      const [one, other] = [systemTime(root), systemTime(root)];
      assert.equal(one.bootId, other.bootId);
      assert.ok(Math.abs(one.bootMs() - other.bootMs()) < 1_000);
    });
  });
});
