/** The thread that keeps the records above the minute: the only one that writes them. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { newestRecordMs } from '../journal/newest.ts';
import { systemClock } from '../site/clock.ts';
import { ClockTrust, systemTime } from '../site/clock-trust.ts';
import { speakLanguage } from '../site/words.ts';
import { type FromWorker, failureOf, type RollupSite, type ToWorker } from './desk.ts';
import { JOBS } from './jobs.ts';
import { Rollup } from './live.ts';

if (parentPort === null) throw new Error('this is a worker thread');
serve(parentPort, workerData as RollupSite);

function serve(port: MessagePort, { records, data, run, config }: RollupSite): void {
  speakLanguage(config.site.language);
  const clock = systemClock;
  // As the journal does: a clock that says less than its newest record is wrong for both.
  const trusting = newestRecordMs(records).then((ms) => new ClockTrust(clock, systemTime(run), ms));
  const say = (message: FromWorker) => port.postMessage(message);
  const rollup = new Rollup({
    site: { records, data, config },
    clock,
    trusted: async () => (await trusting).look(),
    onNews: (news) => say({ is: 'news', news }),
    onState: (state) => say({ is: 'storage', state }),
  });

  const runJob = async (id: number, name: string, params: unknown): Promise<void> => {
    const job = JOBS[name];
    if (!job) throw new Error(`no job ${name}`);
    const progress = (done: number, of: number) => say({ is: 'progress', id, done, of });
    const { trusted } = await trusting;
    const context = { records, data, config, clock, trusted, progress };
    say({ is: 'result', id, value: await rollup.alone(() => job(context, params)) });
  };

  port.on('message', (message: ToWorker) => {
    switch (message.do) {
      case 'take':
        void rollup.take(message.minutes);
        break;
      case 'run': {
        const { id, job, params } = message;
        runJob(id, job, params).catch((thrown) => {
          say({ is: 'failure', id, failure: failureOf(thrown) });
        });
        break;
      }
      case 'close':
        // Without its port nothing keeps the thread.
        void rollup.close().then(() => port.close());
        break;
    }
  });
  void rollup.start();
}
