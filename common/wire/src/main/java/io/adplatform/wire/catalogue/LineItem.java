package io.adplatform.wire.catalogue;

import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.targeting.Targeting;
import java.time.Instant;
import java.util.List;

/**
 * What is bid, for whom, with which creatives.
 *
 * @param bidCpmMicros bid per thousand impressions, in the advertiser's currency; positive, or 0
 *     where {@code price} says what is bid
 * @param creativeIds creatives of the same advertiser, any of which may be shown; not empty when
 *     ACTIVE
 * @param budget never null
 * @param startAt null follows the campaign
 * @param endAt null follows the campaign
 * @param targeting never null
 * @param frequencyCaps of all of it together, per user; never null
 * @param pacing null is ASAP, as in documents of former releases
 * @param price what is bid for something else than impressions; null is CPM, as in documents of
 *     former releases, which pass it over and find a bid of 0
 * @param dealOnly whether it bids on deals alone; false in documents of former releases, which pass
 *     it over
 */
public record LineItem(
    long id,
    long accountId,
    long advertiserId,
    long campaignId,
    String name,
    Status status,
    long bidCpmMicros,
    List<Long> creativeIds,
    Budget budget,
    Instant startAt,
    Instant endAt,
    Targeting targeting,
    List<FrequencyCap> frequencyCaps,
    Pacing pacing,
    Price price,
    boolean dealOnly)
    implements CatalogueEntity {
  /**
   * A bid for something else than impressions.
   *
   * @param model not CPM
   * @param amountMicros per click, per conversion or per thousand viewable impressions, in the
   *     advertiser's currency; positive
   */
  public record Price(BidModel model, long amountMicros) {}

  /** How its budget is to be spent over time. */
  public enum Pacing {
    /** As fast as there is traffic for it. */
    ASAP,
    /** Evenly over what is left of the day, or of the flight. */
    EVEN,
    /** The same, more in hours in which more traffic is expected for it. */
    FORECAST
  }

  /**
   * In which share of the auctions that it could bid in a paced line item takes part, as
   * billing-service steers it. A document of its own, because it changes every few seconds: that of
   * the line item stays.
   *
   * @param id of the line item
   * @param partsPerMillion 1 to {@link #ALL}; of one that is not paced it says nothing
   * @param chargesPerMillion for how many of a million impressions it is charged, as measured, up
   *     to a million; 0 bids nothing, null is not measured, as in documents of former releases
   * @param chargeMicros what a charge cost when that was said; null as before
   */
  public record Participation(
      long id, long accountId, int partsPerMillion, Integer chargesPerMillion, Long chargeMicros)
      implements CatalogueEntity {
    /** Takes part in every auction. */
    public static final int ALL = 1_000_000;

    /**
     * With which a paced line item starts, until its first document has come: low enough that a
     * small budget is not gone before the first spend is seen.
     */
    public static final int START = 10_000;

    /** Of a line item whose charge costs what it did when that was measured. */
    public Participation(long id, long accountId, int partsPerMillion, Integer chargesPerMillion) {
      this(id, accountId, partsPerMillion, chargesPerMillion, null);
    }

    /** Of a line item whose charges are not measured. */
    public Participation(long id, long accountId, int partsPerMillion) {
      this(id, accountId, partsPerMillion, null, null);
    }

    @Override
    public CatalogueKind kind() {
      return CatalogueKind.PARTICIPATION;
    }
  }

  /** Documents of former releases say nothing of caps and pacing. */
  public LineItem {
    frequencyCaps = frequencyCaps == null ? List.of() : List.copyOf(frequencyCaps);
    pacing = pacing == null ? Pacing.ASAP : pacing;
  }

  /** One without frequency caps that spends as fast as it can. */
  public LineItem(
      long id,
      long accountId,
      long advertiserId,
      long campaignId,
      String name,
      Status status,
      long bidCpmMicros,
      List<Long> creativeIds,
      Budget budget,
      Instant startAt,
      Instant endAt,
      Targeting targeting) {
    this(
        id,
        accountId,
        advertiserId,
        campaignId,
        name,
        status,
        bidCpmMicros,
        creativeIds,
        budget,
        startAt,
        endAt,
        targeting,
        List.of(),
        Pacing.ASAP);
  }

  /** One that bids per thousand impressions. */
  public LineItem(
      long id,
      long accountId,
      long advertiserId,
      long campaignId,
      String name,
      Status status,
      long bidCpmMicros,
      List<Long> creativeIds,
      Budget budget,
      Instant startAt,
      Instant endAt,
      Targeting targeting,
      List<FrequencyCap> frequencyCaps,
      Pacing pacing) {
    this(
        id,
        accountId,
        advertiserId,
        campaignId,
        name,
        status,
        bidCpmMicros,
        creativeIds,
        budget,
        startAt,
        endAt,
        targeting,
        frequencyCaps,
        pacing,
        null,
        false);
  }

  /** The same, paced otherwise. */
  public LineItem paced(Pacing otherwise) {
    return new LineItem(
        id,
        accountId,
        advertiserId,
        campaignId,
        name,
        status,
        bidCpmMicros,
        creativeIds,
        budget,
        startAt,
        endAt,
        targeting,
        frequencyCaps,
        otherwise,
        price,
        dealOnly);
  }

  /** The same, bidding on deals alone or not. */
  public LineItem onDealsAlone(boolean alone) {
    return new LineItem(
        id,
        accountId,
        advertiserId,
        campaignId,
        name,
        status,
        bidCpmMicros,
        creativeIds,
        budget,
        startAt,
        endAt,
        targeting,
        frequencyCaps,
        pacing,
        price,
        alone);
  }

  /** The same, bidding for something else; CPM is left to {@code bidCpmMicros}. */
  public LineItem priced(BidModel otherwise, long amountMicros) {
    boolean perMille = otherwise == BidModel.CPM;
    return new LineItem(
        id,
        accountId,
        advertiserId,
        campaignId,
        name,
        status,
        perMille ? amountMicros : 0,
        creativeIds,
        budget,
        startAt,
        endAt,
        targeting,
        frequencyCaps,
        pacing,
        perMille ? null : new Price(otherwise, amountMicros),
        dealOnly);
  }

  /** What it pays for. */
  public BidModel model() {
    return price == null ? BidModel.CPM : price.model();
  }

  /** What it bids by its model: per thousand, per click or per conversion, micros. */
  public long amountMicros() {
    return price == null ? bidCpmMicros : price.amountMicros();
  }

  /** What the one signal that is charged costs it, micros. */
  public long chargeMicros() {
    return model().chargeMicros(amountMicros());
  }

  /**
   * For how many of a million impressions it is taken to be charged; 0 is not to bid.
   *
   * @param told what was measured of it, null where nothing was
   */
  public int chargesPerMillion(Participation told) {
    return told == null
        ? model().chargesPerMillion(chargeMicros(), null, null)
        : model().chargesPerMillion(chargeMicros(), told.chargesPerMillion(), told.chargeMicros());
  }

  /**
   * What a thousand impressions are worth to it: what it is ranked by, and bids; CPM micros.
   *
   * @param chargesPerMillion for how many of a million impressions it is charged
   */
  public long effectiveCpmMicros(int chargesPerMillion) {
    return model().effectiveCpmMicros(amountMicros(), chargesPerMillion);
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.LINE_ITEM;
  }
}
