/**
 * Decides whether what meter.yaml says of a meter fits a profile: whether there is such a profile,
 * and whether it measures the phases that are named.
 */
import { join } from 'node:path';
import type { ConfigProblem, Site } from '../site/config.ts';
import { describeFound, say } from '../site/describe.ts';
import { SolthriveError } from '../site/errors.ts';
import { nearest } from '../site/nearest.ts';
import type { ModbusMeterConfig, SiteConfig } from '../site/schema.ts';
import { formatPath, originNear, type Path, type Tree } from '../site/tree.ts';
import { loadWords } from '../site/words.ts';
import { mapChannels } from './channels.ts';
import type { Profile } from './profile.ts';
import { loadProfiles, type Profiles } from './profile-file.ts';

const words = loadWords(import.meta.url, 'profile');

/** The profiles a site can use: the shipped ones and its own. */
export function profilesOf({ paths }: Site): Profiles {
  return loadProfiles([paths.shipped, paths.etc].map((folder) => join(folder, 'meters')));
}

/** @throws SolthriveError why there is no such profile */
export function profileOf({ profile: id }: ModbusMeterConfig, profiles: Profiles): Profile {
  const { known, refused } = profiles;
  const profile = known.get(id);
  if (profile) return profile;
  const mistake = refused.find(({ params }) => params.profile === id);
  throw (
    mistake ??
    new SolthriveError('profile_unknown', { profile: id, known: [...known.keys()].join(', ') })
  );
}

/**
 * Every meter that does not fit, each at its place in the files.
 * @param tree  the configuration with its places, as `fileLayers` reads it
 */
export function misfitsOf(config: SiteConfig, profiles: Profiles, tree: Tree): ConfigProblem[] {
  return config.meters.flatMap((meter, index) => {
    if (meter.source !== 'modbus') return [];
    const misfits = profiles.known.has(meter.profile)
      ? channelMisfits(meter, config, profileOf(meter, profiles))
      : [profileMisfit(meter, profiles)];
    return misfits.map(({ at, found, ...misfit }) => {
      const path = ['meters', index, ...at];
      const place = { ...originNear(tree, path), path: formatPath(path) };
      return { ...place, found: describeFound(found), ...misfit };
    });
  });
}

interface Misfit extends Pick<ConfigProblem, 'expected' | 'suggestion'> {
  /** Below the meter. */
  at: Path;
  found: string;
}

function profileMisfit({ profile }: ModbusMeterConfig, { known, refused }: Profiles): Misfit {
  const at = ['profile'];
  const mistake = refused.find(({ params }) => params.profile === profile);
  if (!mistake) return misfit(at, profile, [...known.keys()]);
  return { at, found: profile, expected: words('expected.usable', { what: mistake.message }) };
}

function channelMisfits(meter: ModbusMeterConfig, config: SiteConfig, profile: Profile): Misfit[] {
  return meter.channels.flatMap((channel, position) => {
    try {
      mapChannels({ ...meter, channels: [channel] }, profile, config.ct_profiles);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof SolthriveError)) throw thrown;
      const { phase, known } = thrown.params;
      const stranger = channel.phases?.map(String).indexOf(String(phase)) ?? 0;
      const at = ['channels', position, 'phases', stranger];
      return [misfit(at, String(phase), String(known).split(', '))];
    }
  });
}

function misfit(at: Path, found: string, known: readonly string[]): Misfit {
  const suggestion = nearest(found, known);
  const expected = say('expected.one_of', { values: known.join(', ') });
  return { at, found, expected, ...(suggestion === undefined ? {} : { suggestion }) };
}
