package io.adplatform.billing.pacing;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Paced line items, what they spent and how they are steered. Of one transaction. */
public interface PacingStore {
  /** What ended longer ago is steered no more, and its late spend not seen. */
  long ENDED_MILLIS = 3_600_000;

  /** A node whose marks stay so far behind the furthest is down, and spends nothing. */
  long AWAITED_MILLIS = 60_000;

  /**
   * A state to be written.
   *
   * @param version of the catalogue that had the line item as it was
   */
  record Steered(long lineItemId, PacingState state, long version) {}

  /**
   * What changed of a line item.
   *
   * @param participation null where it is the rate
   * @param chargesPerMillion null where it is the participation
   * @param chargeMicros what a charge cost when that was measured; null as before
   */
  record Changed(
      long lineItemId,
      Integer participation,
      Integer chargesPerMillion,
      Long chargeMicros,
      long revision) {}

  /**
   * Up to when events are settled, in all partitions, of all nodes that are about as far as the
   * furthest; 0 is unknown. A node that is down holds leases back, not pacing: it does not spend. A
   * mark that is later than now is of a node whose clock is ahead: where there are others it says
   * nothing.
   */
  long settledMillis(int partitions, long nowMillis) throws SQLException;

  /** Forgets what is no longer paced, and reads what is. */
  List<PacedLineItem> read(long nowMillis) throws SQLException;

  /** What each, and its campaign, was charged today; by id. */
  Map<Long, PacedLineItem.Charged> chargedToday(List<PacedLineItem> items) throws SQLException;

  /** What is known of the traffic of those that follow it, by id. */
  Map<Long, TrafficCurve> curves(List<PacedLineItem> items) throws SQLException;

  /** Writes one hour of each of some curves. */
  void writeHours(Map<Long, Integer> hours, Map<Long, TrafficCurve> curves) throws SQLException;

  /** Writes states; one whose participation is another than before gets the next revision. */
  void write(List<Steered> steered) throws SQLException;

  /** Notes that the catalogue has taken all changes up to a revision. */
  void published(long revision, long nowMillis) throws SQLException;

  /** The oldest changes after a revision. */
  List<Changed> changedAfter(long revision, int limit) throws SQLException;

  /** The newest revision there is; 0 before the first. */
  long newestRevision() throws SQLException;
}
