// What every program here does: answers with the event and its circumstances, or fails if the event says so. Where it
// names a gate, there is waited first.
let count = 0

export const handler = async (event, context) => {
  if (event?.gate) await fetch(event.gate)
  if (event?.fail) throw new RangeError(event.fail)
  count++
  return {
    event,
    count,
    requestId: context.awsRequestId,
    arn: context.invokedFunctionArn,
    leftMs: context.getRemainingTimeInMillis(),
  }
}
