// What every program here does: answers with the event and its circumstances, or fails if the event says so. Where it
// names a gate, there is waited first.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type answer struct {
	Event     json.RawMessage `json:"event"`
	Count     int64           `json:"count"`
	RequestID string          `json:"requestId"`
	Arn       string          `json:"arn"`
	LeftMs    int64           `json:"leftMs"`
}

var count atomic.Int64

func handle(ctx context.Context, event json.RawMessage) (any, error) {
	var wish struct{ Fail, Gate string }
	_ = json.Unmarshal(event, &wish)
	if wish.Gate != "" {
		if answer, err := http.Get(wish.Gate); err == nil {
			answer.Body.Close()
		}
	}
	if wish.Fail != "" {
		return nil, errors.New(wish.Fail)
	}
	circumstances, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return answer{event, count.Add(1), circumstances.AwsRequestID, circumstances.InvokedFunctionArn, time.Until(deadline).Milliseconds()}, nil
}

func main() { lambda.Start(handle) }
