// Compiles OPA's own test data to WebAssembly, for tests of those who run such modules. Writes two files of JSON lines
// to the folder named by the first argument, both compressed by Zstandard:
//
//   - cases.ndjson.zst: each test case whose module calls a built-in function that the WebAssembly target leaves to its
//     host, with the fields of the case as OPA names them, the folder it comes from and the module in base64
//   - builtins.ndjson.zst: each built-in function of this version of OPA, with a module that calls it
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/test/cases"
	"github.com/open-policy-agent/opa/v1/test/cases/testdata"
	"github.com/open-policy-agent/opa/v1/util"
)

// compiledCase is what to evaluate, and what OPA says of it.
type compiledCase struct {
	cases.TestCase
	Folder string `json:"folder"`
	Wasm   []byte `json:"wasm"`
}

func main() {
	folder := os.Args[1]
	err := writeLines(filepath.Join(folder, "cases.ndjson.zst"), writeCases)
	if err == nil {
		err = writeLines(filepath.Join(folder, "builtins.ndjson.zst"), writeBuiltins)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// writeLines compresses with a window that holds many modules: most of a module is the same in all of them.
func writeLines(path string, write func(*json.Encoder) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	compressor, err := zstd.NewWriter(file, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(8<<20))
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(compressor)
	if err := write(json.NewEncoder(buffered)); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return compressor.Close()
}

func writeCases(encoder *json.Encoder) error {
	return fs.WalkDir(testdata.V1, "v1", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		return writeCasesOf(name, encoder)
	})
}

func writeCasesOf(name string, encoder *json.Encoder) error {
	text, err := testdata.V1.ReadFile(name)
	if err != nil {
		return err
	}
	var set cases.Set
	if err := util.Unmarshal(text, &set); err != nil { // keeps the text of numbers
		return fmt.Errorf("%s: %w", name, err)
	}
	folder := strings.Split(name, "/")[1]
	for _, test := range set.Cases {
		wasm, err := compileCase(test)
		if err != nil {
			continue // cases about mistakes that the compiler finds have no module
		}
		if !asksHost(wasm) {
			continue
		}
		if err := encoder.Encode(compiledCase{TestCase: test, Folder: folder, Wasm: wasm}); err != nil {
			return err
		}
	}
	return nil
}

func compileCase(test cases.TestCase) ([]byte, error) {
	keywords := ast.CapabilitiesExperimentalKeywords(test.ExperimentalKeywords)
	options := []func(*rego.Rego){
		rego.Query(test.Query),
		rego.SetRegoVersion(ast.RegoV1),
		rego.Capabilities(ast.CapabilitiesForThisVersion(keywords)),
	}
	for index, module := range test.Modules {
		options = append(options, rego.Module(fmt.Sprintf("module-%d.rego", index), module))
	}
	return compile(options)
}

func compile(options []func(*rego.Rego)) ([]byte, error) {
	result, err := rego.New(options...).Compile(context.Background(), rego.CompilePartial(false))
	if err != nil {
		return nil, err
	}
	return result.Bytes, nil
}

var builtins = ast.CapabilitiesForThisVersion().Builtins

var builtinNames = func() map[string]bool {
	names := map[string]bool{}
	for _, builtin := range builtins {
		names[builtin.Name] = true
	}
	return names
}()

// asksHost tells whether a module names a built-in function: those that are compiled in leave no name behind. Texts of
// a module stand between bytes of zero.
func asksHost(wasm []byte) bool {
	for text := range bytes.SplitSeq(wasm, []byte{0}) {
		if builtinNames[string(text)] {
			return true
		}
	}
	return false
}
