/** Lives one scenario and judges it. */
import { scenarioSchema, type Variant } from './format.ts';
import { live, type Told } from './pipeline.ts';
import { judge, type Verdict } from './verdict.ts';
import type { World } from './world.ts';

/** With noise, skew or a restart the verdict is the same, and this much later at most. */
const VARIANT_LATER_MS = 60_000;

export interface Outcome extends Verdict {
  name: string;
  variants: readonly Variant[];
  /** Everything that was told. */
  told: Told[];
  /** Why it could not be lived at all. */
  error: string | null;
  /** Of the home, ms. */
  lived: number;
  /** It took, ms. */
  tookMs: number;
}

/** @param source  the scenario as it is written */
export async function outcomeOf(
  source: Record<string, unknown>,
  variants: readonly Variant[],
  makeWorld?: (startMs: number) => World,
): Promise<Outcome> {
  const scenario = scenarioSchema.parse(source);
  const { name, duration } = scenario;
  const begun = performance.now();
  const rest = { name, variants, lived: duration };
  try {
    const life = await live(scenario, variants, makeWorld);
    const laterMs = variants.length === 0 ? 0 : VARIANT_LATER_MS;
    const verdict = judge(scenario, life, { laterMs });
    return { ...rest, ...verdict, told: life.told, error: null, tookMs: performance.now() - begun };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    return { ...rest, ok: false, expected: [], extra: [], told: [], error, tookMs: 0 };
  }
}
