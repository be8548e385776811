package io.adplatform.loadtest.events;

import io.adplatform.wire.sbe.AuctionRecordEncoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;

/**
 * Writes the records of auctions as the engine does, with seven candidates of 10,000 line items and
 * numbers that compress no better than a busy exchange's. One thread; the same seed gives the same
 * records.
 */
final class SampleRecord {
  private static final int CANDIDATES = 7;
  private static final int LINE_ITEMS = 10_000;
  private static final long HIGHEST_CPM_MICROS = 5_000_000;
  private static final long START_MILLIS = TimeUnit.DAYS.toMillis(20_000);
  private static final int LEASES = 1_000;
  private static final int NANOS = 20_000;
  private static final int OUTBID = 30;

  private final SplittableRandom random = new SplittableRandom(1);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final AuctionRecordEncoder record = new AuctionRecordEncoder();

  /** Writes the record of an auction to a buffer's start; its length in bytes. */
  int write(long auction, MutableDirectBuffer into) {
    record
        .wrapAndApplyHeader(into, 0, header)
        .auctionHi(1)
        .auctionLo(auction)
        .timeMillis(START_MILLIS + auction)
        .requestIdHash(random.nextLong())
        .catalogueVersion(1_000)
        .supplyPartnerId(1)
        .floorCpmMicros(random.nextInt(100) * 10_000L)
        .bidCpmMicros(random.nextLong(HIGHEST_CPM_MICROS))
        .creativeId(1 + random.nextInt(LINE_ITEMS))
        .leaseId(1 + random.nextInt(LEASES))
        .parseNanos(random.nextInt(NANOS))
        .decideNanos(random.nextInt(NANOS))
        .totalNanos(random.nextInt(2 * NANOS))
        .impCount((short) 1)
        .currency(840)
        .country(random.nextInt(250))
        .width(300)
        .height(250)
        .matched(random.nextInt(100));
    AuctionRecordEncoder.CandidatesEncoder candidates = record.candidatesCount(CANDIDATES);
    for (int i = 0; i < CANDIDATES; i++) {
      candidates
          .next()
          .lineItemId(1 + random.nextInt(LINE_ITEMS))
          .priceCpmMicros(random.nextLong(HIGHEST_CPM_MICROS))
          .candidateReason(i == 0 ? 0 : OUTBID);
    }
    return MessageHeaderEncoder.ENCODED_LENGTH + record.encodedLength();
  }
}
