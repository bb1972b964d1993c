/**
 * A deliberate difference between a policy of ours and the recorded answers of the original. Each must still be one:
 * a line that no recorded case needs any more fails the test.
 */
export interface Difference {
  readonly reason: string;
  /** Ids of the recording; every one without it. */
  readonly settings?: readonly string[];
  /** Ids of the recording; every one without it. */
  readonly requests?: readonly string[];
  /** Our answer, where it is another one. */
  readonly answer?: { readonly allowed: boolean; readonly message?: string; readonly code?: number };
  /** Recorded patch operations that ours leaves out, as `op path`. */
  readonly withoutOperations?: RegExp;
  /** Our text, made from the recorded one. */
  readonly rewrite?: (text: string) => string;
  /** Ours asks the host something else than was recorded; each question gets the next recorded answer all the same. */
  readonly otherHostCalls?: boolean;
  /** The difference is about settings: what we say of them, `null` where we take them. */
  readonly settingsMessage?: string | null;
}
