package io.adplatform.campaign.serving;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.LineItem.Pacing;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.catalogue.Status;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What this service stores of a line item's chances.
 *
 * @param startAt the later of its own and its campaign's; null is at once
 * @param endAt the earlier of the two; null is never
 * @param creatives how many it names
 * @param activeCreatives how many of them are ACTIVE
 * @param secureCreatives how many of the ACTIVE ones may be shown on https pages
 * @param activeSupplyPartners of the whole exchange
 * @param changePending whether the newest change of it, or of what it hangs on, is not published
 *     yet
 * @param price what it bids
 * @param pacing how its budget is to be spent over time
 * @param participation in how many of a million auctions it takes part, as the catalogue was told;
 *     null where it was told nothing
 */
record ServingState(
    Status lineItemStatus,
    Status campaignStatus,
    Instant startAt,
    Instant endAt,
    int creatives,
    int activeCreatives,
    int secureCreatives,
    int activeSupplyPartners,
    boolean changePending,
    Price price,
    Pacing pacing,
    Integer participation) {
  private static final String OWN =
      """
      SELECT l.status AS line_item_status, c.status AS campaign_status,
        greatest(l.start_at, c.start_at) AS start_at, least(l.end_at, c.end_at) AS end_at,
        l.bid_micros, l.bid_model, l.pacing,
        (SELECT p.parts_per_million FROM participation p WHERE p.line_item_id = l.id)
          AS participation,
        (SELECT p.charges_per_million FROM participation p WHERE p.line_item_id = l.id)
          AS charges_per_million,
        (SELECT p.charge_micros FROM participation p WHERE p.line_item_id = l.id)
          AS told_micros,
        (SELECT count(*) FROM line_item_creative x WHERE x.line_item_id = l.id) AS creatives,
        (SELECT count(*) FROM line_item_creative x JOIN creative k ON k.id = x.creative_id
          WHERE x.line_item_id = l.id AND k.status = 'ACTIVE') AS active_creatives,
        (SELECT count(*) FROM line_item_creative x JOIN creative k ON k.id = x.creative_id
          WHERE x.line_item_id = l.id AND k.status = 'ACTIVE' AND k.secure) AS secure_creatives,
        EXISTS (SELECT 1 FROM outbox o WHERE o.version > :published AND (
            o.key IN (:lineItemPrefix || l.id, :campaignPrefix || l.campaign_id,
              :advertiserPrefix || l.advertiser_id)
            OR o.key IN (SELECT :creativePrefix || x.creative_id FROM line_item_creative x
              WHERE x.line_item_id = l.id))) AS pending
      FROM line_item l JOIN campaign c ON c.id = l.campaign_id
      WHERE l.id = :id\
      """;

  /**
   * What it bids.
   *
   * @param chargeMicros what the one signal that is charged costs
   * @param chargesPerMillion for how many of a million impressions it is charged, as the catalogue
   *     was told, or as is taken for granted while nothing is measured; 0 is stopped, for it has
   *     cost more than it brought
   * @param measured whether it was told
   * @param effectiveCpmMicros what it is ranked by
   */
  record Price(
      BidModel model,
      long chargeMicros,
      int chargesPerMillion,
      boolean measured,
      long effectiveCpmMicros) {
    /** Whether it does not bid for what it has cost. */
    boolean isStopped() {
      return chargesPerMillion == 0;
    }

    private static Price read(ResultSet row) throws SQLException {
      BidModel model = BidModel.valueOf(row.getString("bid_model"));
      long amount = row.getLong("bid_micros");
      Integer told = row.getObject("charges_per_million", Integer.class);
      long charge = Math.max(1, model.chargeMicros(amount));
      int charges = model.chargesPerMillion(charge, told, row.getObject("told_micros", Long.class));
      return new Price(
          model, charge, charges, told != null, model.effectiveCpmMicros(amount, charges));
    }
  }

  /** In how many of a million auctions it takes part. */
  int partsPerMillion() {
    if (pacing == Pacing.ASAP) {
      return Participation.ALL;
    }
    return participation == null ? Participation.START : participation;
  }

  /** Reads it as the caller of the transaction sees it. */
  static Optional<ServingState> read(Handle handle, long id, Exchange exchange) {
    return handle
        .createQuery(OWN)
        .bind("id", id)
        .bind("lineItemPrefix", prefix(CatalogueKind.LINE_ITEM))
        .bind("campaignPrefix", prefix(CatalogueKind.CAMPAIGN))
        .bind("advertiserPrefix", prefix(CatalogueKind.ADVERTISER))
        .bind("creativePrefix", prefix(CatalogueKind.CREATIVE))
        .bind("published", exchange.publishedVersion())
        .map((row, context) -> of(row, exchange))
        .findOne();
  }

  /** What keys of a kind begin with, before the id. */
  private static String prefix(CatalogueKind kind) {
    String one = new CatalogueKey(kind, 1).text();
    return one.substring(0, one.length() - 1);
  }

  private static ServingState of(ResultSet row, Exchange exchange) throws SQLException {
    Timestamp start = row.getTimestamp("start_at");
    Timestamp end = row.getTimestamp("end_at");
    return new ServingState(
        Status.valueOf(row.getString("line_item_status")),
        Status.valueOf(row.getString("campaign_status")),
        start == null ? null : start.toInstant(),
        end == null ? null : end.toInstant(),
        row.getInt("creatives"),
        row.getInt("active_creatives"),
        row.getInt("secure_creatives"),
        exchange.activeSupplyPartners(),
        row.getBoolean("pending"),
        Price.read(row),
        Pacing.valueOf(row.getString("pacing")),
        row.getObject("participation", Integer.class));
  }

  /**
   * What no tenant sees of its own.
   *
   * @param activeSupplyPartners how many supply partners are ACTIVE
   * @param publishedVersion the newest version that the topics have taken
   */
  record Exchange(int activeSupplyPartners, long publishedVersion) {
    /** Reads it in a transaction of the service. */
    static Exchange read(Handle handle) {
      return handle
          .createQuery(
              "SELECT (SELECT count(*) FROM supply_partner WHERE status = 'ACTIVE') AS partners,"
                  + " (SELECT version FROM publication) AS published")
          .map((row, context) -> new Exchange(row.getInt("partners"), row.getLong("published")))
          .one();
    }
  }
}
