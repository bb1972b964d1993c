/** What is filled into the template. */
export interface ProjectFacts {
  /** of policy and npm package */
  readonly name: string;
  /** dependency on the SDK, as in `package.json` */
  readonly sdk: string;
  readonly kwctl: string;
}

/** Whether npm and Kubernetes both take a name. */
export function isPolicyName(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name);
}

/**
 * Fills in a template.
 * @param template - path to text; see the README for the names
 * @returns path in the new project, to text
 * @throws {Error} for a place without a fact
 */
export function renderProject(
  template: ReadonlyMap<string, string>,
  { name, sdk, kwctl }: ProjectFacts,
): Map<string, string> {
  const facts = new Map(Object.entries({ name, sdk, kwctl }));
  const fill = (text: string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (place, key: string) => {
      const fact = facts.get(key);
      if (fact === undefined) throw new Error(`the template has a place ${place} that nothing fills`);
      return fact;
    });
  return new Map([...template].map(([path, text]) => [projectPath(path), fill(text)]));
}

function projectPath(path: string): string {
  return path.replace(/\.tmpl$/, "").replaceAll(/(^|\/)_/g, "$1.");
}
