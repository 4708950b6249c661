// What every program here does: answers with the event and its circumstances, or fails if the event says so.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type answer struct {
	Event     json.RawMessage `json:"event"`
	Count     int             `json:"count"`
	RequestID string          `json:"requestId"`
	Arn       string          `json:"arn"`
	LeftMs    int64           `json:"leftMs"`
}

var count int

func handle(ctx context.Context, event json.RawMessage) (any, error) {
	var wish struct{ Fail string }
	_ = json.Unmarshal(event, &wish)
	if wish.Fail != "" {
		return nil, errors.New(wish.Fail)
	}
	count++
	circumstances, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return answer{event, count, circumstances.AwsRequestID, circumstances.InvokedFunctionArn, time.Until(deadline).Milliseconds()}, nil
}

func main() { lambda.Start(handle) }
