/**
 * Finds the energy that passed in a stretch while nobody looked: it stands in a minute that came
 * later, perhaps days later, and is shared among the minutes in which it passed.
 */
import { join } from 'node:path';
import type { MinuteRecord } from '../journal/minute.ts';
import { asMinute, dayOf, minuteFolder, type Stretch } from '../journal/minutes.ts';
import type { PastView } from '../rollup/correct/past-view.ts';
import { type Share, shareBlock } from '../rollup/sums/share.ts';
import { isoTime } from '../site/clock.ts';
import { stampOf } from './files.ts';
import { minuteDays, minuteText, readMinuteDay } from './minute-days.ts';

const MINUTE_MS = 60_000;
const QUARTER_MS = 900_000;
const MARK = '"recovered":{';
/** A meter that was away for longer leaves its energy to 15 minutes and more: days are many to search. */
const FOUND_LATER_MS = 31 * 86_400_000;
/** Days of which it is remembered which minutes have recovered energy; hardly any has. */
const REMEMBERED = 1_000;

export class RecoveredMinutes {
  readonly #records: string;
  readonly #known = new Map<string, { stamp: string; minutes: MinuteRecord[] }>();

  constructor(records: string) {
    this.#records = records;
  }

  /** What was recovered for each minute of a stretch, by the start of the minute, ms. */
  async shares(stretch: Stretch, view: PastView): Promise<Map<number, Share[]>> {
    const found = new Map<number, Share[]>();
    for (const day of this.#daysToLookAt(stretch)) {
      for (const minute of await this.#of(day)) {
        for (const share of sharesOf(minute, stretch, view)) {
          const others = found.get(share.startMs) ?? [];
          found.set(share.startMs, [...others, share]);
        }
      }
    }
    return found;
  }

  /** Each day is searched once, as long as its file stays as it is. */
  #daysToLookAt({ fromMs, toMs }: Stretch): string[] {
    const first = dayOf(isoTime(fromMs));
    const last = dayOf(isoTime(toMs + FOUND_LATER_MS));
    return minuteDays(this.#records).filter((day) => day >= first && day <= last);
  }

  async #of(day: string): Promise<MinuteRecord[]> {
    const file = join(minuteFolder(this.#records), `${day}.jsonl`);
    const stamp = stampOf(file, `${file}.gz`);
    const known = this.#known.get(day);
    if (known?.stamp === stamp) return known.minutes;
    const text = minuteText(this.#records, day);
    const maybe = text === null || text.includes(MARK);
    const all = maybe ? await readMinuteDay(this.#records, day) : [];
    const minutes = all.flatMap((minute) => (minute.recovered && asMinute(minute)) ?? []);
    this.#known.delete(day);
    this.#known.set(day, { stamp, minutes });
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return minutes;
  }
}

/** By minute; each share as seen under what holds for the quarter hour in which it passed. */
function sharesOf(minute: MinuteRecord, within: Stretch, view: PastView): Share[] {
  const seen = new Map<string, Share[]>();
  const shares = (under: string) => {
    const known = seen.get(under);
    if (known) return known;
    const made = split(under === minute.config ? minute : view.minute(minute, under), within);
    seen.set(under, made);
    return made;
  };
  return shares(minute.config).map((own, index) => {
    const quarterMs = Math.floor(own.startMs / QUARTER_MS) * QUARTER_MS;
    return shares(view.under(quarterMs, minute.config))[index] ?? own;
  });
}

function split({ recovered, recovered_s: seconds }: MinuteRecord, within: Stretch): Share[] {
  return recovered ? shareBlock(recovered, MINUTE_MS, { seconds, within }) : [];
}
