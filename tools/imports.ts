import { parseSync, Visitor } from "rolldown/utils";

/**
 * Every module a TypeScript file names: static and dynamic imports, re-exports, and `import("x")` in types.
 * @param path - decides the dialect by its extension
 * @throws {Error} when the text is not TypeScript
 */
export function importsOf(path: string, text: string): string[] {
  const parsed = parseSync(path, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const { staticImports, staticExports } = parsed.module;
  const found = new Set<string>();
  for (const { moduleRequest } of staticImports) found.add(moduleRequest.value);
  for (const { entries } of staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest !== null) found.add(moduleRequest.value);
  }
  // Reading the whole syntax tree is slow; a file without this text has no other import.
  if (/\bimport\s*\(/.test(text)) for (const name of nestedImports(parsed.program)) found.add(name);
  return [...found];
}

function nestedImports(program: Parameters<Visitor["visit"]>[0]): string[] {
  const found: string[] = [];
  new Visitor({
    ImportExpression({ source }) {
      if (source.type === "Literal" && typeof source.value === "string") found.push(source.value);
    },
    TSImportType({ source }) {
      found.push(source.value);
    },
  }).visit(program);
  return found;
}
