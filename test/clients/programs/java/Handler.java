import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.net.URL;
import java.util.Map;

/**
 * What every program here does: answers with the event and its circumstances, or fails if the event says so. Where it
 * names a gate, there is waited first.
 */
public class Handler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private int count;

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        if (event.containsKey("gate")) waitAt((String) event.get("gate"));
        if (event.containsKey("fail")) throw new IllegalStateException((String) event.get("fail"));
        context.getLogger().log("two\nlines");
        return Map.of(
                "event", event,
                "count", ++count,
                "requestId", context.getAwsRequestId(),
                "arn", context.getInvokedFunctionArn(),
                "leftMs", context.getRemainingTimeInMillis());
    }

    private static void waitAt(String gate) {
        try {
            new URL(gate).openStream().close();
        } catch (IOException exception) {
            throw new IllegalStateException(exception);
        }
    }
}
