package io.adplatform.campaign.launch;

import io.adplatform.runtime.node.ServiceProcess;

/** campaign-service in a process of its own. */
public final class CampaignMain {
  private static final int DEFAULT_API_PORT = 8081;

  private CampaignMain() {}

  /** Runs until it is asked to end; exits with 1 where a setting is wrong or it cannot start. */
  public static void main(String[] arguments) {
    ServiceProcess.runApi("campaign-service", arguments, DEFAULT_API_PORT, CampaignService::launch);
  }
}
