package io.adplatform.loadtest.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One connection kept alive, which sends a prepared request and reads its answer. One thread. */
final class HttpConnection implements AutoCloseable {
  /** More than head and body of any answer in the load scenarios. */
  private static final int CAPACITY = 64 * 1024;

  private static final String LENGTH = "\ncontent-length:";
  private static final int STATUS_AT = "HTTP/1.1 ".length();

  /** An answer that takes so long is a failure. */
  private static final int ANSWER_MILLIS = 30_000;

  private final Socket socket;
  private final byte[] answer = new byte[CAPACITY];

  HttpConnection(String host, int port) throws IOException {
    socket = new Socket(InetAddress.getByName(host), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(ANSWER_MILLIS);
  }

  /** Sends a request and reads its answer to the end; the answer's status. */
  int exchange(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    InputStream in = socket.getInputStream();
    int length = 0;
    int end = -1;
    int headEnd = -1;
    while (end < 0 || length < end) {
      int read = in.read(answer, length, answer.length - length);
      if (read <= 0) {
        throw new EOFException("the server closed a connection");
      }
      length += read;
      if (headEnd < 0) {
        headEnd = endOfHead(length);
        if (headEnd > 0) {
          end = headEnd + bodyLength(headEnd);
        }
      }
    }
    return Integer.parseInt(new String(answer, STATUS_AT, 3, StandardCharsets.US_ASCII));
  }

  private int endOfHead(int length) {
    for (int i = 3; i < length; i++) {
      if (answer[i] == '\n' && answer[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private int bodyLength(int headEnd) {
    String head =
        new String(answer, 0, headEnd, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    int at = head.indexOf(LENGTH);
    return at < 0
        ? 0
        : Integer.parseInt(head.substring(at + LENGTH.length(), head.indexOf('\r', at)).strip());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
