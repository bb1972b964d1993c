package main

import (
	"encoding/binary"
	"fmt"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// hostCall is what a policy asked its host.
type hostCall struct {
	Binding   string `json:"binding"`
	Namespace string `json:"namespace"`
	Operation string `json:"operation"`
	Payload   string `json:"payload"`
}

// host holds the state of one call of a policy.
type host struct {
	answers map[string]string
	calls   []hostCall
	wapc    wapcState
	// wasiStdin is what a WASI policy has not read yet.
	wasiStdin string
}

func (h *host) call(asked hostCall) (answer string, ok bool) {
	h.calls = append(h.calls, asked)
	path := asked.Binding + "/" + asked.Namespace + "/" + asked.Operation
	if answer, ok := h.answers[path]; ok {
		return answer, true
	}
	return fmt.Sprintf("no answer for %s", path), false
}

// guest is what a function of the host sees of the policy that calls it. Go panics where a policy names memory that it
// does not have: enough for policies that we build.
type guest struct {
	*host
	memory []byte
}

func callerOf(caller *wasmtime.Caller) guest {
	memory := caller.GetExport("memory").Memory()
	return guest{caller.Data().(*host), memory.UnsafeData(caller)}
}

func (g guest) text(pointer, length int32) string {
	return string(g.memory[uint32(pointer):][:uint32(length)])
}

func (g guest) write(pointer int32, text string) {
	copy(g.memory[uint32(pointer):][:len(text)], text)
}

func (g guest) readNumber(pointer int32) uint32 {
	return binary.LittleEndian.Uint32(g.memory[uint32(pointer):])
}

func (g guest) writeNumber(pointer int32, number uint32) {
	binary.LittleEndian.PutUint32(g.memory[uint32(pointer):], number)
}

func (g guest) hostCall(bindingAt, bindingLen, namespaceAt, namespaceLen, operationAt, operationLen, payloadAt, payloadLen int32) (string, bool) {
	return g.host.call(hostCall{
		Binding:   g.text(bindingAt, bindingLen),
		Namespace: g.text(namespaceAt, namespaceLen),
		Operation: g.text(operationAt, operationLen),
		Payload:   g.text(payloadAt, payloadLen),
	})
}
