import assert from 'node:assert/strict';
import fc from 'fast-check';
import { corrected, correctionOf } from '../../../nodes/meter/correction.ts';
import type { ChannelReading } from '../../../nodes/meter/reading.ts';

const SHOWN: ChannelReading = {
  role: 'battery',
  power_w: 300,
  import_kwh: 5,
  export_kwh: 2,
  counter_step_kwh: 0.01,
  soc: 70,
  phases: { l1: { voltage_v: 230, current_a: 2, power_w: 300, power_factor: 0.65 } },
};

describe('a correction', () => {
  it('turns a channel round: powers change their sign, counters their places', () => {
    assert.deepEqual(corrected(SHOWN, { factor: 1, invert: true, leadRad: 0 }), {
      ...SHOWN,
      power_w: -300,
      import_kwh: 2,
      export_kwh: 5,
      phases: { l1: { voltage_v: 230, current_a: 2, power_w: -300, power_factor: -0.65 } },
    });
  });

  it('scales amperes, watts and energies by the multiplier and the gain of the CT', () => {
    const ct = { id: 'ct', rated_amps: null, gain: 1.5, phase_deg: 0 };
    const correction = correctionOf({ ct: 'ct', multiplier: 2, invert: false }, [ct]);
    assert.deepEqual(corrected(SHOWN, correction), {
      ...SHOWN,
      power_w: 900,
      import_kwh: 15,
      export_kwh: 6,
      counter_step_kwh: 0.03,
      phases: { l1: { voltage_v: 230, current_a: 6, power_w: 900, power_factor: 0.65 } },
    });
  });

  it('turns a lonely counter round as well, and invents none', () => {
    const shown: ChannelReading = { role: 'ev', power_w: null, import_kwh: 5 };
    const turned = corrected(shown, { factor: 2, invert: true, leadRad: 0 });
    assert.deepEqual(turned, { role: 'ev', power_w: null, export_kwh: 10 });
  });

  it('leaves a phase error alone where nothing tells the reactive power', () => {
    assert.deepEqual(corrected(SHOWN, { factor: 1, invert: false, leadRad: 0.1 }), SHOWN);
  });

  it('done twice turns everything back', () => {
    const power = fc.option(fc.integer({ min: -9_999, max: 9_999 }));
    const kwh = fc.option(fc.integer({ min: 0, max: 99_999 }));
    fc.assert(
      fc.property(power, kwh, kwh, (power_w, import_kwh, export_kwh) => {
        const turn = { factor: 1, invert: true, leadRad: 0 };
        const shown: ChannelReading = { role: 'grid', power_w, import_kwh, export_kwh };
        assert.deepEqual(corrected(corrected(shown, turn), turn), shown);
      }),
    );
  });
});
