import { Composer, type Document, Lexer, type LineCounter, Parser } from "yaml";
import { ManifestNodeError, maxDepth, tooDeep } from "./manifest-node.ts";

/** A document, its items, and what is being read: more than there are levels. */
const besidesLevels = 8;

/**
 * Parses a stream of YAML documents without giving scalars a meaning: they stay as they are written. Messages have no
 * excerpts. As `parseAllDocuments`, which cannot be stopped: a few megabytes of brackets would take a minute.
 * @throws {ManifestNodeError} for nesting without measure
 */
export function composeDocuments(text: string, lines: LineCounter): Document.Parsed[] {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents: Document.Parsed[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > maxDepth + besidesLevels) throw new ManifestNodeError(tooDeep, parser.offset);
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return documents;
}
