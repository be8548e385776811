package io.adplatform.analytics.report;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import java.time.Clock;

/** Mounts what this package answers. */
public final class Reports {
  private Reports() {}

  /**
   * Mounts reports over the tables of ingestion.
   *
   * @param sampler says how a line item's targeting meets the traffic
   * @param clock what is now
   */
  public static void mount(
      ApiServer.Builder server,
      ClickHouseDatabase database,
      TargetingSampler sampler,
      Clock clock) {
    server.operation("getDeliveryReport", new DeliveryReport(database, clock));
    server.internal(
        "GET", "/line-items/:id/activity", new LineItemActivity(database, sampler, clock));
    server.internal("GET", "/deals/:id/activity", new DealActivity(database, clock));
  }
}
