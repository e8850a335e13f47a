import assert from 'node:assert/strict';
import { type GaugeId, growScales, viewGauges } from '../../ui/elements/gauges-view.ts';
import { noon, reader } from './reader.ts';

const plain = (text: string) => text.replaceAll(/\s/g, ' ');
const gauge = (id: GaugeId, change = {}) => {
  const view = viewGauges(noon(change), {}, reader).find((candidate) => candidate.id === id);
  assert.ok(view);
  return view;
};

describe('gauges', () => {
  it('say the direction of the grid in words, colour and side', () => {
    const exporting = gauge('grid');
    assert.equal(exporting.words, 'sent to the grid');
    assert.equal(exporting.tone, 'export');
    assert.ok((exporting.fraction ?? 0) < 0);
    const importing = gauge('grid', { grid_w: 900 });
    assert.equal(importing.words, 'taken from the grid');
    assert.equal(importing.tone, 'import');
    assert.ok((importing.fraction ?? 0) > 0);
    assert.equal(gauge('grid', { grid_w: 0 }).words, 'nothing either way');
    assert.equal(plain(importing.accessibleName), 'Grid: 900 W, taken from the grid');
  });

  it('show what is unknown as unknown, never as zero', () => {
    const unknown = gauge('solar', { solar_w: null });
    assert.equal(unknown.value, '–');
    assert.equal(unknown.fraction, null);
    assert.equal(unknown.words, 'no data');
    assert.equal(unknown.accessibleName, 'Solar: no data');
    assert.equal(gauge('solar', { solar_w: 0 }).value, '0');
  });

  it('know the night from a standing inverter', () => {
    assert.equal(gauge('solar', { solar_w: 0 }).words, 'no sun');
    const standby = gauge('solar', { solar_w: 0, solar_standby_w: 4 });
    assert.equal(standby.words, 'no sun, inverter on standby');
  });

  it('do not take for standby what no sleeping inverter draws', () => {
    const drawing = gauge('solar', { solar_w: 0, solar_standby_w: 3826 });
    assert.equal(plain(drawing.words), 'draws 3.83 kW instead of producing');
  });

  it('show no home where the powers contradict each other, unless the last good one is held', () => {
    const clamped = { home_w: 0, flows: null, residual_w: -3664 };
    const unsure = gauge('home', clamped);
    assert.equal(unsure.value, '–');
    assert.equal(unsure.accessibleName, 'Home: the values do not add up');
    assert.equal(gauge('home', { ...clamped, home_w: 812, held: true }).value, '812');
    assert.equal(gauge('home', { home_w: null, flows: null }).words, 'no data');
  });

  it('are three before anything is known, and more where the home has more', () => {
    const ids = (change?: object) =>
      viewGauges(change ? noon(change) : null, {}, reader).map(({ id }) => id);
    assert.deepEqual(ids(), ['solar', 'home', 'grid']);
    assert.deepEqual(ids({ battery_w: null, ev_w: 0 }), ['solar', 'home', 'grid', 'battery', 'ev']);
  });

  it('show a charging battery with its charge, and an unknown charge as unknown', () => {
    const charging = gauge('battery', { battery_w: -2000, battery_soc: 64 });
    assert.equal(charging.words, 'charging');
    assert.deepEqual(charging.charge, { fraction: 0.64, text: '64% charged' });
    const unknown = gauge('battery', { battery_w: 500, battery_soc: null });
    assert.equal(unknown.words, 'discharging');
    assert.equal(unknown.charge?.fraction, null);
  });

  it('grow their scale in steps and never shrink it', () => {
    const small = growScales({}, noon({ grid_w: -100 }));
    assert.equal(small.grid, 4_000);
    const grown = growScales(small, noon({ grid_w: -6_500 }));
    assert.equal(grown.grid, 8_000);
    assert.equal(growScales(grown, noon({ grid_w: null })).grid, 8_000);
  });
});
