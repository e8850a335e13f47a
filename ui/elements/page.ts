/**
 * What the page as a whole is called, speaks and looks like from outside: its tab, its icon, the bar
 * a phone draws round it. node-red-dashboard writes its own into the same places whenever it
 * connects, so the head of our page says it again with every update.
 */

export const PRODUCT = 'SolThrive';

export interface PageDress {
  /** What the site is called, where that is known. */
  name: string | undefined;
  language: string;
  /** CSS colour of the page. */
  color: string;
}

/** A language the page had before we came is the host's, and stays. */
const ownLanguage = document.documentElement.lang === '';

/** Gives the page its name, language and colour. */
export function dressPage({ name, language, color }: PageDress): void {
  const title = name ? `${name} · ${PRODUCT}` : PRODUCT;
  if (document.title !== title) document.title = title;
  if (ownLanguage) document.documentElement.lang = language;
  tell('theme-color', color);
  tell('apple-mobile-web-app-title', name ?? PRODUCT);
  dropForeignIcons();
}

function tell(name: string, content: string): void {
  let meta = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`);
  if (!meta) {
    meta = document.createElement('meta');
    meta.name = name;
    document.head.append(meta);
  }
  if (meta.content !== content) meta.content = content;
}

/** Where our own icon is there, no other one and no other application's name stands beside it. */
function dropForeignIcons(): void {
  const icons = [...document.head.querySelectorAll<HTMLLinkElement>('link[rel*="icon"]')];
  const isOurs = ({ href }: HTMLLinkElement) => href.includes('/solthrive');
  if (!icons.some(isOurs)) return;
  for (const link of icons) if (!isOurs(link)) link.remove();
  document.head.querySelector('link[rel="manifest"]')?.remove();
}
