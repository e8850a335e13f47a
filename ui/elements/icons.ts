/** Our own line icons on a 24 by 24 grid; decoration only, words stand beside each. */
import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';

const SHAPES = {
  solar: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"/>`,
  home: svg`<path d="M3.5 11.2 12 4l8.5 7.2M5.8 9.5V19a1 1 0 0 0 1 1h10.4a1 1 0 0 0 1-1V9.5M10 20v-5.2h4V20"/>`,
  grid: svg`<path d="M12 2.5 7.5 21M12 2.5 16.5 21M5 8.5h14M5 8.5v2M19 8.5v2M10.2 9l5.2 7.5M13.8 9l-5.2 7.5"/>`,
  battery: svg`<rect x="3" y="7.5" width="16" height="9.5" rx="2.5"/><path d="M21.5 10.8v3M7 10.8v3M10.5 10.8v3"/>`,
  ev: svg`<path d="M4 16.5v-3.3a2 2 0 0 1 .9-1.7l1.3-.9 1.7-3.3A2 2 0 0 1 9.7 6.2h4.8a2 2 0 0 1 1.7 1l2.1 3.5 1.2.7a2 2 0 0 1 1 1.7v2.4a1 1 0 0 1-1 1h-1M6 16.5h-1a1 1 0 0 1-1-1M10 16.5h4M6.5 10.7h11.5"/><circle cx="8" cy="16.8" r="1.9"/><circle cx="16.2" cy="16.8" r="1.9"/>`,
  left: svg`<path d="M20 12H4.5M10.5 5.5 4 12l6.5 6.5"/>`,
  right: svg`<path d="M4 12h15.5M13.5 5.5 20 12l-6.5 6.5"/>`,
  down: svg`<path d="M12 4v15.5M5.5 13.5 12 20l6.5-6.5"/>`,
  back: svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`,
  on: svg`<path d="M9.5 5.5 16 12l-6.5 6.5"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  fault: svg`<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.3v.1"/>`,
  warning: svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1"/>`,
  info: svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.7v.1"/>`,
  waiting: svg`<circle cx="12" cy="12" r="9"/><path d="M12 7.5V12l3 2"/>`,
  simulated: svg`<path d="M9.5 3.5h5M10.5 3.5v5.8L5.3 18a1.7 1.7 0 0 0 1.5 2.5h10.4a1.7 1.7 0 0 0 1.5-2.5l-5.2-8.7V3.5M7.600 14.5h8.8"/>`,
  wiring: svg`<path d="M3 12h4.5M16.5 12H21"/><circle cx="12" cy="12" r="4.5"/><path d="m10.5 10.5 3 3M13.5 10.5l-3 3"/>`,
  meter: svg`<rect x="4" y="3.5" width="16" height="17" rx="2.5"/><path d="M8 8h8M8 16.5h.1M12 16.5h.1M16 16.5h.1M8 12h4"/>`,
  scaling: svg`<path d="M4 19.5V15M9.3 19.5v-8M14.600 19.5V8M20 19.5V4.5"/>`,
  other: svg`<rect x="4" y="5" width="16" height="11" rx="2"/><path d="M9 20h6M12 16v4"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof SHAPES;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${SHAPES[name]}</svg>`;
}

/** The product's mark: a sun over the arc of a gauge. */
export const mark = html`<svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
  <rect width="40" height="40" rx="11" fill="#f5a800" />
  <path d="M9 27a11 11 0 0 1 22 0" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" />
  <circle cx="20" cy="27" r="4.2" fill="#fff" />
  <path d="M20 6.5v4M8.2 11.600l2.600 2.8M31.8 11.600l-2.600 2.8" stroke="#fff" stroke-width="3" stroke-linecap="round" />
</svg>`;
