/** What some seconds of a running site prove of its volts, its currents and its signs. */
import type { LiveSecond } from '../nodes/health/commission/live.ts';
import { judgeSolarOff } from '../nodes/health/commission/solar-proof.ts';
import { judgePlausible, judgeSupply } from '../nodes/health/commission/soundness.ts';
import type { Site } from '../nodes/site/config.ts';
import { type ToldCheck, told, toldVerdict } from './check-told.ts';
import type { ShownFault } from './faults.ts';

export interface Seen {
  site: Site;
  seconds: LiveSecond[];
  daylight: string;
  faults: Pick<ShownFault, 'id' | 'source' | 'state'>[];
}

/** Of solar by day, W. */
const NEGATIVE_W = -100;

export function supply({ seconds, site }: Seen): ToldCheck {
  if (isSilent(seconds)) return told('supply', 'not_applicable', 'silent');
  return toldVerdict('supply', judgeSupply(seconds, site.config));
}

export function plausible({ seconds, site }: Seen): ToldCheck {
  if (isSilent(seconds)) return told('plausible', 'not_applicable', 'silent');
  return toldVerdict('plausible', judgePlausible(seconds, site.config));
}

/** What is to be seen of the signs at this time of day, and what the doctor has seen before. */
export function signs({ seconds, daylight, faults }: Seen): ToldCheck {
  const turned = faults.filter(({ id }) => id === 'ct_reversed');
  if (turned.length > 0) {
    const isSure = turned.some(({ state }) => state === 'confirmed');
    const what = turned.map(({ source }) => source).join(', ');
    return told('signs', isSure ? 'fail' : 'warn', isSure ? 'confirmed' : 'suspected', { what });
  }
  if (isSilent(seconds)) return told('signs', 'not_applicable', 'silent');
  if (daylight === 'night') {
    const idle = seconds.every(({ batteryW }) => batteryW !== null && Math.abs(batteryW) < 100);
    return idle
      ? toldVerdict('signs', judgeSolarOff(seconds))
      : told('signs', 'not_applicable', 'battery');
  }
  if (daylight !== 'day') return told('signs', 'not_applicable', 'twilight');
  const wrong = seconds
    .at(-1)
    ?.channels.find(
      ({ role, powerW }) =>
        (role === 'solar' || role === 'load' || role === 'ev') &&
        powerW !== null &&
        powerW < NEGATIVE_W,
    );
  if (!wrong) return told('signs', 'pass');
  return told('signs', 'fail', 'fail', { what: `${wrong.id}: ${Math.round(wrong.powerW ?? 0)} W` });
}

/** Then what is missing says nothing of volts, currents or signs. */
function isSilent(seconds: readonly LiveSecond[]): boolean {
  return !seconds.some(({ meters }) => Object.values(meters).some(({ answers }) => answers));
}
