package io.adplatform.standalone;

import io.adplatform.servers.ServerProcess;
import io.adplatform.servers.ServerState;
import java.util.Locale;

/** What a child process's state means for readiness. */
final class ServerTrouble {
  private ServerTrouble() {}

  /** Null while it serves, or where there is no child to look after; else what is wrong with it. */
  static String of(ServerProcess process) {
    if (process == null || process.state() == ServerState.READY) {
      return null;
    }
    return process.name() + " is " + process.state().name().toLowerCase(Locale.ROOT);
  }
}
