//! What every program here does: answers with the event and its circumstances, or fails if the event says so.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

static COUNT: AtomicUsize = AtomicUsize::new(0);

async fn handle(LambdaEvent { payload, context }: LambdaEvent<Value>) -> Result<Value, Error> {
    if let Some(fail) = payload["fail"].as_str() {
        return Err(fail.into());
    }
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
    Ok(json!({
        "event": payload,
        "count": COUNT.fetch_add(1, Ordering::SeqCst) + 1,
        "requestId": context.request_id,
        "arn": context.invoked_function_arn,
        "leftMs": context.deadline.saturating_sub(now_ms),
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
