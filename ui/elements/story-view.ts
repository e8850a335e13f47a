/** Decides the one sentence above the gauges, and the bar that shows where the home's power comes from. */
import type { Flows, Snapshot } from '../../nodes/balance/snapshot.ts';
import { addsUp } from './adds-up.ts';
import { percentText, powerText, type Reader } from './format.ts';

export interface StoryView {
  sentence: string;
  /** Shares of what the home uses, adding up to 1; empty where that is unknown or next to nothing. */
  shares: Share[];
}

export interface Share {
  id: 'sun' | 'battery' | 'grid';
  fraction: number;
  label: string;
  text: string;
}

/** Less than this is nothing worth a sentence, W. */
const NOTHING_W = 15;
/** From here on a share is "everything": what is left is within the meters' own error. */
const ALL = 0.99;

/** Shares follow the flow split of the snapshot: solar first, then battery, then grid. */
export function viewStory(snapshot: Snapshot | null, reader: Reader): StoryView {
  const { say } = reader;
  if (!snapshot) return { sentence: say('story.waiting'), shares: [] };
  const { flows } = snapshot;
  if (!addsUp(snapshot)) return { sentence: say('story.inconsistent'), shares: [] };
  if (!flows) return { sentence: say('story.unknown'), shares: [] };
  const [sun, battery, grid] = [flows.solar_home_w, flows.battery_home_w ?? 0, flows.grid_home_w];
  const home = sun + battery + grid;
  if (home < NOTHING_W) return { sentence: say('story.idle'), shares: [] };
  const own = (sun + battery) / home;
  return {
    sentence: say(`story.${sentenceOf(flows, own)}`, {
      share: percentText(own, reader),
      import: powerText(grid, reader),
      export: powerText(exported(flows), reader),
    }),
    shares: sharesOf({ sun, battery, grid }, reader),
  };
}

function sentenceOf(flows: Flows, own: number): string {
  const sun = flows.solar_home_w >= NOTHING_W;
  const battery = (flows.battery_home_w ?? 0) >= NOTHING_W;
  if (!sun && !battery) return 'grid_all';
  const who = sun && battery ? 'sun_battery' : sun ? 'sun' : 'battery';
  if (own < ALL) return `${who}_part`;
  if (who !== 'sun') return `${who}_all`;
  if (exported(flows) >= NOTHING_W) return 'sun_all_export';
  return (flows.solar_battery_w ?? 0) >= NOTHING_W ? 'sun_all_store' : 'sun_all';
}

/** All that goes to the grid, wherever it comes from: the grid's gauge shows the same. */
function exported({ solar_grid_w, battery_grid_w = 0 }: Flows): number {
  return solar_grid_w + battery_grid_w;
}

function sharesOf(powers: Record<Share['id'], number>, reader: Reader): Share[] {
  const home = powers.sun + powers.battery + powers.grid;
  return (['sun', 'battery', 'grid'] as const).flatMap((id) => {
    const fraction = powers[id] / home;
    if (fraction < 0.005) return [];
    const label = reader.say(`story.${id}`);
    return [{ id, fraction, label, text: `${label} ${percentText(fraction, reader)}` }];
  });
}
