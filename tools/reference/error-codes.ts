import { parseSync, Visitor } from "rolldown/utils";
import { markdownTable, type ReferenceDocument, referenceDocument } from "./document.ts";

/** The codes of one error class, as its package declares them. */
interface ErrorCodes {
  /** name of the union type, such as `WasmErrorCode` */
  type: string;
  /** where it is declared */
  path: string;
  codes: { code: string; meaning: string }[];
}

/**
 * Collects the union types named `…ErrorCode`; the comment behind each member is its meaning.
 * @throws {Error} when a code has no comment: the reference would say nothing
 */
export function errorCodesDocument(files: ReadonlyMap<string, string>): ReferenceDocument {
  const unions = [...files]
    .filter(([path]) => isSource(path))
    .flatMap(([path, text]) => unionsOf(path, text));
  const sections = unions.map(({ type, path, codes }) => {
    const rows = codes.map(({ code, meaning }) => [`\`${code}\``, meaning]);
    return `## \`${type.slice(0, -"Code".length)}\`\n\nDeclared in \`${path}\`.\n\n${markdownTable(["Code", "Meaning"], rows)}`;
  });
  const intro = "Every error of ours carries a `code` for whoever acts on it; the message is for people.";
  return referenceDocument("error-codes", "Error codes", [intro, ...sections].join("\n\n"));
}

function isSource(path: string): boolean {
  return /^(?:packages|apps)\/[^/]+\/src\//.test(path) && path.endsWith(".ts") && !path.endsWith(".test.ts");
}

function unionsOf(path: string, text: string): ErrorCodes[] {
  if (!text.includes("ErrorCode =")) return [];
  const { program, comments } = parseSync(path, text);
  const found: ErrorCodes[] = [];
  const meaningAfter = (end: number) => {
    const rest = text.indexOf("\n", end) < 0 ? text.length : text.indexOf("\n", end);
    return comments.find(({ start }) => start >= end && start < rest)?.value.trim();
  };
  new Visitor({
    TSTypeAliasDeclaration({ id, typeAnnotation }) {
      if (!id.name.endsWith("ErrorCode")) return;
      const members = typeAnnotation.type === "TSUnionType" ? typeAnnotation.types : [typeAnnotation];
      const codes = members.map(({ start, end }) => {
        const code = text.slice(start, end).replaceAll('"', "");
        const meaning = meaningAfter(end);
        if (meaning === undefined) throw new Error(`${path}: ${code} has no comment that says what it means`);
        return { code, meaning };
      });
      found.push({ type: id.name, path, codes });
    },
  }).visit(program);
  return found;
}
