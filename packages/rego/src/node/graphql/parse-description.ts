import type { DefinitionComments } from "./schema-tree.ts";
import type { CommentGroup } from "./syntax-tree.ts";
import { expectName, next, peek, type TokenStream } from "./token-stream.ts";

export interface Described {
  /** Empty when there is none. */
  readonly text: string;
  /** What stands before the text. */
  readonly comment: CommentGroup | undefined;
}

export function parseDescription(stream: TokenStream): Described {
  const { kind } = peek(stream);
  if (kind !== "string" && kind !== "block string") return { text: "", comment: undefined };
  const { comment } = stream;
  return { text: next(stream).value, comment };
}

/** The name of a member, and what stands before it. The comment before a description that is empty is not kept. */
export function parseDescribedName(
  stream: TokenStream,
): DefinitionComments & { Description: string; Name: string } {
  const { text, comment } = parseDescription(stream);
  peek(stream);
  const after = stream.comment;
  return {
    Description: text,
    Name: expectName(stream),
    BeforeDescriptionComment: text === "" ? undefined : comment,
    AfterDescriptionComment: after,
  };
}
