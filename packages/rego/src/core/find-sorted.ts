/**
 * Finds an item of a sorted list.
 * @param order - of an item to what is looked for: negative for those before it
 */
export function findSorted<T>(sorted: readonly T[], order: (item: T) => number): T | undefined {
  let first = 0;
  let end = sorted.length;
  while (first < end) {
    const middle = (first + end) >> 1;
    const compared = order(sorted[middle]!);
    if (compared === 0) return sorted[middle];
    if (compared < 0) first = middle + 1;
    else end = middle;
  }
  return undefined;
}
