package io.adplatform.campaign.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Format;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttributionTest {
  private static final String PAGE = "https://acme.example/?t=${TOKEN}";

  @ParameterizedTest
  @CsvSource({
    "CPC, <a href=\"${CLICK_URL}\">x</a>, true",
    "CPC, <!-- ${CLICK_URL} --><a>x</a>, false",
    "CPC, <!-- a --><a href=\"${CLICK_URL}\">x</a><!-- b -->, true",
    "CPC, <!-- a --><!-- ${CLICK_URL} -->x, false",
    "CPC, <a>x</a><!-- ${CLICK_URL}, false",
    "VCPM, <img src=\"${VIEW_URL}\">, true",
    "VCPM, <!--${VIEW_URL}-->, false",
    "CPA, <a href=\"${CLICK_URL}\">x</a>, true",
    "CPA, <!--${CLICK_URL}-->, false",
    "CPM, <!---->, true"
  })
  void shouldPassOverWhatStandsInAComment(BidModel model, String markup, boolean complete) {
    assertEquals(complete, Attribution.missing(Format.BANNER, model, markup, PAGE) == null);
  }
}
