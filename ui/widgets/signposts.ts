/**
 * Decides how one page of the dashboard leads to another: which view stands on which page. Pages have
 * the names the editor gave them, and only those with a widget on them are there at all.
 */
import type { NodeAPI } from 'node-red';
import type { ViewState, WidgetView } from './views.ts';

/** The views that lead to each other, and what the address of the other is called. */
const LEADS: Partial<Record<WidgetView, { to: WidgetView; as: 'more' | 'back' }>> = {
  faults: { to: 'doctor', as: 'more' },
  doctor: { to: 'faults', as: 'back' },
};

export interface Place {
  view: WidgetView;
  /** Its name. */
  page: string;
}

export class Signposts {
  /** By node id. */
  readonly #places = new Map<string, Place>();

  /** Returns how to take the widget away again. */
  stand(id: string, place: Place): () => void {
    this.#places.set(id, place);
    return () => {
      if (this.#places.get(id) === place) this.#places.delete(id);
    };
  }

  /** The address a view leads to; none where that is not there, or on the same page. */
  from({ view, page }: Place): Pick<ViewState, 'more' | 'back'> {
    const lead = LEADS[view];
    if (!lead) return {};
    const pages = [...this.#places.values()]
      .filter((place) => place.view === lead.to)
      .map((place) => place.page);
    const [target] = pages;
    if (target === undefined || pages.includes(page)) return {};
    // the dashboard finds a page by its name, in an address below its own
    return { [lead.as]: `#!/${encodeURIComponent(target)}` };
  }
}

/** The name of the page that a group is on; empty where it is on none. */
export function pageOf(RED: NodeAPI, group: string): string {
  const configOf = (id: unknown) =>
    (RED.nodes.getNode(String(id)) as { config?: { tab?: unknown; name?: unknown } } | null)
      ?.config;
  const { name } = configOf(configOf(group)?.tab) ?? {};
  return typeof name === 'string' ? name : '';
}
