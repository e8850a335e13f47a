/**
 * A `meter.yaml` with one WattNode, `main`, on one line: mains on two of its CTs, solar on the third.
 * @param bus  the line in YAML, with the id `line`
 */
export function oneMeterOn(bus: string): string {
  return `
buses:
  - ${bus}
meters:
  - id: main
    profile: ccs-wattnode-wnc
    bus: line
    unit: 1
    channels:
      - { id: mains, role: grid, phases: [l1, l2] }
      - { id: pv, role: solar, phases: [l3] }
`;
}
