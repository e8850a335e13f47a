import assert from 'node:assert/strict';
import { command, temporaryFolder } from '../support/appliance.ts';

describe('solthrive-cli check --bench', () => {
  it('tries the program on this machine, and needs no site', async function () {
    this.timeout(300_000);
    const { code, text, errors } = await command(temporaryFolder(), 'check', '--bench', '--json');
    assert.equal(code, 0, text + errors);
    const list = JSON.parse(text) as { name: string; state: string; reason: string }[];
    assert.deepEqual(
      list.filter(({ state }) => state !== 'pass'),
      [],
    );
    const names = list.map(({ name }) => name);
    for (const name of [
      'registers',
      'fault_begins',
      'fault_ends',
      'storage',
      'api',
      'ws',
      'stop',
    ]) {
      assert.ok(names.includes(name), name);
    }
    for (const { name, reason } of list) assert.ok(!reason.startsWith(name), 'a text is missing');
  });
});
