import type { Workspace } from "./source-tree.ts";

const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/**
 * Finds dependencies whose version is not exact, or differs between two `package.json`: what is tested is what runs.
 * @returns one line for each
 */
export function checkDependencies(workspaces: readonly Workspace[]): string[] {
  const uses = workspaces.flatMap(({ folder, dependencies }) =>
    Object.entries(dependencies).map(([name, range]) => ({ manifest: manifestOf(folder), name, range })),
  );
  const inexact = uses.filter(({ range }) => !EXACT_VERSION.test(range));
  return [
    ...inexact.map(
      ({ manifest, name, range }) => `${manifest}: ${name} is "${range}", not one exact version`,
    ),
    ...[...Map.groupBy(uses, ({ name }) => name)].flatMap(([name, group]) => {
      const [first, ...others] = group;
      return others
        .filter(({ range }) => range !== first?.range)
        .map(
          ({ manifest, range }) =>
            `${manifest}: ${name} is ${range}, but ${first?.range} in ${first?.manifest}`,
        );
    }),
  ];
}

function manifestOf(folder: string): string {
  return folder === "" ? "package.json" : `${folder}/package.json`;
}
