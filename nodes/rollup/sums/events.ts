/** What counters did that was not counting, told once for each channel and kind. */
import type { MinuteEvent } from '../../journal/minute.ts';
import type { RecordedEvent } from '../records.ts';

/** Events being added: the same, whatever the order in which they come. */
export class EventSum {
  #found = new Map<string, RecordedEvent>();

  /** @param ts  start of the minute they were seen in */
  addMinute(ts: string, events: readonly MinuteEvent[] = []): void {
    for (const { channel, event } of events) this.#add({ channel, event, ts, minutes: 1 });
  }

  add(events: readonly RecordedEvent[] = []): void {
    for (const event of events) this.#add(event);
  }

  #add({ channel, event, ts, minutes }: RecordedEvent): void {
    const key = `${channel} ${event}`;
    const known = this.#found.get(key);
    const first = known && known.ts < ts ? known.ts : ts;
    this.#found.set(key, { channel, event, ts: first, minutes: (known?.minutes ?? 0) + minutes });
  }

  /** As they are written: left out where there are none. */
  told(): { events?: RecordedEvent[] } {
    if (this.#found.size === 0) return {};
    const entries = [...this.#found].sort(([a], [b]) => (a < b ? -1 : 1));
    return { events: entries.map(([, event]) => event) };
  }
}
