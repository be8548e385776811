package io.adplatform.loadtest.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The least that a server of a protocol answers to anybody. */
enum Question {
  HTTP("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
  REDIS("PING\r\n".getBytes(StandardCharsets.US_ASCII)),
  /** SSLRequest (PostgreSQL, 54.2.11): one byte, whether it would encrypt. */
  POSTGRES(ByteBuffer.allocate(8).putInt(8).putInt(80_877_103).array()),
  /** ApiVersions, version 0, correlation id 1, without a client id. */
  KAFKA(
      ByteBuffer.allocate(14)
          .putInt(10)
          .putShort((short) 18)
          .putShort((short) 0)
          .putInt(1)
          .putShort((short) -1)
          .array());

  /** A server on this machine that serves at all answers sooner. */
  private static final int ANSWER_MILLIS = 1_500;

  private final byte[] text;

  Question(byte[] text) {
    this.text = text;
  }

  /** Whether anything comes back. */
  boolean isAnswered(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write(text);
      return socket.getInputStream().read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
