/** The word someone probably meant. */

/**
 * The candidate with the fewest slips (a wrong, missing, extra or swapped letter) from `word`;
 * undefined where none is near enough to be worth a guess.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = plainWord(word);
  let best: { candidate: string; slips: number } | undefined;
  for (const candidate of candidates) {
    const meant = plainWord(candidate);
    const slips = countSlips(typed, meant);
    const longest = Math.max(typed.length, meant.length);
    const bearable = longest < 2 ? 0 : Math.max(1, Math.floor(longest / 3));
    if (slips <= bearable && slips < (best?.slips ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, slips };
    }
  }
  return best?.candidate;
}

/** `stopBits`, `stop-bits` and `stop_bits` are one word. */
function plainWord(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** Optimal string alignment distance. */
function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) slips = Math.min(slips, at(beforeLast, j - 2) + 1);
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
