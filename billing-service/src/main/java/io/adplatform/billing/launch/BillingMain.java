package io.adplatform.billing.launch;

import io.adplatform.runtime.node.ServiceProcess;

/** billing-service in a process of its own. */
public final class BillingMain {
  private static final int DEFAULT_API_PORT = 8083;

  private BillingMain() {}

  /** Runs until it is asked to end; exits with 1 where a setting is wrong or it cannot start. */
  public static void main(String[] arguments) {
    ServiceProcess.runApi("billing-service", arguments, DEFAULT_API_PORT, BillingService::launch);
  }
}
