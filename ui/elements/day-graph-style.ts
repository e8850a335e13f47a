/** The look of `<solthrive-day-graph>`; the drawing itself takes its colours from the same properties. */
import { css } from 'lit';

export const dayGraphStyle = css`
  :host {
    height: 100%;
    container: solthrive / inline-size;
  }
  .card {
    display: flex;
    flex-direction: column;
    min-height: 100%;
    padding: 18px 18px 12px;
  }
  .zone {
    color: var(--soft);
    font-size: 0.875rem;
  }
  .plot {
    position: absolute;
    inset: 0;
    border-radius: 10px;
  }
  :host([inner]) .head {
    display: grid;
  }
  :host([inner]) .card {
    padding: 0;
    border: 0;
    border-radius: 0;
    background: none;
    box-shadow: none;
  }
  @container solthrive (max-width: 520px) {
    .card {
      padding: 14px 12px 8px;
    }
  }
`;
