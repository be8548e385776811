package io.adplatform.billing.reconcile;

import io.adplatform.billing.reconcile.LedgerFigures.Booked;
import io.adplatform.billing.reconcile.LedgerFigures.Cut;
import io.adplatform.billing.reconcile.PartnerComparison.Ours;
import io.adplatform.billing.reconcile.PartnerFile.Place;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Compares a day (UTC) of settled events with the report, the ledger and what supply partners
 * counted, hour by hour and line item by line item, and keeps what came of it. ClickHouse is asked
 * how far it is before the ledger is, and both before the figures are read: so what is before the
 * cut is in both, and figures that move meanwhile are told as such. Thread-safe; one comparison at
 * a time.
 */
final class Reconciliation {
  /** After its end a day is waited for: a signal comes at most as late as the longest token. */
  static final Duration GRACE = Duration.ofHours(1);

  private static final long HOUR_SECONDS = 3_600;

  /** Cells whose entries are looked at one by one; where more differ, all is wrong. */
  private static final int MAX_CELLS_IN_DETAIL = 200;

  private final Transactions transactions;
  private final SettledFigures settled;
  private final InstantSource clock;
  private final ReentrantLock one = new ReentrantLock();

  Reconciliation(Transactions transactions, SettledFigures settled, InstantSource clock) {
    this.transactions = transactions;
    this.settled = settled;
    this.clock = clock;
  }

  /** The date in a path. */
  static LocalDate date(ApiRequest request, String name) {
    return date(name, request.path(name));
  }

  /**
   * A date.
   *
   * @throws Problem 422 where it is none
   */
  static LocalDate date(String name, String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw Problem.invalid(name, "must be a day such as 2026-11-20");
    }
  }

  /**
   * Compares a day.
   *
   * @param author null for the job
   * @return the document
   * @throws Problem 422 where the day has not come or its events are not kept any more, 503 where a
   *     source is away
   */
  JsonObject run(LocalDate day, Author author) throws SQLException {
    one.lock();
    try {
      return compare(day, author);
    } finally {
      one.unlock();
    }
  }

  /**
   * The first day (UTC) of which all settled events are kept.
   *
   * @throws Problem 503 where analytics-ingest is away
   */
  LocalDate firstKeptDay() {
    return firstKeptDay(settled.position());
  }

  private static LocalDate firstKeptDay(SettledFigures.Position position) {
    // The second before, so that a day that begins with what is kept is whole.
    return LocalDate.ofInstant(
            Instant.ofEpochSecond(position.keptFromSeconds() - 1), ZoneOffset.UTC)
        .plusDays(1);
  }

  /**
   * Holds a day to what is kept.
   *
   * @throws Problem 422 where its events are gone
   */
  static void requireKept(LocalDate day, SettledFigures.Position position) {
    if (day.isBefore(firstKeptDay(position))) {
      throw Problem.invalid("date", "its settled events are not kept any more");
    }
  }

  private JsonObject compare(LocalDate day, Author author) throws SQLException {
    long startMillis = clock.millis();
    long from = day.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    long to = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    if (from * 1_000 > startMillis) {
      throw Problem.invalid("date", "has not come yet");
    }
    SettledFigures.Position position = settled.position();
    requireKept(day, position);
    Bounds bounds =
        transactions.forService(
            handle -> {
              LedgerFigures.Position ledger = LedgerFigures.position(handle.getConnection());
              Map<Integer, Long> rolledUp = rolledUp(position, ledger);
              Cut cut = LedgerFigures.cut(handle.getConnection(), ledger, rolledUp);
              return new Bounds(position, cut, below(position, ledger, cut));
            });
    Totals totals = new Totals();
    int[] inDetail = {0};
    for (long hour = from; hour < to && hour * 1_000 <= startMillis; hour += HOUR_SECONDS) {
      compareHour(hour, bounds, totals, inDetail);
    }
    JsonArray partners = new JsonArray();
    for (PartnerFileStore.InForce file :
        transactions.forService(h -> PartnerFileStore.inForce(h.getConnection(), day))) {
      comparePartner(day, file, from, to, totals);
      partners.add(
          new JsonObject()
              .put("supplyPartnerId", Long.toString(file.supplyPartnerId()))
              .put("fileId", Long.toString(file.id())));
    }
    boolean over = startMillis >= to * 1_000 + GRACE.toMillis();
    boolean complete = over && totals.isSettled();
    JsonObject document =
        totals.document().put("partners", partners).put("tookMillis", clock.millis() - startMillis);
    return transactions.forService(
        handle -> {
          ReconciliationStore.add(
              handle.getConnection(), day, startMillis, author, complete, document, totals.kept());
          return ReconciliationStore.newest(handle.getConnection(), day);
        });
  }

  /**
   * How far everything is.
   *
   * @param below the cut, in offsets of the topic that is ClickHouse's newest
   */
  private record Bounds(SettledFigures.Position position, Cut cut, Map<Integer, Long> below) {
    /** The number that ClickHouse has for a topic of the ledger; null where it knows none. */
    Integer generation(String topicId) {
      return topicId == null ? (Integer) position.newest() : position.generations().get(topicId);
    }
  }

  private static boolean isSameTopic(
      SettledFigures.Position position, LedgerFigures.Position ledger) {
    return ledger.topicId() == null || ledger.topicId().equals(position.newestTopicId());
  }

  /** How far ClickHouse is with the ledger's topic: to its end, where it has read a newer one. */
  private static Map<Integer, Long> rolledUp(
      SettledFigures.Position position, LedgerFigures.Position ledger) {
    if (isSameTopic(position, ledger)) {
      return position.rolledUp();
    }
    Map<Integer, Long> rolledUp = new TreeMap<>();
    if (position.generations().containsKey(ledger.topicId())) {
      ledger.next().keySet().forEach(partition -> rolledUp.put(partition, Long.MAX_VALUE));
    }
    return rolledUp;
  }

  /** How far the ledger is with ClickHouse's topic: to its end, where it has read a newer one. */
  private static Map<Integer, Long> below(
      SettledFigures.Position position, LedgerFigures.Position ledger, Cut cut) {
    if (isSameTopic(position, ledger)) {
      return cut.next();
    }
    Map<Integer, Long> below = new TreeMap<>();
    if (!position.generations().containsKey(ledger.topicId())) {
      position.rolledUp().keySet().forEach(partition -> below.put(partition, Long.MAX_VALUE));
    }
    return below;
  }

  private void compareHour(long hour, Bounds bounds, Totals totals, int[] inDetail)
      throws SQLException {
    SettledFigures.Hour figures = settled.hour(hour, bounds.position, bounds.below);
    Map<Cell, Booked> booked =
        transactions.forService(h -> LedgerFigures.hour(h.getConnection(), hour, bounds.cut));
    TreeSet<Cell> cells = new TreeSet<>(figures.events().keySet());
    cells.addAll(figures.report().keySet());
    cells.addAll(booked.keySet());
    for (Cell cell : cells) {
      Comparison.Sources of =
          new Comparison.Sources(
              figures.events().getOrDefault(cell, SettledFigures.Events.NONE),
              figures.report().getOrDefault(cell, Figures.ZERO),
              booked.getOrDefault(cell, Booked.NOTHING),
              figures.twice().getOrDefault(cell, Figures.ZERO));
      totals.cell(cell, of);
      if (!of.isEqual()) {
        boolean detail = Comparison.needsEntries(of) && inDetail[0] < MAX_CELLS_IN_DETAIL;
        inDetail[0] += detail ? 1 : 0;
        totals.add(new Comparison(cell, of).differences(detail ? entries(cell, bounds) : null));
      }
    }
  }

  /** The cell's entries and what their events come to; null where they are too many. */
  private List<Comparison.Checked> entries(Cell cell, Bounds bounds) throws SQLException {
    List<LedgerFigures.Entry> entries =
        transactions.forService(h -> LedgerFigures.entries(h.getConnection(), cell, bounds.cut));
    if (entries == null) {
      return null;
    }
    List<SettledFigures.Range> ranges = new ArrayList<>();
    for (LedgerFigures.Entry entry : entries) {
      Integer generation = bounds.generation(entry.topicId());
      // Of a topic that ClickHouse never read there is nothing: an empty range finds it so.
      ranges.add(
          generation == null
              ? new SettledFigures.Range(0, 0, 0, 0)
              : new SettledFigures.Range(
                  generation, entry.partition(), entry.fromOffset(), entry.nextOffset()));
    }
    boolean tellable =
        transactions.forService(
            h -> LedgerFigures.isChargedBesideImpressions(h.getConnection(), cell.lineItemId()));
    List<SettledFigures.Ranged> events = settled.ranges(cell, ranges);
    List<Comparison.Checked> checked = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      SettledFigures.Ranged of = events.get(i);
      long charge = tellable ? of.chargeMicros() : Comparison.Checked.VARIOUS;
      checked.add(new Comparison.Checked(entries.get(i), of.events(), charge));
    }
    return checked;
  }

  private void comparePartner(
      LocalDate day, PartnerFileStore.InForce inForce, long from, long to, Totals totals)
      throws SQLException {
    PartnerFile file = PartnerCsv.read(inForce.content(), day).file();
    if (file == null) {
      throw new IllegalStateException("file " + inForce.id() + " was accepted and is not read now");
    }
    long shift = PartnerComparison.MAX_SHIFT_HOURS * HOUR_SECONDS;
    Map<Long, Long> campaigns =
        file.key() == PartnerFile.Key.CAMPAIGN
            ? transactions.forService(h -> PartnerFileStore.campaigns(h.getConnection()))
            : Map.of();
    Map<Place, Ours> ours = new TreeMap<>();
    for (JsonObject row :
        settled.supply(
            inForce.supplyPartnerId(),
            from - shift,
            to + shift,
            file.key() == PartnerFile.Key.CREATIVE)) {
      long id = row.getLong("id");
      Place place =
          new Place(
              row.getLong("hourSeconds"),
              file.key() == PartnerFile.Key.CAMPAIGN ? campaigns.getOrDefault(id, 0L) : id,
              row.getString("currency"));
      Ours one = Ours.of(row);
      ours.merge(place, one, Ours::plus);
      if (place.hourSeconds() >= from && place.hourSeconds() < to) {
        totals.partner(
            "OWED",
            inForce.supplyPartnerId(),
            place.currency(),
            one.owed().impressions(),
            one.owed().micros());
      }
    }
    file.rows()
        .forEach(
            (place, row) ->
                totals.partner(
                    "PARTNER",
                    inForce.supplyPartnerId(),
                    place.currency(),
                    row.impressions(),
                    row.amountMicros()));
    totals.add(new PartnerComparison(inForce.supplyPartnerId(), file, ours).differences());
  }
}
