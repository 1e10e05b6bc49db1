package provider

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"credlease/internal/trace"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// tracingCalls makes the SDK's clients tell the context's trace of each attempt of
// each call, those that the SDK makes to resolve a profile among them.
func tracingCalls(ctx context.Context) config.LoadOptionsFunc {
	t := trace.From(ctx)
	if t == nil {
		return func(*config.LoadOptions) error { return nil }
	}
	return config.WithAPIOptions([]func(*middleware.Stack) error{func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("credlease trace",
			func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
				began := time.Now()
				out, metadata, err := next.HandleDeserialize(ctx, in)
				traceCall(ctx, t, in, out, metadata, err, began)
				return out, metadata, err
			}), middleware.Before)
	}})
}

// traceCall tells of one attempt what is no secret: never what was sent or came.
func traceCall(ctx context.Context, t *trace.Trace, in middleware.DeserializeInput, out middleware.DeserializeOutput, metadata middleware.Metadata, err error, began time.Time) {
	var host, status string
	if request, ok := in.Request.(*smithyhttp.Request); ok {
		host = request.URL.Host
	}
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.Response != nil {
		status = response.Status
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
	code := ""
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		code = refused.ErrorCode()
	case err != nil:
		_, code = explain(err)
	}
	t.Step("call", slog.String("operation", awsmiddleware.GetServiceID(ctx)+"."+awsmiddleware.GetOperationName(ctx)),
		slog.String("host", host), slog.String("status", status), slog.String("error", oneLine(code)),
		slog.String("request-id", id), trace.Milliseconds(time.Since(began)))
}

// traceSource tells whose credentials a role is to be assumed with.
func traceSource(ctx context.Context, label, accessKeyID string, err error, began time.Time) {
	t := trace.From(ctx)
	if t == nil {
		return
	}
	cause := ""
	if err != nil {
		_, cause = explain(err)
	}
	t.Step("source", slog.String("from", label), slog.String("access-key", accessKeyID), slog.String("error", oneLine(cause)), trace.Milliseconds(time.Since(began)))
}

// traceRun tells of a program that was run, whose arguments may be anybody's
// secrets.
func traceRun(ctx context.Context, what string, err error, began time.Time) {
	t := trace.From(ctx)
	if t == nil {
		return
	}
	result := "ok"
	if err != nil {
		result = err.Error()
	}
	t.Step("run", slog.String("program", what), slog.String("result", result), trace.Milliseconds(time.Since(began)))
}
