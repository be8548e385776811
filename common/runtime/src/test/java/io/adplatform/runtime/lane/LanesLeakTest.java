package io.adplatform.runtime.lane;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.testkit.check.LeakCheck;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class LanesLeakTest {
  @Test
  void shouldLeaveNothingBehindWhenClosed() throws Exception {
    LeakCheck.assertNoLeak(
        () -> {
          try (Lanes lanes = Lanes.start(LaneConfig.laptop())) {
            HttpServer server =
                lanes
                    .vertx()
                    .createHttpServer()
                    .requestHandler(request -> request.response().end("here"))
                    .listen(0)
                    .await(30, TimeUnit.SECONDS);
            HttpClient client = lanes.vertx().createHttpClient();
            client
                .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                // Asked for in the same step: a body that comes before somebody wants it is lost.
                .compose(request -> request.send().compose(response -> response.body()))
                .await(30, TimeUnit.SECONDS);
          }
        });
  }
}
