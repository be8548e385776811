package io.adplatform.loadtest.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between a client and a server that says everything back. */
@Timeout(120)
class WireTest {
  private static final int SILENCE_MILLIS = 200;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int END = -1;

  private ServerSocket server;
  private Wire wire;

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::serve);
    wire = new Wire(server::getLocalPort);
  }

  @AfterEach
  void disconnect() throws IOException {
    wire.close();
    server.close();
  }

  @Test
  void shouldPassOnWhatBothSidesSayUntilTheyEnd() throws Exception {
    try (Socket client = client()) {
      assertEquals('a', said(client, 'a'));
      assertEquals('b', said(client, 'b'));
      client.shutdownOutput();
      assertEquals(END, client.getInputStream().read());
    }
  }

  @Test
  void shouldHoldBackWhatIsSaidWhileItStalls() throws Exception {
    try (Socket client = client()) {
      assertEquals('a', said(client, 'a'));
      wire.become(Wire.State.STALLED);
      assertSilent(client, 'b');
      try (Socket another = client()) {
        assertSilent(another, 'c');
        wire.become(Wire.State.WHOLE);
        assertEquals('b', client.getInputStream().read());
        assertEquals('c', another.getInputStream().read());
      }
    }
  }

  @Test
  void shouldResetConnectionsThatAreThereAndThatCome() throws Exception {
    try (Socket client = client()) {
      assertEquals('a', said(client, 'a'));
      wire.become(Wire.State.RESET);
      assertThrows(SocketException.class, () -> said(client, 'b'));
    }
    try (Socket client = client()) {
      assertThrows(SocketException.class, () -> said(client, 'c'));
    }
    wire.become(Wire.State.WHOLE);
    try (Socket client = client()) {
      assertEquals('d', said(client, 'd'));
    }
  }

  @Test
  void shouldTellAClientAfterwardsThatTheServerHasForgottenIt() throws Exception {
    try (Socket client = client()) {
      assertEquals('a', said(client, 'a'));
      wire.become(Wire.State.FORGOTTEN);
      assertSilent(client, 'b');
      wire.become(Wire.State.WHOLE);
      assertThrows(SocketException.class, () -> said(client, 'c'));
    }
    try (Socket client = client()) {
      assertEquals('d', said(client, 'd'));
    }
  }

  @Test
  void shouldResetWhereNobodyServes() throws Exception {
    server.close();
    try (Socket client = client()) {
      assertThrows(SocketException.class, () -> said(client, 'a'));
    }
  }

  private Socket client() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), wire.port());
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private static int said(Socket client, int text) throws IOException {
    client.getOutputStream().write(text);
    return client.getInputStream().read();
  }

  /** What is said is not answered for a while. */
  private static void assertSilent(Socket client, int text) throws IOException {
    client.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> said(client, text));
    client.setSoTimeout(PATIENCE_MILLIS);
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket asked = server.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (asked) {
                    asked.getInputStream().transferTo(asked.getOutputStream());
                  } catch (IOException e) {
                    // Reset, as it may be.
                  }
                });
      } catch (IOException e) {
        // Closed.
      }
    }
  }
}
