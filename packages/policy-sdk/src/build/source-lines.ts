import { SourceMap } from "node:module";
import type { SourceLines } from "../guest/source-lines.ts";

/**
 * Where the lines of a bundle come from.
 * @param code - the bundle, not minified
 * @param map - its source map, as JSON
 */
export function sourceLinesOf(code: string, map: string): SourceLines {
  const sourceMap = new SourceMap(JSON.parse(map));
  const files: string[] = [];
  const lines = code.split("\n").map((text, index): [number, number] | null => {
    const entry = sourceMap.findEntry(index, text.search(/\S|$/));
    if (!("originalSource" in entry) || entry.generatedLine !== index) return null;
    if (!files.includes(entry.originalSource)) files.push(entry.originalSource);
    return [files.indexOf(entry.originalSource), entry.originalLine + 1];
  });
  return { files, lines };
}
