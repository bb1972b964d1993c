/** A pattern with wildcards. Matching never takes longer than comparing the text with each piece between stars. */
export interface Glob {
  /** Whether the pattern stands for the whole text. */
  matches(text: string): boolean;
}

/**
 * Reads a pattern: `*` stands for any text, the empty one too, `?` for one character, everything else for itself. Every
 * text is a pattern.
 * @example glob("ghcr.io/acme/*").matches("ghcr.io/acme/app:v1") // true
 */
export function glob(pattern: string): Glob {
  // Each piece between stars is looked for once, from left to right: the first place it fits is as good as any later.
  const [first = [], ...rest] = pattern.split(/\*+/).map((piece) => [...piece]);
  const last = rest.pop();
  return {
    matches(text) {
      const characters = [...text];
      if (!fits(first, characters, 0)) return false;
      if (last === undefined) return characters.length === first.length;
      let at = first.length;
      const end = characters.length - last.length;
      for (const piece of rest) {
        at = placeOf(piece, characters, at, end);
        if (at < 0) return false;
        at += piece.length;
      }
      return at <= end && fits(last, characters, end);
    },
  };
}

/** Whether any of the patterns stands for the text. */
export function matchesAny(patterns: readonly Glob[], text: string): boolean {
  return patterns.some((pattern) => pattern.matches(text));
}

function placeOf(piece: readonly string[], text: readonly string[], from: number, end: number): number {
  for (let at = from; at + piece.length <= end; at++) if (fits(piece, text, at)) return at;
  return -1;
}

function fits(piece: readonly string[], text: readonly string[], at: number): boolean {
  if (at + piece.length > text.length) return false;
  return piece.every((character, index) => character === "?" || character === text[at + index]);
}
