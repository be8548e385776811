package io.adplatform.analytics.explain;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.adplatform.analytics.ingest.TopicFixture;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.targeting.Targeting;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueHistoryTest {
  private static final long ID = 7_500_001;
  private static final long VERSION = 750;
  private static final Instant END = Instant.parse("2031-03-01T12:00:00Z");

  @Test
  void shouldNotTakeWhatWasOverLaterForWhatWasOverBefore() {
    try (TopicFixture fixture = new TopicFixture()) {
      fixture.publish(
          VERSION,
          new LineItem(
              ID,
              11,
              ID + 1,
              ID + 2,
              "Ends",
              Status.ACTIVE,
              2_500_000,
              List.of(),
              Budget.UNBOUNDED,
              null,
              END,
              Targeting.ANY));
      CatalogueHistory history =
          new CatalogueHistory(fixture.config.kafka(), CreativeCompiler.NONE);
      long end = END.toEpochMilli();
      CatalogueSnapshot before = history.at(VERSION, end - 1);
      CatalogueSnapshot after = history.at(VERSION, end);
      assertNotSame(before, after);
      assertSame(before, history.at(VERSION, end - 1_000));
      assertSame(after, history.at(VERSION, end + 1_000));
      assertNotSame(before, history.at(VERSION - 1, end - 1));
    }
  }
}
