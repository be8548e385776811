package io.adplatform.wire.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.targeting.Targeting;
import io.adplatform.wire.token.Token;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BidModelTest {
  @ParameterizedTest
  @CsvSource({
    "CPM, 2500000, 1000000, 2500000, 2500",
    "CPC, 400000, 1000, 400000, 400000",
    "CPC, 400000, 2500, 1000000, 400000",
    "VCPM, 3000000, 500000, 1500000, 3000",
    "CPA, 20000000, 50, 1000000, 20000000",
    "CPA, 501, 1, 0, 501",
    "CPC, 400000, 0, 0, 400000",
    "CPA, 10000000000, 200000, 10000000000, 10000000000"
  })
  void shouldPriceAThousandImpressionsAndTheOneCharge(
      BidModel model, long amount, int chargesPerMillion, long cpm, long charge) {
    assertEquals(cpm, model.effectiveCpmMicros(amount, chargesPerMillion));
    assertEquals(charge, model.chargeMicros(amount));
  }

  /** A dearer charge was not paid yet; a cheaper one brings less. */
  @ParameterizedTest
  @CsvSource({
    "CPC, 400000, 2000, 400000, 2000",
    "CPC, 4000000, 2000, 400000, 200",
    "CPC, 200000, 2000, 400000, 2000",
    "CPA, 10000000000, 2000, 400000, 1",
    "CPC, 4000000, 2000, , 2000",
    "CPC, 4000000, 0, 400000, 0",
    "CPC, 400000, , , 1000",
    "CPC, 1000000000, , , 20",
    "CPA, 10000000000, , , 2",
    "VCPM, 10000000, , , 2000",
    "CPM, 10000000, , , 1000000"
  })
  void shouldExpectWhatWasPaid(
      BidModel model, long chargeMicros, Integer measured, Long toldMicros, int expected) {
    assertEquals(expected, model.chargesPerMillion(chargeMicros, measured, toldMicros));
  }

  @Property(seed = "2026")
  void shouldEqualTheExactPriceWithinItsBound(
      @ForAll BidModel model,
      @ForAll @LongRange(min = 501, max = 10_000_000_000L) long amount,
      @ForAll @IntRange(min = 1, max = 1_000_000) int rate) {
    long divisor =
        switch (model) {
          case CPM -> rate;
          case VCPM -> 1_000_000;
          case CPC, CPA -> 1_000;
        };
    BigInteger exact =
        BigInteger.valueOf(amount)
            .multiply(BigInteger.valueOf(rate))
            .divide(BigInteger.valueOf(divisor));
    assertEquals(
        exact.min(BigInteger.valueOf(BidModel.MAX_CPM_MICROS)).longValue(),
        model.effectiveCpmMicros(amount, rate));
  }

  @ParameterizedTest
  @EnumSource(BidModel.class)
  void shouldTravelInTheFlagsOfATokenBesideTheOthers(BidModel model) {
    assertEquals(model, BidModel.of(model.code()));
    for (BillableEvent billable : BillableEvent.values()) {
      Token token = new Token();
      token.flags(true, billable.code(), model);
      assertEquals(model, token.model());
      assertEquals(billable.code(), token.billableEvent());
      assertTrue(token.isTest());
      token.flags(false, billable.code());
      assertEquals(BidModel.CPM, token.model());
      assertFalse(token.isTest());
    }
  }

  @Test
  void shouldChargeOneKindOfSignalEach() {
    for (SignalKind kind : SignalKind.values()) {
      assertFalse(BidModel.CPM.charges(kind.value()));
      assertEquals(kind == SignalKind.CLICK, BidModel.CPC.charges(kind.value()));
      assertEquals(kind == SignalKind.VIEW, BidModel.VCPM.charges(kind.value()));
      assertEquals(kind == SignalKind.CONVERSION, BidModel.CPA.charges(kind.value()));
    }
  }

  @Test
  void shouldReadDocumentsOfFormerReleasesAsBiddingWithoutDealsToo() {
    LineItem item =
        new LineItem(
                1,
                1,
                1,
                1,
                "x",
                Status.ACTIVE,
                2_500_000,
                List.of(1L),
                Budget.UNBOUNDED,
                null,
                null,
                Targeting.ANY)
            .onDealsAlone(true);
    String document = new String(CatalogueCodec.write(item), StandardCharsets.UTF_8);
    String former = document.replace(",\"dealOnly\":true", "");
    assertTrue(former.length() < document.length(), document);
    assertEquals(item, CatalogueCodec.read(CatalogueKind.LINE_ITEM, bytes(document)));
    assertEquals(
        item.onDealsAlone(false), CatalogueCodec.read(CatalogueKind.LINE_ITEM, bytes(former)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A node of a former release passes {@code price} over: it finds 0, below every floor. */
  @Test
  void shouldSayNothingPerMilleInDocumentsOfOtherModels() throws IOException {
    LineItem perMille =
        new LineItem(
            1,
            1,
            1,
            1,
            "x",
            Status.ACTIVE,
            2_500_000,
            List.of(1L),
            Budget.UNBOUNDED,
            null,
            null,
            Targeting.ANY);
    for (BidModel model : new BidModel[] {BidModel.CPC, BidModel.VCPM, BidModel.CPA}) {
      LineItem other = perMille.priced(model, 400_000);
      byte[] document = CatalogueCodec.write(other);
      JsonNode told = new JsonMapper().readTree(document);
      assertEquals(0, told.path("bidCpmMicros").asLong(-1), told.toString());
      assertEquals(400_000, told.at("/price/amountMicros").asLong(-1), told.toString());
      assertEquals(model.name(), told.at("/price/model").asText(), told.toString());
      assertEquals(other, CatalogueCodec.read(CatalogueKind.LINE_ITEM, document));
    }
    JsonNode told = new JsonMapper().readTree(CatalogueCodec.write(perMille));
    assertEquals(2_500_000, told.path("bidCpmMicros").asLong(-1), told.toString());
    assertFalse(told.hasNonNull("price"), told.toString());
    assertEquals(perMille, perMille.priced(BidModel.CPC, 1).priced(BidModel.CPM, 2_500_000));
  }
}
