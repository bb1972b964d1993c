module kubewarden-ts/tests/wasmtime

go 1.25

require github.com/bytecodealliance/wasmtime-go/v39 v39.0.1
