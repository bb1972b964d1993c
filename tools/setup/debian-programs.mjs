import { provideDebianProgram } from "./debian-program.mjs";

const COMPLETES = "tests complete command lines in a real shell";

/** @type {Readonly<Record<string, import("./debian-program.mjs").DebianProgram>>} */
const PROGRAMS = {
  registry: {
    program: "docker-registry",
    project: "CNCF Distribution's registry",
    why: "tests push to and pull from a real registry",
  },
  prometheus: {
    program: "prometheus",
    project: "the server of Prometheus",
    why: "tests let a real server scrape and query metrics",
  },
  elvish: { program: "elvish", project: "the shell of Elvish", why: COMPLETES },
  fish: {
    program: "fish",
    project: "the shell of fish",
    why: COMPLETES,
    packages: ["fish", "fish-common", "libpcre2-32-0"],
    launcher: {
      // Where etc and share lie beside bin, fish takes its functions from there.
      fish: `#!/bin/sh
tree=$(dirname "$0")/tree
[ -e "$tree/usr/etc" ] || ln -s ../etc "$tree/usr/etc"
for folder in "$tree"/usr/lib/*; do
  LD_LIBRARY_PATH=$folder\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$tree/usr/bin/fish" "$@"
`,
    },
  },
  zsh: {
    program: "zsh",
    project: "the shell of zsh",
    why: COMPLETES,
    packages: ["zsh", "zsh-common"],
    launcher: {
      // The path of modules is not taken from the environment: a file of start-up sets it, and is the only one.
      zsh: `#!/bin/sh
folder=$(dirname "$0")
for program in "$folder"/tree/bin/zsh "$folder"/tree/usr/bin/zsh; do
  [ ! -e "$program" ] || ZDOTDIR=$folder/startup exec "$program" -d "$@"
done
exit 127
`,
      "startup/.zshenv": `tree=\${ZDOTDIR:h}/tree
module_path=($tree/usr/lib/*/zsh/*)
fpath=($tree/usr/share/zsh/functions/**/*(/))
unset tree
setopt no_rcs
`,
    },
  },
};

/** What Debian's packages hold for tests, by the name of the part. */
export const DEBIAN_PARTS = Object.fromEntries(
  Object.entries(PROGRAMS).map(([part, program]) => [
    part,
    /** @param {import("./context.mjs").Context} context */
    (context) => provideDebianProgram(context, part, program),
  ]),
);
