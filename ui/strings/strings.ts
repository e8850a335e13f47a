/**
 * The page's words. A language is a file beside this one, the files of the health room that the page
 * says faults with, and its line in `LANGUAGES`; where a translation lacks a text, English speaks.
 */

import deDoctor from '../../nodes/health/locales/de/doctor.json' with { type: 'json' };
import deFaults from '../../nodes/health/locales/de/faults.json' with { type: 'json' };
import enDoctor from '../../nodes/health/locales/en-US/doctor.json' with { type: 'json' };
import enFaults from '../../nodes/health/locales/en-US/faults.json' with { type: 'json' };
import esDoctor from '../../nodes/health/locales/es/doctor.json' with { type: 'json' };
import esFaults from '../../nodes/health/locales/es/faults.json' with { type: 'json' };
import frDoctor from '../../nodes/health/locales/fr/doctor.json' with { type: 'json' };
import frFaults from '../../nodes/health/locales/fr/faults.json' with { type: 'json' };
import { type Catalogue, type Say, sayFrom } from '../../nodes/site/text.ts';
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };
import fr from './fr.json' with { type: 'json' };

/** The page's own words, and those that the server and the command line say, too. */
export interface PageWords {
  page: Catalogue;
  faults: Catalogue;
  doctor: Catalogue;
}

const ENGLISH: PageWords = { page: en, faults: enFaults, doctor: enDoctor };

export const LANGUAGES: Record<string, PageWords> = {
  en: ENGLISH,
  de: { page: de, faults: deFaults, doctor: deDoctor },
  es: { page: es, faults: esFaults, doctor: esDoctor },
  fr: { page: fr, faults: frFaults, doctor: frDoctor },
};

export interface Tongue {
  /** A shipped language. */
  language: string;
  /** BCP 47, for numbers and dates that go with its words. */
  locale: string;
}

/**
 * The shipped language nearest to what a browser asks for: `de-AT` finds `de` and keeps its own
 * numbers and dates; else English.
 */
export function nearestTongue(wanted: readonly string[], shipped = Object.keys(LANGUAGES)): Tongue {
  for (const tag of wanted) {
    const found = [tag, tag.split('-')[0] ?? tag].find((name) => shipped.includes(name));
    if (found) return { language: found, locale: isLocale(tag) ? tag : found };
  }
  return { language: 'en', locale: 'en' };
}

/** Says texts in one shipped language. */
export function speak(language: string, area: keyof PageWords = 'page'): Say {
  const texts = LANGUAGES[language]?.[area] ?? {};
  return sayFrom([
    { language, texts },
    { language: 'en', texts: ENGLISH[area] },
  ]);
}

/** A host may set any `lang`; where Intl refuses it, it would refuse every number. */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
