/** What a page knows of the site it shows, where the host tells. */
export interface PageSite {
  name: string;
  /** BCP 47; for readers whose browser asks for no language we have. */
  language: string;
  /** IANA name; every time on the page is the home's own. */
  timezone: string;
}
