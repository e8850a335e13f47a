import assert from 'node:assert/strict';
import type { Flows } from '../../nodes/balance/snapshot.ts';
import { viewStory } from '../../ui/elements/story-view.ts';
import { noon, reader } from './reader.ts';

const told = (flows: Flows | null) => viewStory(noon({ flows }), reader);
const sentence = (flows: Flows | null) => told(flows).sentence.replaceAll(/\s/g, ' ');

describe('the sentence above the gauges', () => {
  it('tells who feeds the home', () => {
    const cases: [Flows, string][] = [
      [
        { solar_home_w: 812, solar_grid_w: 3512, grid_home_w: 0 },
        'The sun covers everything the home uses, and 3.51 kW goes to the grid.',
      ],
      [
        { solar_home_w: 900, solar_grid_w: 50, grid_home_w: 0, battery_grid_w: 2400 },
        'The sun covers everything the home uses, and 2.45 kW goes to the grid.',
      ],
      [
        { solar_home_w: 640, solar_grid_w: 0, grid_home_w: 360 },
        'The sun covers 64% of what the home uses; the grid adds 360 W.',
      ],
      [
        { solar_home_w: 0, solar_grid_w: 0, grid_home_w: 1432 },
        'The grid covers everything the home uses.',
      ],
      [
        { solar_home_w: 500, solar_grid_w: 0, grid_home_w: 0, solar_battery_w: 900 },
        'The sun covers everything the home uses and charges the battery.',
      ],
      [
        { solar_home_w: 0, solar_grid_w: 0, grid_home_w: 0, battery_home_w: 700 },
        'The battery covers everything the home uses.',
      ],
      [
        { solar_home_w: 250, solar_grid_w: 0, grid_home_w: 250, battery_home_w: 500 },
        'Sun and battery cover 75% of what the home uses; the grid adds 250 W.',
      ],
    ];
    for (const [flows, text] of cases) assert.equal(sentence(flows), text);
  });

  it('claims nothing that is not known', () => {
    assert.equal(viewStory(null, reader).sentence, 'Waiting for the first values.');
    assert.deepEqual(viewStory(noon({ flows: null, home_w: null }), reader), {
      sentence: 'Not everything can be measured right now.',
      shares: [],
    });
    assert.equal(sentence(null), 'What is measured right now does not add up.');
    assert.deepEqual(told({ solar_home_w: 0, solar_grid_w: 0, grid_home_w: 3 }).shares, []);
  });

  it('parts the bar into shares that add up to one', () => {
    const { shares } = told({ solar_home_w: 1, solar_grid_w: 9, grid_home_w: 299 });
    const sum = shares.reduce((total, { fraction }) => total + fraction, 0);
    assert.ok(Math.abs(sum - 1) < 0.01);
    assert.deepEqual(
      told({ solar_home_w: 640, solar_grid_w: 0, grid_home_w: 360 }).shares.map(({ text }) => text),
      ['Sun 64%', 'Grid 36%'],
    );
  });
});
