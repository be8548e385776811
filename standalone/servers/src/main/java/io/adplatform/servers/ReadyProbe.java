package io.adplatform.servers;

import java.io.IOException;

/**
 * Asks a server that is starting whether it serves yet; called a few times a second from its
 * watching thread.
 */
@FunctionalInterface
public interface ReadyProbe {
  /**
   * Whether the server with this pid serves now. An {@link IOException} means not yet.
   *
   * @param pid the server's process id, not its supervisor's
   */
  boolean ready(long pid) throws IOException;
}
