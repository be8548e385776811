package io.adplatform.settle;

import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.PartnerBidLimits;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.PartnerBidEncoder;
import io.adplatform.wire.sbe.PartnerNoticeDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Demand partners' bids as a lane journals them, and what they are told. */
final class PartnerBids {
  static final long PARTNER = 77;

  private PartnerBids() {}

  /** What a bid says that tests change; changed by copying. */
  record Bid(
      long auctionLo,
      int lossReason,
      long minToWinCpmMicros,
      long multiplierMicros,
      int priceEncoding,
      boolean test,
      String nurl,
      String burl,
      String lurl) {
    static Bid of(long auctionLo) {
      return new Bid(auctionLo, 0, 900_000, 0, 0, false, "http://d/n", "http://d/b", "http://d/l");
    }

    Bid lost(int reason) {
      return new Bid(
          auctionLo,
          reason,
          minToWinCpmMicros,
          multiplierMicros,
          priceEncoding,
          test,
          nurl,
          burl,
          lurl);
    }

    Bid urls(String win, String bill, String loss) {
      return new Bid(
          auctionLo,
          lossReason,
          minToWinCpmMicros,
          multiplierMicros,
          priceEncoding,
          test,
          win,
          bill,
          loss);
    }

    Bid multiplied(long micros) {
      return new Bid(
          auctionLo, lossReason, minToWinCpmMicros, micros, priceEncoding, test, nurl, burl, lurl);
    }

    Bid encoded(int encoding) {
      return new Bid(
          auctionLo,
          lossReason,
          minToWinCpmMicros,
          multiplierMicros,
          encoding,
          test,
          nurl,
          burl,
          lurl);
    }

    Bid asTest() {
      return new Bid(
          auctionLo,
          lossReason,
          minToWinCpmMicros,
          multiplierMicros,
          priceEncoding,
          true,
          nurl,
          burl,
          lurl);
    }

    /** The message of {@code events}: a price of 2.0, of which 1.5 is paid, in euros. */
    byte[] at(long position) {
      UnsafeBuffer buffer =
          new UnsafeBuffer(new byte[EventEnvelope.LENGTH + PartnerBidLimits.MAX_LENGTH]);
      EventEnvelope.write(buffer, 0, Events.NODE, Events.RECORDING, position);
      PartnerBidEncoder bid =
          new PartnerBidEncoder()
              .wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, new MessageHeaderEncoder());
      bid.auctionHi(1)
          .auctionLo(auctionLo)
          .timeMillis(4_000)
          .expirySeconds(10_000)
          .demandPartnerId(PARTNER)
          .supplyPartnerId(33)
          .dealId(0)
          .priceCpmMicros(2_000_000)
          .clearedCpmMicros(lossReason == 0 ? 1_500_000 : 0)
          .minToWinCpmMicros(minToWinCpmMicros)
          .multiplierMicros(multiplierMicros)
          .currency(978)
          .lossReason(lossReason)
          .priceEncoding((short) priceEncoding);
      bid.flags().clear().test(test);
      put(bid::putRequestId, "re/q 1");
      put(bid::putBidId, "b1");
      put(bid::putImpId, "imp&1");
      put(bid::putSeat, "s1");
      put(bid::putAdId, "ad1");
      put(bid::putNurl, nurl);
      put(bid::putBurl, burl);
      put(bid::putLurl, lurl);
      byte[] message = new byte[bid.limit()];
      buffer.getBytes(0, message);
      return message;
    }

    private interface Put {
      Object put(byte[] from, int offset, int length);
    }

    private static void put(Put field, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      field.put(bytes, 0, bytes.length);
    }
  }

  /** Kind and URL of a notice. */
  static String text(byte[] notice) {
    PartnerNoticeDecoder decoder =
        new PartnerNoticeDecoder()
            .wrapAndApplyHeader(new UnsafeBuffer(notice), 0, new MessageHeaderDecoder());
    byte[] url = new byte[decoder.urlLength()];
    decoder.getUrl(url, 0, url.length);
    return decoder.kind() + " " + new String(url, StandardCharsets.UTF_8);
  }

  static List<String> texts(List<byte[]> notices) {
    return notices.stream().map(PartnerBids::text).toList();
  }
}
