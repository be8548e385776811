package io.adplatform.runtime.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LaneConnectionsTest {
  private static final int MAX = 3;

  private final Vertx vertx = Vertx.vertx();
  private final LaneConnections connections = new LaneConnections(MAX);
  private int port;

  @BeforeEach
  void listen() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(LaneHttpServer.options().setStrictThreadMode(false))
            .connectionHandler(connections)
            .requestHandler(request -> request.response().end("ok"))
            .listen(0, "127.0.0.1")
            .await(20, TimeUnit.SECONDS);
    port = server.actualPort();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(30_000);
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static int status(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] line = in.readNBytes("HTTP/1.1 200".length());
    return line.length < 12 ? -1 : Integer.parseInt(new String(line, 9, 3));
  }

  private void awaitOpen(int number) throws InterruptedException {
    while (connections.open() != number) {
      Thread.sleep(5);
    }
  }

  @Test
  void shouldCloseWhatIsBeyondTheNumberAndTakeOthersOnceSomeHaveGone() throws Exception {
    List<Socket> held = new ArrayList<>();
    for (int i = 0; i < MAX; i++) {
      Socket socket = connect();
      held.add(socket);
      assertEquals(200, status(socket));
    }
    try (Socket beyond = connect()) {
      assertEquals(-1, status(beyond));
    } catch (IOException reset) {
      // refused as well
    }
    held.removeFirst().close();
    awaitOpen(MAX - 1);
    try (Socket next = connect()) {
      assertEquals(200, status(next));
    }
    for (Socket socket : held) {
      socket.close();
    }
    awaitOpen(0);
  }

  @Test
  void shouldCountAConnectionThatIsUpgradedOnce() throws Exception {
    for (int i = 0; i < 2 * MAX; i++) {
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
      }
      awaitOpen(0);
    }
  }
}
