import { type Command, reference } from "@kubewarden-ts/cli";
import { GENERATED_NOTICE, type ReferenceDocument } from "./document.ts";

/** Everything a program understands on its command line, from its command table; hidden flags at the end. */
export function commandsDocument(program: Command): ReferenceDocument {
  const hidden = hiddenFlags(program, program.name ?? "program");
  const section = hidden.length === 0 ? "" : `\n## Flags that help does not show\n\n${hidden.join("\n")}\n`;
  const text = `${GENERATED_NOTICE}\n\n${reference(program, "markdown")}${section}`;
  return { path: `docs/reference/${program.name}.md`, text };
}

function hiddenFlags(command: Command, title: string): string[] {
  const own = Object.entries(command.flags)
    .filter(([, { hidden }]) => hidden)
    .map(([name, { description, env }]) => {
      const variable = env === undefined ? "" : `; environment variable: \`${env}\``;
      return `* \`${title} --${name}\` — ${description}${variable}`;
    });
  const below = Object.entries(command.subcommands).map(([name, child]) =>
    hiddenFlags(child, `${title} ${name}`),
  );
  return [...own, ...below.flat()];
}
