import type { LoadAnswer } from "./load-generator.ts";

/** One state that a policy was given. */
interface Given {
  /** Part of every answer of it; `undefined` for a state in which there is no such policy. */
  readonly mark: string | undefined;
  /** When it could be in place at the earliest, and since when it must be. */
  readonly fromMs: number;
  sinceMs: number;
}

/** What a policy was told to be at which time, and so how it may have answered. */
export class PolicyHistory {
  readonly #given: Given[] = [];

  /** Notes what is written now; `applied` of the result notes that it is in place. */
  write(mark: string | undefined, nowMs: number): { applied(atMs: number): void } {
    const given: Given = { mark, fromMs: nowMs, sinceMs: Number.POSITIVE_INFINITY };
    this.#given.push(given);
    return {
      applied(atMs) {
        given.sinceMs = atMs;
      },
    };
  }

  /** What is wrong with an answer. */
  problemOf({ sentMs, tookMs, status, text }: LoadAnswer): string | undefined {
    const allowed = this.#allowedAt(sentMs, sentMs + tookMs);
    const isAllowed = allowed.some((mark) =>
      mark === undefined ? status === 404 : status === 200 && text.includes(mark),
    );
    if (isAllowed) return undefined;
    const wanted = allowed.map((mark) => mark ?? "404").join(" or ");
    return `${new Date(sentMs).toISOString()}: wanted ${wanted}, got ${status} ${text.slice(0, 300)}`;
  }

  /** Everything that was in place at some moment of a request. */
  #allowedAt(sentMs: number, endMs: number): (string | undefined)[] {
    const lastInPlace = this.#given.findLastIndex(({ sinceMs }) => sinceMs <= sentMs);
    return this.#given
      .filter(({ fromMs }, index) => index >= lastInPlace && fromMs <= endMs)
      .map(({ mark }) => mark);
  }
}
