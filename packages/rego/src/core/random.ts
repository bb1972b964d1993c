import type { BuiltinContext } from "./builtin.ts";

/** A number of 64 bits or less from 0 on and below a bound, each as likely as the others. */
export function randomBelow(bound: bigint, { fillRandom }: Pick<BuiltinContext, "fillRandom">): bigint {
  const [word, range] = [new BigUint64Array(1), 2n ** 64n];
  const limit = range - (range % bound);
  // More than half of all words are below the limit.
  do fillRandom(new Uint8Array(word.buffer));
  while (word[0]! >= limit);
  return word[0]! % bound;
}
