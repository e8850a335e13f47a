/** Keeps passwords and tokens out of what is shown or written down for others to read. */

/** Stands where a secret was. */
const HIDDEN = '***';

/** A key whose value is nobody's business, whatever it is. */
const SECRET_KEY =
  /pass(word|phrase)?$|secret|token|credential|api_?key|private_?key|authorization/i;

/** Hides what gives itself away by its form, and each of the secrets that are known by their text. */
export type Redact = (text: string) => string;

/** @param known  secrets by their text; what is shorter than four characters is taken for none */
export function redactor(known: readonly string[] = []): Redact {
  const secrets = known.filter((secret) => secret.length >= 4);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), byForm(text));
}

/** Who signs in by URL, also by one without its scheme, what follows `Bearer`, and `password=...`. */
function byForm(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"]*@/gi, `$1${HIDDEN}@`)
    .replace(/[^\s/:"'“”«»„@]+:[^\s/"'@]+@/g, `${HIDDEN}@`)
    .replace(/\b(bearer|basic) +[\w.~+/-]{8,}=*/gi, `$1 ${HIDDEN}`)
    .replace(
      /\b((?:pass(?:word|phrase)?|secret|token|api_?key)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
      `$1${HIDDEN}`,
    );
}

/** A copy of a JSON value in which nothing is secret: by the name of its key, or by its text. */
export function redacted(value: unknown, redact: Redact = redactor()): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEY.test(key) && isSaid(item) ? HIDDEN : redacted(item, redact),
    ]),
  );
}

function isSaid(item: unknown): boolean {
  return (typeof item === 'string' && item !== '') || typeof item === 'number';
}

/** The passwords of all URLs in a configuration, as they are written and as they are meant. */
export function passwordsIn(value: unknown): string[] {
  if (typeof value === 'string') return passwordOf(value);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(passwordsIn);
}

function passwordOf(text: string): string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#]*:(.*)@/i.exec(text)?.[1] ?? '';
  if (written === '') return [];
  try {
    return [...new Set([written, decodeURIComponent(written)])];
  } catch {
    return [written];
  }
}
