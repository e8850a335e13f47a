/** How far a bill has come: what the price of the next day depends on. Carried from day to day. */
export interface BillState {
  /** Local date on which the billing month began. */
  since: string;
}
