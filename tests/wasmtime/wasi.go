package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// Codes of WASI preview 1.
const (
	wasiSuccess = int32(0)
	wasiBadFile = int32(8)
)

// defineWasiHost defines the host call of WASI policies, whose result is appended to what they read from stdin. wasmtime
// ends a stdin for good where a read found nothing, so the function that reads it is ours, as it is of Kubewarden's hosts.
func defineWasiHost(linker *wasmtime.Linker) error {
	err := linker.FuncWrap("host", "call", func(caller *wasmtime.Caller, bindingAt, bindingLen, namespaceAt, namespaceLen, operationAt, operationLen, payloadAt, payloadLen int32) int32 {
		guest := callerOf(caller)
		text, ok := guest.hostCall(bindingAt, bindingLen, namespaceAt, namespaceLen, operationAt, operationLen, payloadAt, payloadLen)
		guest.wasiStdin += text
		if ok {
			return 0
		}
		return 1
	})
	if err != nil {
		return err
	}
	linker.AllowShadowing(true)
	return linker.FuncWrap("wasi_snapshot_preview1", "fd_read", func(caller *wasmtime.Caller, fd, buffersAt, buffers, readAt int32) int32 {
		if fd != 0 {
			return wasiBadFile
		}
		guest := callerOf(caller)
		guest.writeNumber(readAt, guest.fill(buffersAt, buffers))
		return wasiSuccess
	})
}

// fill moves what is left of stdin into a list of buffers, each an address and a length, and says how much that was.
func (g guest) fill(buffersAt, buffers int32) (read uint32) {
	for at := buffersAt; at < buffersAt+8*buffers; at += 8 {
		piece := g.wasiStdin[:min(g.readNumber(at+4), uint32(len(g.wasiStdin)))]
		g.write(int32(g.readNumber(at)), piece)
		g.wasiStdin = g.wasiStdin[len(piece):]
		read += uint32(len(piece))
	}
	return read
}

func runWasi(p *policy, store *wasmtime.Store, next call, host *host) (string, error) {
	folder, err := os.MkdirTemp("", "wasmtime-host-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	host.wasiStdin = next.Payload
	stdout, stderr := filepath.Join(folder, "stdout"), filepath.Join(folder, "stderr")
	config := wasmtime.NewWasiConfig()
	config.SetArgv([]string{"policy.wasm", next.Operation})
	if err := errors.Join(config.SetStdoutFile(stdout), config.SetStderrFile(stderr)); err != nil {
		return "", err
	}
	store.SetWasi(config)
	failure, err := p.start(store)
	if err != nil {
		return "", err
	}
	if failure == nil {
		return read(stdout)
	}
	printed, err := read(stderr)
	if err != nil {
		return "", err
	}
	if printed = strings.TrimSpace(printed); printed != "" {
		return "", errors.New(printed)
	}
	return "", failure
}

// start runs a command to its end. failure is how it ended, unless well; err says that it could not begin.
func (p *policy) start(store *wasmtime.Store) (failure, err error) {
	instance, err := p.linker.Instantiate(store, p.module)
	if err != nil {
		return nil, err
	}
	entry := instance.GetFunc(store, "_start")
	if entry == nil {
		return nil, errors.New("cannot find `_start` function inside of module")
	}
	if _, err := entry.Call(store); err != nil && !exitedWithZero(err) {
		return fmt.Errorf("the command failed: %w", err), nil
	}
	return nil, nil
}

func exitedWithZero(err error) bool {
	var exit *wasmtime.Error
	if !errors.As(err, &exit) {
		return false
	}
	status, exited := exit.ExitStatus()
	return exited && status == 0
}

func read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}
