/** Where scenarios may take place: one town a climate. */

interface Town {
  latitude: number;
  longitude: number;
  timezone: string;
}

export const PLACES = {
  chicago: { latitude: 41.9, longitude: -87.7, timezone: 'America/Chicago' },
  phoenix: { latitude: 33.4, longitude: -112.1, timezone: 'America/Phoenix' },
  seattle: { latitude: 47.6, longitude: -122.3, timezone: 'America/Los_Angeles' },
  miami: { latitude: 25.8, longitude: -80.2, timezone: 'America/New_York' },
  madrid: { latitude: 40.4, longitude: -3.7, timezone: 'Europe/Madrid' },
  munich: { latitude: 48.1, longitude: 11.6, timezone: 'Europe/Berlin' },
  oslo: { latitude: 59.9, longitude: 10.8, timezone: 'Europe/Oslo' },
  sydney: { latitude: -33.9, longitude: 151.2, timezone: 'Australia/Sydney' },
  singapore: { latitude: 1.35, longitude: 103.8, timezone: 'Asia/Singapore' },
} as const satisfies Record<string, Town>;
