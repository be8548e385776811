package io.adplatform.analytics.launch;

import io.adplatform.analytics.explain.AuctionExplanations;
import io.adplatform.analytics.explain.TargetingSample;
import io.adplatform.analytics.figures.SettledFigures;
import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.analytics.ingest.IngestConfig;
import io.adplatform.analytics.ingest.Retention;
import io.adplatform.analytics.notice.NoticeSender;
import io.adplatform.analytics.report.Reports;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.clickhouse.ClickHouseConfig;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.token.TokenKeys;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;

/** The reporting half of analytics-ingest: ingestion, reports, explanations, notices. */
final class Reporting implements AutoCloseable {
  private static final URI LOCAL_CLICKHOUSE = URI.create("http://127.0.0.1:8123");
  private static final int MAX_DAYS = 3650;

  /** Under which rtb-engine bids: what an explanation checks a request's seat lists against. */
  private static final String SEAT = "adplatform";

  /** A receiver that is started anew is back within seconds. */
  private static final Duration NOTICE_BACKOFF = Duration.ofSeconds(1);

  private final Ingest ingest;
  private final NoticeSender notices;

  private Reporting(Ingest ingest, NoticeSender notices) {
    this.ingest = ingest;
    this.notices = notices;
  }

  /** Starts to take events in and mounts what answers about them. */
  static Reporting start(
      HotNode node, ApiServer.Builder api, Settings settings, KafkaConfig kafka, TokenKeys keys) {
    IngestConfig config =
        new IngestConfig(
            kafka,
            clickHouse(settings),
            KafkaTopics.SETTLED,
            KafkaTopics.AUCTION_DETAILS,
            retention(settings),
            settings.integer(
                "ingest-linger-millis", IngestConfig.DEFAULT_LINGER_MILLIS, 1, 60_000));
    Ingest ingest = Ingest.launch(config, node.metrics().registry());
    boolean secure = "https".equals(node.config().publicUrl().getScheme());
    TargetingSample sample =
        new TargetingSample(
            ingest.database(),
            ingest::current,
            new TargetingSample.Endpoint(secure, SEAT),
            Clock.systemUTC());
    Reports.mount(api, ingest.database(), sample, Clock.systemUTC());
    SettledFigures.mount(api, ingest, Clock.systemUTC());
    AuctionExplanations.mount(api, ingest.database(), kafka, keys, secure, SEAT);
    api.readiness("reports", ingest::trouble);
    NoticeSender notices =
        NoticeSender.start(
            kafka,
            KafkaTopics.PARTNER_NOTICES,
            NOTICE_BACKOFF,
            ingest,
            api,
            node.metrics().registry());
    return new Reporting(ingest, notices);
  }

  private static ClickHouseConfig clickHouse(Settings settings) {
    String password = settings.secret("clickhouse-password-file");
    return new ClickHouseConfig(
        settings.url("clickhouse", LOCAL_CLICKHOUSE).toString(),
        settings.text("clickhouse-database", "adplatform"),
        settings.text("clickhouse-user", password == null ? "" : "default"),
        password == null ? "" : password,
        ClickHouseConfig.DEFAULT_TIMEOUT);
  }

  private static Retention retention(Settings settings) {
    Retention usual = Retention.USUAL;
    int events = settings.integer("retention-event-days", usual.eventDays(), 2, MAX_DAYS);
    return new Retention(
        events,
        settings.integer("retention-record-days", usual.recordDays(), 1, MAX_DAYS),
        settings.integer("retention-detail-days", usual.detailDays(), 1, MAX_DAYS),
        settings.integer(
            "retention-report-days", Math.max(events, usual.deliveryDays()), events, 36_500));
  }

  @Override
  public void close() {
    notices.close();
    ingest.close();
  }
}
