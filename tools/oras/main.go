// Command oras is ORAS, a client of registries by the authors of the artifact specification, in the version of go.mod.
package main

import (
	"os"

	"oras.land/oras/cmd/oras/root"
)

func main() {
	if err := root.New().Execute(); err != nil {
		os.Exit(1)
	}
}
