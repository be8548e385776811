package io.adplatform.standalone;

/** The services of the exchange, running, with both public ports open. */
interface RunningExchange extends AutoCloseable {

  /** How it runs, for the progress line. */
  String description();

  /**
   * Stops taking requests, then ends the services against the flow of data, losing nothing that was
   * answered.
   */
  @Override
  void close();
}
