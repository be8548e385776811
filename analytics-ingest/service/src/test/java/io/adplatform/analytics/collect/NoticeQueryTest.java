package io.adplatform.analytics.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class NoticeQueryTest {
  private final NoticeQuery query = new NoticeQuery();

  @Property(seed = "2026")
  void shouldReadAPriceToTheMicro(@ForAll @LongRange(max = 1_000_000_000_000L) long micros) {
    String text = BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    query.read("/n/win/x?m=1&p=" + text);
    assertEquals(micros, query.priceCpmMicros());
    assertEquals(1_000_000, query.minToWinCpmMicros());
  }

  @Property(seed = "2026")
  void shouldSurviveAnyQuery(@ForAll String text) {
    query.read("/n/win/x?" + text);
  }

  @Test
  void shouldTakeWhatIsNotAPriceAsMissing() {
    for (String text :
        new String[] {
          "", "?", "?p=", "?p=-1", "?p=abc", "?p=1e999", "?p=%24%7BAUCTION_PRICE%7D", "?q=1", "?p"
        }) {
      query.read("/e/imp/x" + text);
      assertEquals(NoticeQuery.UNKNOWN, query.priceCpmMicros(), text);
    }
  }

  @Test
  void shouldTakeTheFirstOfTwo() {
    query.read("/n/loss/x?p=1&p=2&r=3&r=4");
    assertEquals(1_000_000, query.priceCpmMicros());
    assertEquals(3, query.lossReason());
  }

  @Test
  void shouldTakeWhatIsNotALossReasonAsMissing() {
    for (String text : new String[] {"", "?r=", "?r=x", "?r=100000", "?r=-1"}) {
      query.read("/n/loss/x" + text);
      assertEquals(SignalPublisher.NO_LOSS_REASON, query.lossReason(), text);
    }
  }
}
