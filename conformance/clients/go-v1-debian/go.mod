// The SDK is in Debian's GOPATH; this file keeps the folder out of credlease's module.
module credlease/conformance/clients/go-v1-debian

go 1.19
