package io.adplatform.standalone;

/** The services of the exchange: begun, then launched, after which both public ports are open. */
interface RunningExchange extends AutoCloseable {

  /** Launches the services; the servers that the settings name are ready. */
  void launch(ServiceSettings settings) throws Exception;

  /** How it runs, for the progress line. */
  String description();

  /**
   * Stops taking requests, then ends the services against the flow of data, losing nothing that was
   * answered.
   */
  @Override
  void close();
}
