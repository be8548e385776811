package io.adplatform.analytics.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.Caller;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Auctions, their requests, their events and the names of what they name, in ClickHouse.
 * Thread-safe.
 */
final class AuctionStore {
  /** An event counts for an auction no later than its token lives, and some. */
  private static final long EVENT_SPAN_SECONDS = 2 * 86_400L;

  private static final String RECORD_COLUMNS =
      "SELECT *, toUnixTimestamp64Milli(time) AS millis FROM auction_records FINAL";

  /** A request has no more ids than 32 imps with 7 open bids and 64 deals each. */
  private static final int ID_SPAN = 32 * (7 + 64);

  private static final String OF_ONE_IMP =
      " AND auction_hi = {hi:Int64} AND imp_index = {imp:UInt8} AND request_id_hash = {hash:Int64}"
          + " AND time = fromUnixTimestamp64Milli({millis:Int64})";

  private static final String OF_SUPPLY =
      " AND supply_partner_id IN (SELECT id FROM entities FINAL WHERE kind = 'supply-partner'"
          + " AND account_id = {account:Int64})";

  private static final String OF_DEMAND =
      " AND hasAny(candidate_line_items, (SELECT groupArray(id) FROM entities FINAL WHERE kind ="
          + " 'line-item' AND account_id = {account:Int64}))";

  private final ClickHouseDatabase database;

  AuctionStore(ClickHouseDatabase database) {
    this.database = database;
  }

  /** The record of an auction, as far as a caller may see it; else null. */
  RecordedAuction find(long hi, long lo, Caller caller) {
    List<JsonNode> rows =
        database.query(
            RECORD_COLUMNS
                + " WHERE auction_hi = {hi:Int64} AND auction_lo = {lo:Int64}"
                + visibleTo(caller),
            Map.of(
                "hi", Long.toString(hi),
                "lo", Long.toString(lo),
                "account", Long.toString(caller.accountId())));
    return rows.isEmpty() ? null : auction(rows.getFirst());
  }

  /** What a record must name of the caller's account; nothing for operators. */
  private static String visibleTo(Caller caller) {
    return switch (caller.role()) {
      case OPERATOR -> "";
      case PARTNER -> OF_SUPPLY;
      default -> OF_DEMAND;
    };
  }

  /** The further bids on an auction's imp, in the order of their places. */
  List<RecordedAuction> findAdditional(RecordedAuction auction) {
    return database
        .query(
            RECORD_COLUMNS
                + " WHERE auction_lo > {lo:Int64} AND auction_lo <= {lo:Int64} + "
                + ID_SPAN
                + OF_ONE_IMP
                + " AND bitTest(flags, 3) ORDER BY auction_lo",
            ofOneImp(auction))
        .stream()
        .map(AuctionStore::auction)
        .toList();
  }

  /** The auction that a further bid was made in, or null. */
  RecordedAuction findFirst(RecordedAuction additional) {
    List<JsonNode> rows =
        database.query(
            RECORD_COLUMNS
                + " WHERE auction_lo < {lo:Int64} AND auction_lo >= {lo:Int64} - "
                + ID_SPAN
                + OF_ONE_IMP
                + " AND NOT bitTest(flags, 3) ORDER BY auction_lo DESC LIMIT 1",
            ofOneImp(additional));
    return rows.isEmpty() ? null : auction(rows.getFirst());
  }

  private static Map<String, String> ofOneImp(RecordedAuction auction) {
    return Map.of(
        "hi", Long.toString(auction.hi()),
        "lo", Long.toString(auction.lo()),
        "millis", Long.toString(auction.timeMillis()),
        "hash", Long.toString(auction.requestIdHash()),
        "imp", Integer.toString(auction.imp().index()));
  }

  /**
   * The auctions under the hash of a request id that a caller may see, newest first, without
   * further bids.
   */
  List<RecordedAuction> findByRequest(long requestIdHash, Caller caller, int limit, long offset) {
    List<RecordedAuction> found = new ArrayList<>();
    for (JsonNode row :
        database.query(
            RECORD_COLUMNS
                + " WHERE request_id_hash = {hash:Int64} AND NOT bitTest(flags, 3)"
                + visibleTo(caller)
                + " ORDER BY time DESC, auction_hi, auction_lo LIMIT {limit:UInt32}"
                + " OFFSET {offset:UInt64}",
            Map.of(
                "hash", Long.toString(requestIdHash),
                "account", Long.toString(caller.accountId()),
                "limit", Integer.toString(limit),
                "offset", Long.toString(offset)))) {
      found.add(auction(row));
    }
    return found;
  }

  private static RecordedAuction auction(JsonNode row) {
    List<RecordedAuction.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < row.get("candidate_line_items").size(); i++) {
      candidates.add(
          new RecordedAuction.Candidate(
              row.get("candidate_line_items").get(i).asLong(),
              row.get("candidate_prices").get(i).asLong(),
              row.get("candidate_reasons").get(i).asInt()));
    }
    return new RecordedAuction(
        number(row, "auction_hi"),
        number(row, "auction_lo"),
        number(row, "millis"),
        number(row, "request_id_hash"),
        number(row, "catalogue_version"),
        number(row, "supply_partner_id"),
        new RecordedAuction.Imp(
            (int) number(row, "imp_index"),
            (int) number(row, "imp_count"),
            (int) number(row, "flags"),
            (int) number(row, "width"),
            (int) number(row, "height"),
            (int) number(row, "format"),
            (int) number(row, "device_type"),
            (int) number(row, "country")),
        new RecordedAuction.Money(
            number(row, "floor_cpm_micros"),
            number(row, "bid_cpm_micros"),
            (int) number(row, "currency"),
            number(row, "creative_id"),
            number(row, "lease_id"),
            row.path("deal_id").asLong()),
        (int) number(row, "reason"),
        (int) number(row, "matched"),
        new RecordedAuction.Timing(
            number(row, "parse_nanos"), number(row, "decide_nanos"), number(row, "total_nanos")),
        candidates);
  }

  /** The full record that an auction's request has, or null. */
  RecordedRequest findRequest(RecordedAuction auction) {
    List<JsonNode> rows =
        database.query(
            "SELECT request_id, status, request, response FROM auction_details FINAL"
                + " WHERE auction_hi = {hi:Int64} AND auction_lo = {lo:Int64}",
            Map.of(
                "hi", Long.toString(auction.hi()),
                "lo", Long.toString(auction.lo() - auction.imp().index())));
    if (rows.isEmpty()) {
      return null;
    }
    JsonNode row = rows.getFirst();
    return new RecordedRequest(
        row.get("request_id").asText(),
        row.get("status").asInt(),
        row.get("request").asText(),
        row.get("response").asText());
  }

  /** The settled beacons and notices of an auction in the order of their time. */
  List<JsonNode> findEvents(RecordedAuction auction) {
    long seconds = auction.timeMillis() / 1000;
    return database.query(
        "SELECT toUnixTimestamp64Milli(time) AS millis, kind, disposition, billed, charged_micros,"
            + " over_delivery_micros, cost_micros, price_cpm_micros, loss_reason,"
            + " min_to_win_cpm_micros FROM"
            + " settled_events FINAL WHERE bucket >= fromUnixTimestamp({from:Int64}) AND bucket <"
            + " fromUnixTimestamp({to:Int64}) AND auction_hi = {hi:Int64} AND auction_lo ="
            + " {lo:Int64} AND kind NOT IN (1, 7) ORDER BY time, kafka_offset LIMIT 100",
        Map.of(
            "from", Long.toString(seconds - 900),
            "to", Long.toString(seconds + EVENT_SPAN_SECONDS),
            "hi", Long.toString(auction.hi()),
            "lo", Long.toString(auction.lo())));
  }

  /**
   * What something is called and whose it is.
   *
   * @param accountId 0 where it is not known
   */
  record Entity(String name, long accountId, long campaignId, long advertiserId) {
    static final Entity UNKNOWN = new Entity(null, 0, 0, 0);
  }

  /** The entities with these ids, those that are known. */
  Map<Long, Entity> entities(Set<Long> ids) {
    Map<Long, Entity> found = new HashMap<>();
    for (JsonNode row :
        database.query(
            "SELECT id, name, account_id, campaign_id, advertiser_id FROM entities FINAL"
                + " WHERE id IN {ids:Array(Int64)}",
            Map.of(
                "ids",
                ids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"))))) {
      found.put(
          number(row, "id"),
          new Entity(
              row.get("name").asText(),
              number(row, "account_id"),
              number(row, "campaign_id"),
              number(row, "advertiser_id")));
    }
    return found;
  }

  private static long number(JsonNode row, String column) {
    return row.get(column).asLong();
  }
}
