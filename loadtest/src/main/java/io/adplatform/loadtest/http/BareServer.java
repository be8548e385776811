package io.adplatform.loadtest.http;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.http.LaneHttpServer;
import io.adplatform.runtime.lane.Lanes;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/**
 * What the endpoint is compared with: a Vert.x HTTP server with the same options on the same loops
 * that reads the body and writes an answer of a given size, without a router. Arguments: port,
 * bytes of the answer, preset, number of lanes.
 */
public final class BareServer {
  private BareServer() {}

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    Buffer answer = Buffer.buffer("x".repeat(Integer.parseInt(arguments[1])));
    Settings settings = Settings.of(Map.of("preset", arguments[2], "lanes", arguments[3]));
    Lanes lanes = Lanes.start(LaneConfig.of(settings));
    lanes
        .vertx()
        .deployVerticle(
            () -> new Server(port, answer),
            new DeploymentOptions().setInstances(lanes.all().size()))
        .await();
    Thread.currentThread().join();
  }

  /** One server per loop, on one port. */
  private static final class Server extends AbstractVerticle {
    private final int port;
    private final Buffer answer;

    Server(int port, Buffer answer) {
      this.port = port;
      this.answer = answer;
    }

    @Override
    public void start(Promise<Void> started) {
      vertx
          .createHttpServer(LaneHttpServer.options())
          .requestHandler(this::answer)
          .listen(port)
          .<Void>mapEmpty()
          .onComplete(started);
    }

    private void answer(HttpServerRequest request) {
      request.body().onSuccess(body -> request.response().end(answer));
    }
  }
}
