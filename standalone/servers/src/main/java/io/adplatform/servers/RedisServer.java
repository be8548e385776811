package io.adplatform.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A Redis of our own on 127.0.0.1, with a password; it holds what may be lost and is saved now and
 * then.
 */
public final class RedisServer implements AutoCloseable {
  private static final int PROBE_TIMEOUT_MILLIS = 500;

  private final ServerProcess process;
  private final Path passwordFile;

  private RedisServer(ServerProcess process, Path passwordFile) {
    this.process = process;
    this.passwordFile = passwordFile;
  }

  /** Starts the server of {@code folders} on {@code port}. */
  public static RedisServer start(ServerFolders folders, int port, Consumer<String> announce) {
    try {
      Path data = folders.data("redis");
      Path passwordFile = folders.secret("redis");
      Path config = data.resolve("redis.conf");
      SecretFile.write(config, settings(data, port, SecretFile.readOrCreate(passwordFile)));
      List<String> line = List.of(ServerBinaries.redis().toString(), config.toString());
      return new RedisServer(
          ServerProcess.start(
              ProcessConfig.of(folders, "redis", port, line), pid -> isReady(port), announce),
          passwordFile);
    } catch (IOException e) {
      throw new ServerException("Redis cannot be started: " + e.getMessage(), e);
    }
  }

  public ServerProcess process() {
    return process;
  }

  public int port() {
    return process.port();
  }

  /** {@code redis://127.0.0.1:PORT}, without the password. */
  public String address() {
    return "redis://127.0.0.1:" + port();
  }

  /** Holds the password; of mode 600. */
  public Path passwordFile() {
    return passwordFile;
  }

  /** {@code redis://:PASSWORD@127.0.0.1:PORT}. */
  public String url() {
    return "redis://:" + SecretFile.readOrCreate(passwordFile) + "@127.0.0.1:" + port();
  }

  @Override
  public void close() {
    process.close();
  }

  private static String settings(Path data, int port, String password) {
    return """
    bind 127.0.0.1
    port %d
    requirepass %s
    dir %s
    save 60 1
    appendonly no
    maxmemory 128mb
    maxmemory-policy volatile-ttl
    hz 5
    """
        .formatted(port, password, data);
  }

  /**
   * Asks without the password: a Redis that refuses for that reason alone has read its data and
   * serves.
   */
  private static boolean isReady(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_TIMEOUT_MILLIS);
      socket.setSoTimeout(PROBE_TIMEOUT_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] answer = in.readNBytes("-NOAUTH".length());
      return new String(answer, StandardCharsets.US_ASCII).equals("-NOAUTH");
    }
  }
}
