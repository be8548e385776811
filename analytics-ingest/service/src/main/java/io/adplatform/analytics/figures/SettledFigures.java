package io.adplatform.analytics.figures;

import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.runtime.api.ApiServer;
import java.time.Clock;

/** Mounts what this package answers. */
public final class SettledFigures {
  private SettledFigures() {}

  /** Mounts the sums over the tables of ingestion. */
  public static void mount(ApiServer.Builder server, Ingest ingest, Clock clock) {
    FigureQuery query = new FigureQuery(ingest.database());
    server
        .internal("GET", "/settled/position", new PositionHandler(ingest, clock))
        .internal("POST", "/settled/hour", new HourHandler(query))
        .internal("POST", "/settled/ranges", new RangesHandler(query))
        .internal("POST", "/settled/supply", new SupplyHandler(query))
        .internal("POST", "/settled/creatives", new CreativesHandler(query));
  }
}
