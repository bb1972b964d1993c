package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// wapcState is what the functions of the module `wapc` share during a call. A pointer is nil until a text is there.
type wapcState struct {
	operation, payload        string
	guestResponse, guestError *string
	hostResponse, hostError   string
}

func defineWapc(linker *wasmtime.Linker) error {
	functions := map[string]any{
		"__guest_request": func(caller *wasmtime.Caller, operation, payload int32) {
			guest := callerOf(caller)
			guest.write(payload, guest.wapc.payload)
			guest.write(operation, guest.wapc.operation)
		},
		"__guest_response": func(caller *wasmtime.Caller, pointer, length int32) {
			guest := callerOf(caller)
			text := guest.text(pointer, length)
			guest.wapc.guestResponse = &text
		},
		"__guest_error": func(caller *wasmtime.Caller, pointer, length int32) {
			guest := callerOf(caller)
			text := guest.text(pointer, length)
			guest.wapc.guestError = &text
		},
		"__host_call": func(caller *wasmtime.Caller, bindingAt, bindingLen, namespaceAt, namespaceLen, operationAt, operationLen, payloadAt, payloadLen int32) int32 {
			guest := callerOf(caller)
			text, ok := guest.hostCall(bindingAt, bindingLen, namespaceAt, namespaceLen, operationAt, operationLen, payloadAt, payloadLen)
			if ok {
				guest.wapc.hostResponse, guest.wapc.hostError = text, ""
				return 1
			}
			guest.wapc.hostResponse, guest.wapc.hostError = "", text
			return 0
		},
		"__host_response_len": func(caller *wasmtime.Caller) int32 { return int32(len(callerOf(caller).wapc.hostResponse)) },
		"__host_error_len":    func(caller *wasmtime.Caller) int32 { return int32(len(callerOf(caller).wapc.hostError)) },
		"__host_response": func(caller *wasmtime.Caller, pointer int32) {
			guest := callerOf(caller)
			guest.write(pointer, guest.wapc.hostResponse)
		},
		"__host_error": func(caller *wasmtime.Caller, pointer int32) {
			guest := callerOf(caller)
			guest.write(pointer, guest.wapc.hostError)
		},
		"__console_log": func(caller *wasmtime.Caller, pointer, length int32) {
			fmt.Fprintln(os.Stderr, callerOf(caller).text(pointer, length))
		},
	}
	for name, function := range functions {
		if err := linker.FuncWrap("wapc", name, function); err != nil {
			return err
		}
	}
	return nil
}

func runWapc(p *policy, store *wasmtime.Store, next call, host *host) (string, error) {
	host.wapc = wapcState{operation: next.Operation, payload: next.Payload}
	store.SetWasi(wasmtime.NewWasiConfig())
	instance, err := p.linker.Instantiate(store, p.module)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"_initialize", "_start", "wapc_init"} {
		function := instance.GetFunc(store, name)
		if function == nil {
			continue
		}
		if _, err := function.Call(store); err != nil && !exitedWithZero(err) {
			return "", fmt.Errorf("Initialization failed: %w", err)
		}
	}
	entry := instance.GetFunc(store, "__guest_call")
	if entry == nil {
		return "", errors.New("Guest call function (__guest_call) not exported by wasm module.")
	}
	returned, err := entry.Call(store, int32(len(next.Operation)), int32(len(next.Payload)))
	if err != nil {
		return "", fmt.Errorf("Guest call failure: %w", err)
	}
	return host.wapc.outcome(returned != int32(0))
}

func (state wapcState) outcome(success bool) (string, error) {
	switch {
	case success && state.guestResponse != nil:
		return *state.guestResponse, nil
	case state.guestError != nil:
		return "", fmt.Errorf("Guest call failure: %s", *state.guestError)
	case success:
		return "", errors.New("Guest call failure: No error message OR response set for call success")
	default:
		return "", errors.New("Guest call failure: No error message set for call failure")
	}
}
