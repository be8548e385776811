package io.adplatform.billing.settlement;

import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SettledLeaseEncoder;
import io.adplatform.wire.sbe.SettledMarkEncoder;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages of the topic {@code settled}, as settlement writes them. */
public final class SettledMessages {
  private static final int ROOM = 512;

  private SettledMessages() {}

  /** A billed impression. */
  public static byte[] charge(
      long leaseId, int lane, long expirySecond, long chargedMicros, long overDeliveryMicros) {
    return event(
        leaseId, lane, expirySecond, chargedMicros, overDeliveryMicros, Disposition.COUNTED);
  }

  /** A billed impression of a line item, which is posted to its advertiser. */
  public static byte[] charge(
      long leaseId,
      long lineItemId,
      int lane,
      long expirySecond,
      long chargedMicros,
      long overDeliveryMicros) {
    byte[] message = charge(leaseId, lane, expirySecond, chargedMicros, overDeliveryMicros);
    new SettledEventEncoder()
        .wrap(new UnsafeBuffer(message), MessageHeaderEncoder.ENCODED_LENGTH)
        .lineItemId(lineItemId);
    return message;
  }

  /** Of an impression's message a click's, which is no impression. */
  public static byte[] click(byte[] message) {
    new SettledEventEncoder()
        .wrap(new UnsafeBuffer(message), MessageHeaderEncoder.ENCODED_LENGTH)
        .kind(SettledKind.CLICK)
        .billed((short) 0);
    return message;
  }

  /** Of an event's message that of a demand partner's bid. */
  public static byte[] partners(byte[] message, long demandPartnerId) {
    new SettledEventEncoder()
        .wrap(new UnsafeBuffer(message), MessageHeaderEncoder.ENCODED_LENGTH)
        .lineItemId(0)
        .demandPartnerId(demandPartnerId);
    return message;
  }

  /** An event with any verdict. */
  public static byte[] event(
      long leaseId,
      int lane,
      long expirySecond,
      long chargedMicros,
      long overDeliveryMicros,
      Disposition disposition) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    SettledEventEncoder event =
        new SettledEventEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .auctionHi(AuctionId.hi(1, 1_800_000_000, lane))
            .auctionLo(1)
            .leaseId(leaseId)
            .chargedMicros(chargedMicros)
            .overDeliveryMicros(overDeliveryMicros)
            .expirySeconds(expirySecond)
            .currency(CurrencyCode.USD)
            .kind(SettledKind.IMPRESSION)
            .disposition(disposition)
            .billed((short) 1);
    event.putRecord(new byte[0], 0, 0);
    return take(buffer, event.encodedLength());
  }

  /**
   * A billed impression as the ledger sees it, on no lease.
   *
   * @param currency ISO 4217 number
   */
  public record Impression(
      long timeMillis,
      long lineItemId,
      long supplyPartnerId,
      int currency,
      long chargedMicros,
      long costMicros,
      long overDeliveryMicros,
      Disposition disposition) {
    /** Of US dollars, counted, within its lease. */
    public static Impression of(
        long timeMillis,
        long lineItemId,
        long supplyPartnerId,
        long chargedMicros,
        long costMicros) {
      return new Impression(
          timeMillis,
          lineItemId,
          supplyPartnerId,
          CurrencyCode.USD,
          chargedMicros,
          costMicros,
          0,
          Disposition.COUNTED);
    }

    /** The message. */
    public byte[] message() {
      UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
      SettledEventEncoder event =
          new SettledEventEncoder()
              .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
              .timeMillis(timeMillis)
              .auctionHi(AuctionId.hi(1, 1_800_000_000, 0))
              .auctionLo(1)
              .lineItemId(lineItemId)
              .supplyPartnerId(supplyPartnerId)
              .currency(currency)
              .chargedMicros(chargedMicros)
              .costMicros(costMicros)
              .overDeliveryMicros(overDeliveryMicros)
              .kind(SettledKind.IMPRESSION)
              .disposition(disposition)
              .billed((short) 1);
      event.putRecord(new byte[0], 0, 0);
      return take(buffer, event.encodedLength());
    }
  }

  /** A node's journal is settled up to a time. */
  public static byte[] mark(int nodeId, long upToMillis) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    SettledMarkEncoder mark =
        new SettledMarkEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .nodeId(nodeId)
            .settledUpToMillis(upToMillis);
    return take(buffer, mark.encodedLength());
  }

  /** A lease is closed. */
  public static byte[] closed(long leaseId, long chargedMicros) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
    SettledLeaseEncoder lease =
        new SettledLeaseEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .leaseId(leaseId)
            .chargedMicros(chargedMicros);
    return take(buffer, lease.encodedLength());
  }

  private static byte[] take(UnsafeBuffer buffer, int encodedLength) {
    return Arrays.copyOf(buffer.byteArray(), MessageHeaderEncoder.ENCODED_LENGTH + encodedLength);
  }
}
