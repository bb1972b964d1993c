// Compiles the cases of OPA's own test data to WebAssembly, as far as they call built-in functions that the
// WebAssembly target leaves to its host. Writes one JSON document a line to the file named by the first argument.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/test/cases"
	"github.com/open-policy-agent/opa/v1/test/cases/testdata"
	"sigs.k8s.io/yaml"
)

// compiled is one case: what to evaluate, and what OPA says of it.
type compiled struct {
	cases.TestCase
	Folder string `json:"folder"`
	Wasm   []byte `json:"wasm"`
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	encoder := json.NewEncoder(out)
	err = fs.WalkDir(testdata.V1, "v1", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		return compileFile(name, encoder)
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func compileFile(name string, encoder *json.Encoder) error {
	text, err := testdata.V1.ReadFile(name)
	if err != nil {
		return err
	}
	var set cases.Set
	if err := yaml.Unmarshal(text, &set); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	folder := strings.Split(name, "/")[1]
	for _, test := range set.Cases {
		wasm, err := compile(test)
		if err != nil {
			// Cases about mistakes that the compiler finds have no module.
			fmt.Fprintf(os.Stderr, "left out: %s: %v\n", test.Note, strings.SplitN(err.Error(), "\n", 2)[0])
			continue
		}
		if !asksHost(wasm) {
			continue
		}
		if err := encoder.Encode(compiled{TestCase: test, Folder: folder, Wasm: wasm}); err != nil {
			return err
		}
	}
	return nil
}

// asksHost tells whether a module names a built-in function: those that are compiled in leave no name behind.
func asksHost(wasm []byte) bool {
	for _, builtin := range ast.CapabilitiesForThisVersion().Builtins {
		if bytes.Contains(wasm, []byte("\x00"+builtin.Name+"\x00")) {
			return true
		}
	}
	return false
}

func compile(test cases.TestCase) ([]byte, error) {
	options := []func(*rego.Rego){
		rego.Query(test.Query),
		rego.SetRegoVersion(ast.RegoV1),
	}
	for index, module := range test.Modules {
		options = append(options, rego.Module(fmt.Sprintf("module-%d.rego", index), module))
	}
	result, err := rego.New(options...).Compile(context.Background(), rego.CompilePartial(false))
	if err != nil {
		return nil, err
	}
	return result.Bytes, nil
}
