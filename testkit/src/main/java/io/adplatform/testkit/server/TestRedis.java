package io.adplatform.testkit.server;

import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.RedisServer;

/** The Redis of this test JVM. */
public final class TestRedis {

  private TestRedis() {}

  /** The server; started if this is the first call of the JVM. */
  public static RedisServer server() {
    return Holder.SERVER;
  }

  /** Its password. */
  public static String password() {
    String url = server().url();
    return url.substring("redis://:".length(), url.indexOf('@'));
  }

  private static final class Holder {
    static final RedisServer SERVER = start();

    private static RedisServer start() {
      RedisServer server =
          RedisServer.start(TestFolder.folders(), LoopbackPorts.free(), System.err::println);
      TestServers.awaitReady(TestFolder.closeAtEnd(server).process());
      return server;
    }
  }
}
