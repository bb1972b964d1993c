import type { Verdict } from "../verdict.ts";

/** How far a run is. */
export interface ScanProgress {
  /** objects that were listed and have policies */
  readonly found: number;
  /** objects whose findings were handed on */
  readonly done: number;
}

/** What a run came to. */
export interface ScanTotals extends ScanProgress {
  readonly pass: number;
  readonly fail: number;
  readonly error: number;
  /** results among them that a former run had found */
  readonly reused: number;
  /** lists that failed */
  readonly unlisted: number;
  /** reports that could not be written */
  readonly unstored: number;
}

/** Counts what a run comes to. */
export interface ScanTally {
  readonly totals: ScanTotals;
  found(): void;
  done(verdicts: readonly Verdict[]): void;
  reused(results: number): void;
  unlisted(): void;
  unstored(): void;
}

/** @param onProgress - told after every object */
export function createScanTally(onProgress: ((progress: ScanProgress) => void) | undefined): ScanTally {
  const totals = { found: 0, done: 0, pass: 0, fail: 0, error: 0, reused: 0, unlisted: 0, unstored: 0 };
  const tell = (): void => onProgress?.({ found: totals.found, done: totals.done });
  return {
    totals,
    found() {
      totals.found++;
      tell();
    },
    done(verdicts) {
      totals.done++;
      for (const { result } of verdicts) totals[result]++;
      tell();
    },
    reused(results) {
      totals.reused += results;
    },
    unlisted() {
      totals.unlisted++;
    },
    unstored() {
      totals.unstored++;
    },
  };
}
