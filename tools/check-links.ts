import { posix } from "node:path";

const LINK = /\]\((?<target>[^)\s#]*)(?:#[^)\s]*)?\)/g;
const CODE = /^```.*?^```$|`[^`\n]*`/gms;

/**
 * Finds relative links of Markdown files that lead nowhere.
 * @returns one line for each, naming both ends
 */
export function checkLinks(files: ReadonlyMap<string, string>): string[] {
  const paths = [...files.keys()];
  const exists = (path: string) => files.has(path) || paths.some((file) => file.startsWith(`${path}/`));
  return [...files]
    .filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) => linksOf(text).map((target) => ({ path, target })))
    .filter(({ path, target }) => !exists(posix.join(posix.dirname(path), target).replace(/\/$/, "")))
    .map(({ path, target }) => `${path}: links to ${target}, which does not exist`);
}

function linksOf(text: string): string[] {
  const targets = [...text.replaceAll(CODE, "").matchAll(LINK)].map(({ groups }) => groups?.["target"] ?? "");
  return targets.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}
