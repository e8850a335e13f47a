import assert from 'node:assert/strict';
import { Memory } from '../../../nodes/stream/memory.ts';
import { sampleSite, sampleSnapshot } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the memory of the stream', () => {
  it('ages the newest measured values until the next snapshot', async () => {
    const clock = new VirtualClock();
    const memory = new Memory(sampleSite(), clock);
    const age = () => memory.heartbeat().last_snapshot_age_sec;
    assert.equal(age(), null);
    memory.noteSnapshot(sampleSnapshot(1, null));
    assert.equal(age(), null);
    memory.noteSnapshot(sampleSnapshot(2, 30));
    await clock.advance(970);
    assert.equal(age(), 1);
  });

  it('says no old snapshot to who comes while there is no newer one', async () => {
    const clock = new VirtualClock();
    const memory = new Memory(sampleSite(), clock);
    assert.deepEqual([memory.hello().snapshot, memory.hello().run], [null, null]);
    memory.noteSnapshot(sampleSnapshot(7));
    await clock.advance(5_000);
    assert.equal(memory.hello().snapshot?.seq, 7);
    await clock.advance(1);
    assert.deepEqual([memory.hello().snapshot, memory.hello().run], [null, 'run-1']);
  });

  it('beats with exactly the keys of the contract', () => {
    const { uptime_s, ...rest } = new Memory(sampleSite(), new VirtualClock()).heartbeat();
    assert.ok(Number.isInteger(uptime_s));
    assert.deepEqual(rest, { last_snapshot_age_sec: null });
  });

  it('says that a home is simulated', () => {
    const site = sampleSite({}, { simulated: { port: 1502 } });
    assert.equal(new Memory(site, new VirtualClock()).hello().simulated, true);
  });
});
