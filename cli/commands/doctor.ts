/** Shows what the CT doctor thinks and why; flips a reversed CT on the installer's word, and undoes that. */
import { type Explained, explain } from '../../nodes/health/doctor/explain.ts';
import { loadWords } from '../../nodes/site/words.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { flip, undo } from '../doctor-change.ts';
import { askDoctor } from '../doctor-report.ts';
import { formatMoment } from '../moments.ts';
import type { Colour } from '../output.ts';
import { siteOf } from '../records.ts';
import { refuseWord } from '../usage.ts';

const ACTIONS: Record<string, (context: CommandContext) => Promise<number>> = { flip, undo };

const COLOURS: Record<Explained['verdict'], Colour> = {
  confirmed: 'red',
  suspected: 'yellow',
  quiet: 'dim',
};

const words = loadWords(new URL('../../nodes/health/', import.meta.url).href, 'doctor');

export const command: Command = {
  options: {
    all: { type: 'boolean' },
    anyway: { type: 'boolean' },
    apply: { type: 'boolean' },
    'history-from': { type: 'string' },
    by: { type: 'string' },
    json: { type: 'boolean' },
  },
  run(context) {
    const { words: asked, out, say } = context;
    const [word] = asked;
    if (word === undefined) return show(context);
    const action = Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : undefined;
    if (action) return action(context);
    return refuseWord({ out, say, key: 'usage.action', word, known: Object.keys(ACTIONS) });
  },
};

async function show(context: CommandContext): Promise<number> {
  const { options, out, say } = context;
  const { report, live } = await askDoctor(context);
  const { ts, daylight, hypotheses } = explain(report, words);
  const loud = hypotheses.filter(({ verdict }) => verdict !== 'quiet');
  const isWell = loud.every(({ held_back }) => held_back !== undefined);
  if (options.json === true) {
    out.json({ ts, live, daylight: report.daylight, hypotheses });
    return isWell ? EXIT.well : EXIT.wrong;
  }
  const { timezone } = siteOf(context).config.site;
  const time = formatMoment(ts, timezone);
  if (live) out.line(daylight);
  else out.paragraph(out.paint('yellow', say('doctor.kept', { time })));
  out.line();
  const open = hypotheses.filter((each) => each.open);
  const shown = options.all === true ? hypotheses : [...loud, ...open];
  for (const each of shown) showOne(context, each);
  if (shown.every(({ verdict }) => verdict === 'quiet') && open.length > 0) {
    out.line(out.paint('yellow', say('doctor.open')));
  } else if (loud.length === 0) {
    out.line(out.paint('green', say('doctor.well')));
  }
  const quiet = hypotheses.length - shown.length;
  if (quiet > 0) out.line(say('doctor.quiet', { count: quiet }));
  return isWell ? EXIT.well : EXIT.wrong;
}

function showOne({ out, say }: CommandContext, each: Explained): void {
  const { id, source, phases, verdict, title, standing, held_back } = each;
  const where = phases === undefined ? source : `${source} (${phases.join(', ')})`;
  out.line(`${out.paint(COLOURS[verdict], `${title}:`)} ${out.paint('bold', where)}, ${standing}`);
  for (const text of each.for) out.paragraph(`+ ${text}`, 2, 2);
  for (const text of each.against) out.paragraph(`- ${text}`, 2, 2);
  if (held_back !== undefined) out.paragraph(held_back, 2);
  const isFlip = id === 'ct_reversed' && verdict === 'confirmed' && held_back === undefined;
  if (isFlip) out.paragraph(say('doctor.offer', { channel: source }), 2);
  out.line();
}
