package io.adplatform.runtime.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;

/**
 * Keeps the connections of a lane to a number: one beyond it is closed as soon as it is accepted,
 * so that whoever opens connections and sends slowly does not take the process's file handles and
 * memory from all others. Owned by one lane.
 */
final class LaneConnections implements Handler<HttpConnection> {
  /** Of one lane: SSPs keep hundreds, and beacons come over front ends or are short. */
  static final int MAX = 4_096;

  private final int max;
  private volatile int open;

  LaneConnections(int max) {
    this.max = max;
  }

  @Override
  public void handle(HttpConnection connection) {
    if (open == max) {
      connection.close();
      return;
    }
    open++;
    connection.closeHandler(ignored -> open--);
  }

  /** How many there are. */
  int open() {
    return open;
  }
}
