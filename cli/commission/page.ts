/** The report as a page to print: self-contained, light, for A4 and Letter. */
import type { Measured } from '../../nodes/health/commission/verdict.ts';
import { type Say, spokenLanguage } from '../../nodes/site/words.ts';
import { formatMoment } from '../moments.ts';
import { lastWords, type Report, type StepRecord } from './report.ts';

const STYLE = `
  @page { margin: 15mm; }
  * { box-sizing: border-box; }
  body { font: 10.5pt/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 180mm; margin: 8mm auto; padding: 0 4mm; }
  h1 { font-size: 18pt; margin: 0 0 2mm; } h2 { font-size: 12.5pt; margin: 8mm 0 2mm; }
  table { width: 100%; border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: 1.2mm 2mm 1.2mm 0; border-bottom: 1px solid #ddd; }
  th { font-weight: 600; color: #555; } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.8mm 5mm; margin: 0; } dt { color: #555; } dd { margin: 0; }
  section, tr { break-inside: avoid; } .result { font-weight: 600; white-space: nowrap; }
  .pass { color: #176b2c; } .fail { color: #a31212; } .open { color: #7a5200; } .skipped { color: #555; }
  .simulated { border: 1px solid #7a5200; padding: 2mm 3mm; color: #7a5200; }
  .signature { margin-top: 18mm; display: grid; grid-template-columns: 1fr 1fr; gap: 15mm; } .signature div { border-top: 1px solid #1a1a1a; padding-top: 1mm; color: #555; }
`;

export function reportPage(report: Report, say: Say): string {
  const language = spokenLanguage();
  const title = say('page.title', { site: report.site });
  const words = lastWords(report);
  const parts = [
    `<h1>${escaped(title)}</h1>`,
    report.simulated ? `<p class="simulated">${escaped(say('page.simulated'))}</p>` : '',
    factsOf(report, say),
    `<h2>${escaped(say('page.verdicts'))}</h2>`,
    table(
      [say('page.step'), say('page.result'), say('page.text')],
      words.map((step) => [escaped(titleOf(step, say)), resultOf(step, say), escaped(step.text)]),
    ),
    metersOf(report, say),
    `<h2>${escaped(say('page.measurements'))}</h2>`,
    ...report.steps.map((step) => stepOf(step, report, say)),
    `<div class="signature"><div>${escaped(say('page.place'))}</div><div>${escaped(say('page.signature'))}</div></div>`,
  ];
  return `<!doctype html>
<html lang="${escaped(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>
${parts.filter((part) => part !== '').join('\n')}
</body>
</html>
`;
}

/** Of a step, with the input it is about. */
export function titleOf({ step, inputs }: StepRecord, say: Say): string {
  return say(`step.${step}.title`, { input: inputs.join(', ') });
}

function factsOf(report: Report, say: Say): string {
  const { timezone, by, version, config, id, started_at: started, ended_at: ended } = report;
  const time = (moment: string | null) =>
    moment === null ? say('page.unfinished') : formatMoment(moment, timezone);
  const facts = [
    ['id', id],
    ['by', by],
    ['started', time(started)],
    ['ended', time(ended)],
    ['timezone', timezone],
    ['version', version],
    ['config', config],
  ];
  const rows = facts.map(
    ([key, value = '']) => `<dt>${escaped(say(`page.${key}`))}</dt><dd>${escaped(value)}</dd>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}

function metersOf({ meters }: Report, say: Say): string {
  const heads = ['meter', 'profile', 'line', 'serial', 'channels'].map((key) => say(`page.${key}`));
  const rows = meters.map(({ id, profile, bus, unit, serial, channels }) => [
    escaped(id),
    escaped(profile),
    escaped(unit === null ? bus : `${bus}, ${unit}`),
    escaped(serial ?? '–'),
    channels.map((channel) => escaped(channelOf(channel))).join('<br>'),
  ]);
  return `<section><h2>${escaped(say('page.meters'))}</h2>${table(heads, rows)}</section>`;
}

function channelOf({
  id,
  role,
  phases,
  ct,
  invert,
  multiplier,
}: Report['meters'][number]['channels'][number]): string {
  const parts = [
    role,
    phases.join('+'),
    ct ?? '',
    multiplier === 1 ? '' : `× ${multiplier}`,
    invert ? 'invert' : '',
  ];
  return `${id}: ${parts.filter((part) => part !== '').join(', ')}`;
}

function stepOf(step: StepRecord, { timezone }: Report, say: Say): string {
  const head = `<h3>${escaped(titleOf(step, say))}: ${resultOf(step, say)}</h3>`;
  const time = `${formatMoment(step.started_at, timezone)} – ${formatMoment(step.ended_at, timezone)}, ${step.by}`;
  const heads = ['where', 'what', 'before', 'value'].map((key) => say(`page.${key}`));
  const rows = step.measured.map((one) => [
    escaped(one.where),
    escaped(say(`measured.${one.what}`)),
    numberOf(one.before, one.unit),
    numberOf(one.value, one.unit),
  ]);
  const numbers = rows.length === 0 ? '' : table(heads, rows, 2);
  return `<section>${head}<p>${escaped(time)}<br>${escaped(step.text)}</p>${numbers}</section>`;
}

function resultOf({ result }: StepRecord, say: Say): string {
  return `<span class="result ${result}">${escaped(say(`result.${result}`))}</span>`;
}

function numberOf(value: number | null | undefined, unit: Measured['unit']): string {
  if (value === undefined) return '';
  return value === null
    ? '–'
    : escaped(
        `${value.toLocaleString(spokenLanguage(), { maximumFractionDigits: 3 })} ${unit}`.trim(),
      );
}

/** `numbersFrom`: the columns from which on there are numbers. Cells are HTML already. */
function table(heads: string[], rows: string[][], numbersFrom = heads.length): string {
  const cell = (text: string, column: number) =>
    column < numbersFrom ? `<td>${text}</td>` : `<td class="number">${text}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead><tbody>${body}</tbody></table>`;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}
