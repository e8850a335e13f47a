import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Site } from '../../../nodes/site/config.ts';
import { hashOf } from '../../../nodes/site/hash.ts';
import { sitePaths } from '../../../nodes/site/paths.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';
import { needsSimulation, standInForMeters } from '../../../nodes/site/simulated.ts';

const paths = sitePaths({}, { kind: 'folder', folder: '/home/someone' });

function siteWith(input: object): Site {
  const config = siteConfigSchema.parse(input);
  const origins = { 'meters[0].id': 'meter.yaml:1:1', 'http.port': 'api.yaml:1:1' };
  const version = '0.0.0';
  return { config, hash: hashOf(config), paths, simulated: null, problems: [], origins, version };
}

const external = (role: string, id = 'car') => ({
  meters: [{ id, source: 'external', channels: [{ id: 'x', role }] }],
});
const modbus = {
  buses: [{ id: 'lan', type: 'tcp', host: 'meter' }],
  meters: [{ id: 'main', profile: 'p', bus: 'lan', channels: [{ id: 'x', role: 'solar' }] }],
};

describe('the simulated home', () => {
  it('is needed where nothing measures the house', () => {
    const needed = (input: object) => needsSimulation(siteWith(input).config);
    assert.equal(needed({}), true);
    assert.equal(needed(external('ev')), true);
    assert.equal(needed(external('grid')), false);
    assert.equal(needed(modbus), false);
  });

  it('is a configuration like any other', () => {
    const site = standInForMeters(siteWith(external('ev')), 1502);
    assert.deepEqual(siteConfigSchema.parse(site.config), site.config);
    assert.deepEqual(
      site.config.meters.map(({ id }) => id),
      ['car', 'main'],
    );
    assert.deepEqual(site.config.buses, [
      { id: 'simulated', type: 'tcp', host: '127.0.0.1', port: 1502 },
    ]);
    assert.deepEqual(site.simulated, { port: 1502 });
  });

  it('keeps its records apart, under one hash whatever port it was given', () => {
    const site = standInForMeters(siteWith({}), 1502);
    assert.equal(site.paths.records, join(paths.data, 'simulated'));
    assert.equal(site.paths.data, paths.data);
    assert.equal(site.hash, standInForMeters(siteWith({}), 1503).hash);
    assert.notEqual(site.hash, siteWith({}).hash);
  });

  it('says of each of its values that it is simulated, and leaves the others theirs', () => {
    const { origins } = standInForMeters(siteWith(external('ev')), 1502);
    assert.equal(origins['meters[0].id'], 'meter.yaml:1:1');
    assert.equal(origins['http.port'], 'api.yaml:1:1');
    assert.equal(origins['meters[1].id'], 'simulated home');
    assert.equal(origins['buses[0].port'], 'simulated home');
    assert.equal(origins['site.latitude'], 'simulated home');
  });

  it('takes other ids where the site has used its own', () => {
    const { config } = standInForMeters(siteWith(external('ev', 'main')), 1502);
    assert.deepEqual(
      config.meters.map(({ id }) => id),
      ['main', 'main-simulated'],
    );
  });

  it('stands where the site is, else where its clock has noon at noon', () => {
    const place = (input: object, zone: string) => {
      const { timezone, latitude, longitude } = standInForMeters(siteWith(input), 1, zone).config
        .site;
      return [timezone, latitude, longitude];
    };
    const there = { timezone: 'Asia/Tokyo', latitude: 35.7, longitude: 139.7 };
    assert.deepEqual(place({ site: there }, 'Europe/Berlin'), ['Asia/Tokyo', 35.7, 139.7]);
    assert.deepEqual(place({}, 'America/Chicago'), ['America/Chicago', 41.9, -90]);
    assert.deepEqual(place({}, 'Asia/Kolkata'), ['Asia/Kolkata', 41.9, 82.5]);
    assert.deepEqual(place({}, 'UTC'), ['UTC', 41.9, 0]);
    assert.deepEqual(place({}, 'Etc/Unknown'), ['UTC', 41.9, 0]);
    const zoned = { site: { timezone: 'Europe/Berlin' } };
    assert.deepEqual(place(zoned, 'America/Chicago'), ['Europe/Berlin', 41.9, 15]);
  });
});
