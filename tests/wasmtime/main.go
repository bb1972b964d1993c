// Command wasmtime-host runs a Kubewarden policy in wasmtime, as the hosts of Kubewarden do:
//
//	wasmtime-host <file> wapc|wasi
//
// Each line of stdin is a call and each line of stdout what came of it, both in JSON; see README.md.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// deadline of a call. It only has to end what would never end.
const deadline = 10 * time.Second

// call is a line of stdin.
type call struct {
	Operation string `json:"operation"`
	Payload   string `json:"payload"`
	// Host holds what the host answers the policy, by "binding/namespace/operation"; any other call of the host fails.
	Host map[string]string `json:"host"`
}

// outcome is a line of stdout: an answer or an error, and what the policy asked the host on the way there.
type outcome struct {
	Answer    *string    `json:"answer,omitempty"`
	Error     *string    `json:"error,omitempty"`
	HostCalls []hostCall `json:"hostCalls"`
}

// policy is a compiled module. Each call gets an instance of its own.
type policy struct {
	engine *wasmtime.Engine
	linker *wasmtime.Linker
	module *wasmtime.Module
	run    func(*policy, *wasmtime.Store, call, *host) (string, error)
}

func main() {
	if err := serve(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: wasmtime-host <file> wapc|wasi")
	}
	policy, err := load(args[0], args[1])
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	calls, outcomes := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var next call
		if err := calls.Decode(&next); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("stdin: %w", err)
		}
		if err := outcomes.Encode(policy.answer(next)); err != nil {
			return err
		}
	}
}

// load compiles a module. Nothing of wasmtime's defaults changes but the interruption: a policy that needs a feature
// which is off by default is refused here.
func load(path, abi string) (*policy, error) {
	config := wasmtime.NewConfig()
	config.SetEpochInterruption(true)
	engine := wasmtime.NewEngineWithConfig(config)
	linker := wasmtime.NewLinker(engine)
	if err := linker.DefineWasi(); err != nil {
		return nil, err
	}
	loaded := &policy{engine: engine, linker: linker}
	var err error
	switch abi {
	case "wapc":
		loaded.run, err = runWapc, defineWapc(linker)
	case "wasi":
		loaded.run, err = runWasi, defineWasiHost(linker)
	default:
		err = fmt.Errorf("unknown ABI %q: wapc or wasi", abi)
	}
	if err != nil {
		return nil, err
	}
	loaded.module, err = wasmtime.NewModuleFromFile(engine, path)
	return loaded, err
}

func (p *policy) answer(next call) outcome {
	host := &host{answers: next.Host, calls: []hostCall{}}
	store := wasmtime.NewStoreWithData(p.engine, host)
	defer store.Close()
	store.SetEpochDeadline(1)
	defer time.AfterFunc(deadline, p.engine.IncrementEpoch).Stop()
	answer, err := p.run(p, store, next, host)
	if err != nil {
		text := err.Error()
		return outcome{Error: &text, HostCalls: host.calls}
	}
	return outcome{Answer: &answer, HostCalls: host.calls}
}
