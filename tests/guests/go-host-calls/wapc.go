//go:build wapc

package main

import (
	"errors"
	"fmt"
	"unsafe"
)

//go:wasmimport wapc __guest_request
func guestRequest(operation, payload unsafe.Pointer)

//go:wasmimport wapc __guest_response
func guestResponse(text unsafe.Pointer, size uint32)

//go:wasmimport wapc __guest_error
func guestError(text unsafe.Pointer, size uint32)

//go:wasmimport wapc __host_call
func hostCall(
	binding unsafe.Pointer, bindingSize uint32,
	namespace unsafe.Pointer, namespaceSize uint32,
	operation unsafe.Pointer, operationSize uint32,
	payload unsafe.Pointer, payloadSize uint32,
) uint32

//go:wasmimport wapc __host_response_len
func hostResponseSize() uint32

//go:wasmimport wapc __host_response
func hostResponse(into unsafe.Pointer)

//go:wasmimport wapc __host_error_len
func hostErrorSize() uint32

//go:wasmimport wapc __host_error
func hostError(into unsafe.Pointer)

func main() {}

// 1 is success, 0 an error: the opposite of WASI mode.
//
//go:wasmexport __guest_call
func guestCall(operationSize, payloadSize uint32) uint32 {
	operation := make([]byte, operationSize)
	payload := make([]byte, payloadSize)
	guestRequest(unsafe.Pointer(unsafe.SliceData(operation)), unsafe.Pointer(unsafe.SliceData(payload)))
	answer, err := handle(string(operation), payload)
	if err != nil {
		guestError(textPointer(err.Error()), uint32(len(err.Error())))
		return 0
	}
	guestResponse(unsafe.Pointer(unsafe.SliceData(answer)), uint32(len(answer)))
	return 1
}

func handle(operation string, payload []byte) ([]byte, error) {
	switch operation {
	case "protocol_version":
		return []byte(`"v1"`), nil
	case "validate":
		return validate(payload, wapcClient{})
	case "validate_settings":
		return validateSettings(payload)
	default:
		return nil, fmt.Errorf("unknown operation %s", operation)
	}
}

// wapcClient is what the SDK has for another compiler only.
type wapcClient struct{}

func (wapcClient) HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	success := hostCall(
		textPointer(binding), uint32(len(binding)),
		textPointer(namespace), uint32(len(namespace)),
		textPointer(operation), uint32(len(operation)),
		unsafe.Pointer(unsafe.SliceData(payload)), uint32(len(payload)),
	)
	if success == 1 {
		response := make([]byte, hostResponseSize())
		hostResponse(unsafe.Pointer(unsafe.SliceData(response)))
		return response, nil
	}
	text := make([]byte, hostErrorSize())
	hostError(unsafe.Pointer(unsafe.SliceData(text)))
	return nil, errors.New(string(text))
}

func textPointer(text string) unsafe.Pointer {
	return unsafe.Pointer(unsafe.StringData(text))
}
