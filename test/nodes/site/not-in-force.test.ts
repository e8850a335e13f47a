import assert from 'node:assert/strict';
import { configJsonSchema } from '../../../nodes/site/known-keys.ts';
import { notInForce } from '../../../nodes/site/not-in-force.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const told = (config: object, origins: Record<string, string> = {}) =>
  notInForce({ config: siteConfigSchema.parse(config), origins });

describe('settings that are not in force', () => {
  it('are not told while they have their defaults', () => {
    assert.deepEqual(told({}), []);
    assert.deepEqual(told({ mqtt: { enabled: false }, site: { name: 'Hut' } }), []);
  });

  it('are told once each, with their place, also below a section', () => {
    const lines = told(
      {
        retention: { minute_days: 7 },
        logging: { level: 'warn', rotate: { keep: 9 } },
        update: { policy: 'off' },
        mdns: { enabled: false },
      },
      { 'mdns.enabled': 'network.yaml:1:18' },
    );
    assert.equal(lines.length, 2);
    assert.ok(lines.some((line) => /^network\.yaml:1:18: mdns\.enabled /.test(line)));
  });

  it('say of the login that the dashboard stays open', () => {
    const [line] = told({ dashboard: { login: true } });
    assert.match(line ?? '', /DASHBOARD STAYS OPEN/);
  });

  it('say so in the description of each key', () => {
    const { update, retention, http, dashboard } = configJsonSchema().properties ?? {};
    for (const marked of [update, update?.properties?.window, dashboard?.properties?.login]) {
      assert.match(marked?.description ?? '', /^\*Not in force yet\.\* \w/);
    }
    for (const plain of [http, http?.properties?.port, dashboard, retention]) {
      assert.doesNotMatch(plain?.description ?? '', /Not in force/);
    }
  });
});
