import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOf, type Settings } from '../../../nodes/simulator/plan.ts';
import type { Site } from '../../../nodes/site/config.ts';
import { standInForMeters } from '../../../nodes/site/simulated.ts';
import { sampleSite } from '../../support/samples.ts';

const auto: Settings = {
  mode: 'auto',
  transport: 'tcp',
  host: '127.0.0.1',
  port: '5020',
  serialPort: '',
  baud: '9600',
  profile: 'ccs-wattnode-wnc',
  unit: '1',
};

function site(facts: object = {}): Site {
  const plain = sampleSite({ buses: [], meters: [], site: facts });
  const shipped = join(import.meta.dirname, '../../../config');
  return { ...plain, paths: { ...plain.paths, shipped, etc: tmpdir() } };
}

describe('plan of a simulator node', () => {
  it('is nothing while real meters are configured', () => {
    assert.equal(planOf(auto, sampleSite()), null);
  });

  it('stands in on the port and unit that the site will ask', () => {
    const plan = planOf(auto, standInForMeters(site(), 5055, 'America/Chicago'));
    assert.deepEqual(plan?.transport, { type: 'tcp', host: '127.0.0.1', port: 5055 });
    assert.equal(plan?.standIn?.id, 'main');
    assert.equal(plan?.profile.id, 'ccs-wattnode-wnc');
    assert.deepEqual(
      [plan?.wiring.l1, plan?.wiring.l2, plan?.wiring.l3].map((input) => input?.conductor),
      [
        { kind: 'mains', leg: 0, solar: 'load_side' },
        { kind: 'mains', leg: 1, solar: 'load_side' },
        { kind: 'solar', leg: 'all' },
      ],
    );
  });

  it('has no leg that the mains CTs of its meter do not see', () => {
    const three = site({ service: 'three_phase', nominal_voltage: 230 });
    const stood = standInForMeters(three, 5055, 'Europe/Berlin');
    const mains = stood.config.meters[0]?.channels.find(({ role }) => role === 'grid');
    const legs = { single_phase: 1, split_phase: 2, three_phase: 3 };
    assert.ok(legs[planOf(auto, stood)!.home.service] <= (mains?.phases?.length ?? 3));
  });

  it('takes its own settings in training', () => {
    const training: Settings = {
      ...auto,
      mode: 'always',
      transport: 'serial',
      serialPort: '/dev/x',
    };
    const plan = planOf({ ...training, profile: 'eastron-sdm630-v2', unit: '9' }, meteredSite());
    assert.deepEqual(plan?.transport, { type: 'serial', path: '/dev/x', baud: 9600 });
    assert.equal(plan?.unit, 9);
    assert.equal(plan?.standIn, null);
  });

  it('knows the profiles there are', () => {
    assert.throws(
      () => planOf({ ...auto, mode: 'always', profile: 'abacus' }, meteredSite()),
      (thrown: { code?: string; hint?: string }) =>
        thrown.code === 'profile_unknown' && /eastron-sdm120/.test(thrown.hint ?? ''),
    );
  });
});

/** A site with real meters and the shipped profiles. */
function meteredSite(): Site {
  return { ...site(), config: sampleSite().config };
}
