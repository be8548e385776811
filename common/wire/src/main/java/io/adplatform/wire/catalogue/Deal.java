package io.adplatform.wire.catalogue;

import java.time.Instant;
import java.util.List;

/**
 * Private terms between a supply partner and buyers (OpenRTB 2.6, 3.2.12).
 *
 * @param dealId as the supply partner sends it; unique within it
 * @param price never null
 * @param wseat seats that alone may bid; empty is any
 * @param wadomain advertiser domains that alone may bid; empty is any
 * @param guaranteed a fixed number of impressions was promised: it goes before all that was not
 * @param lineItemIds of the same account, that bid on it; empty is partners alone
 * @param startAt null is from now on
 * @param endAt null is without end
 */
public record Deal(
    long id,
    long accountId,
    String dealId,
    String name,
    Status status,
    long supplyPartnerId,
    Price price,
    List<String> wseat,
    List<String> wadomain,
    boolean guaranteed,
    List<Long> lineItemIds,
    Instant startAt,
    Instant endAt)
    implements CatalogueEntity {
  /**
   * What it costs.
   *
   * @param floorCpmMicros least price, or the price where that is fixed; CPM micros
   * @param currency ISO 4217
   */
  public record Price(long floorCpmMicros, String currency, AuctionType auctionType) {}

  /** How its price is found; the code is OpenRTB's {@code deals.at}. */
  public enum AuctionType {
    FIRST_PRICE(1),
    SECOND_PRICE(2),
    FIXED(3);

    private final int code;

    AuctionType(int code) {
      this.code = code;
    }

    /** OpenRTB's {@code at}. */
    public int code() {
      return code;
    }
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.DEAL;
  }
}
