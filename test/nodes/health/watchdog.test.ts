import assert from 'node:assert/strict';
import { Watchdog } from '../../../nodes/health/watchdog.ts';

describe('the watchdog', () => {
  const feeds = (dog: Watchdog, ...heard: boolean[]) =>
    heard.map((isHeard) => {
      if (isHeard) dog.snapshot();
      return dog.mayFeed();
    });

  it('is fed while snapshots flow', () => {
    assert.deepEqual(feeds(new Watchdog(), true, true, true), [true, true, true]);
  });

  it('is fed once more after a pause of everything, then no longer without snapshots', () => {
    const dog = new Watchdog();
    assert.deepEqual(feeds(dog, true, false, false, false), [true, true, false, false]);
    assert.deepEqual(feeds(dog, true, false), [true, true]);
  });

  it('is fed where there never was a snapshot: a restart brings none', () => {
    assert.deepEqual(feeds(new Watchdog(), false, false, false), [true, true, true]);
  });

  it('expects none of new flows until there is one', () => {
    const dog = new Watchdog();
    feeds(dog, true, false, false);
    dog.begin();
    assert.deepEqual(feeds(dog, false, false, false), [true, true, true]);
    assert.deepEqual(feeds(dog, true, false, false), [true, true, false]);
  });
});
