import { isTestFile } from "./layers.ts";

// What no committed file may contain. The patterns are written so that this file does not match itself.

const UNFINISHED = new RegExp(
  `\\b(?:${["TO", "DO"].join("")}|${["FIX", "ME"].join("")}|${["XX", "X"].join("")})\\b`,
);

/** Hosts of package registries: whoever builds this chooses them, in the settings of npm, Go and the system. */
const PACKAGE_REGISTRY =
  /\b(?:registry\.(?:npmjs|yarnpkg)|(?:proxy|sum)\.golang|deb\.debian|archive\.ubuntu|(?:static|index)\.crates|files\.pythonhosted)\.\w+/;

/** `kubewarden` is the user of the container images: that folder is part of what Deployments say. */
const HOME_FOLDER = /(?<![\w.$}-])\/(?:home|Users)\/(?!kubewarden\/)[A-Za-z][\w-]*\//;

/** Texts that others wrote. */
const NOT_OURS = new Set(["LICENSE"]);

/**
 * Finds unfinished work, hosts of package registries and paths of one machine.
 * @param machineFolders - folders of this machine, such as the checkout's parent, each with a `/` at its end
 * @returns one line for each, with file and line number
 */
export function checkTexts(files: ReadonlyMap<string, string>, machineFolders: readonly string[]): string[] {
  const ours = [...files].filter(([path]) => !NOT_OURS.has(path));
  return ours.flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const found = problemOf(line, machineFolders, isTestFile(path));
      return found === undefined ? [] : [`${path}:${index + 1}: ${found}`];
    }),
  );
}

function problemOf(line: string, machineFolders: readonly string[], inTest: boolean): string | undefined {
  const unfinished = UNFINISHED.exec(line);
  if (unfinished !== null) return `unfinished: ${unfinished[0]}`;
  const host = PACKAGE_REGISTRY.exec(line);
  if (host !== null) return `names the package registry ${host[0]}`;
  // tests make up homes
  const home =
    (inTest ? undefined : HOME_FOLDER.exec(line)?.[0]) ??
    machineFolders.find((folder) => line.includes(folder));
  return home === undefined ? undefined : `names a folder of one machine, ${home}`;
}
