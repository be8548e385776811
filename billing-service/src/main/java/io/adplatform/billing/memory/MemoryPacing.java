package io.adplatform.billing.memory;

import io.adplatform.billing.budget.Spend;
import io.adplatform.billing.pacing.PacedLineItem;
import io.adplatform.billing.pacing.PacingState;
import io.adplatform.billing.pacing.PacingStore;
import io.adplatform.billing.pacing.TrafficCurve;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What steers paced line items, in memory. For one thread. */
final class MemoryPacing implements PacingStore {
  /** What a row of the table {@code pacing} holds. */
  private static final class Row {
    PacingState state;
    long version;
    long revision;
  }

  private final MemoryBudgets budgets;
  private final Collection<MemoryNode> nodes;
  private final Map<Long, Row> rows = new TreeMap<>();
  private final Map<Long, TrafficCurve> curves = new HashMap<>();
  private long revision;

  MemoryPacing(MemoryBudgets budgets, Collection<MemoryNode> nodes) {
    this.budgets = budgets;
    this.nodes = nodes;
  }

  @Override
  public long settledMillis(int partitions, long nowMillis) {
    long settled = Long.MAX_VALUE;
    for (int partition = 0; partition < partitions; partition++) {
      long newest = 0;
      boolean any = false;
      for (MemoryNode node : nodes) {
        long mark = mark(node, partition);
        any |= mark > 0;
        newest = mark <= nowMillis ? Math.max(newest, mark) : newest;
      }
      if (!any) {
        return 0;
      }
      long through = Long.MAX_VALUE;
      for (MemoryNode node : nodes) {
        long mark = mark(node, partition);
        boolean counts = mark > 0 && mark <= nowMillis && mark >= newest - AWAITED_MILLIS;
        through = counts ? Math.min(through, mark) : through;
      }
      settled = Math.min(settled, through == Long.MAX_VALUE ? nowMillis : through);
    }
    return settled;
  }

  /** 0 is none. */
  private static long mark(MemoryNode node, int partition) {
    return node.isWrittenOff() ? 0 : node.settledUpToMillis[partition];
  }

  @Override
  public List<PacedLineItem> read(long nowMillis) {
    rows.keySet().removeIf(id -> budgets.lineItems().get(id).pacing() == LineItem.Pacing.ASAP);
    curves
        .keySet()
        .removeIf(id -> budgets.lineItems().get(id).pacing() != LineItem.Pacing.FORECAST);
    List<PacedLineItem> items = new ArrayList<>();
    for (LineItem lineItem : budgets.lineItems().values()) {
      Campaign campaign = budgets.campaign(lineItem.campaignId());
      if (lineItem.pacing() != LineItem.Pacing.ASAP && campaign != null) {
        Long end = earlier(lineItem.endAt(), campaign.endAt());
        if (end == null || end > nowMillis - ENDED_MILLIS) {
          items.add(item(lineItem, campaign, end, nowMillis));
        }
      }
    }
    return items;
  }

  private PacedLineItem item(LineItem lineItem, Campaign campaign, Long end, long nowMillis) {
    Advertiser advertiser = budgets.advertiser(campaign.advertiserId());
    ZoneId zone = ZoneId.of(advertiser.timeZone());
    LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone);
    long charge = Math.max(1, lineItem.chargeMicros());
    Long ofCampaign = campaign.budget().totalMicros();
    boolean running =
        lineItem.status() == Status.ACTIVE
            && campaign.status() == Status.ACTIVE
            && (ofCampaign == null
                || ofCampaign - budgets.ofCampaign(campaign.id()).charged() >= charge)
            && hasBegun(lineItem.startAt(), nowMillis)
            && hasBegun(campaign.startAt(), nowMillis)
            && (end == null || end > nowMillis);
    Row row = rows.get(lineItem.id());
    long version = budgets.version(lineItem.id());
    return new PacedLineItem(
        lineItem.id(),
        campaign.id(),
        running,
        new PacedLineItem.Budgets(
            lineItem.budget().totalMicros(),
            lineItem.budget().dailyMicros(),
            campaign.budget().dailyMicros(),
            end),
        charge,
        budgets.ofLineItem(lineItem.id()).charged(),
        lineItem.pacing() == LineItem.Pacing.FORECAST,
        new PacedLineItem.Day(
            zone, date, date.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli()),
        version,
        row == null ? null : row.state,
        row == null ? version : row.version);
  }

  private static Long earlier(Instant one, Instant other) {
    if (one == null || other == null) {
      Instant only = one == null ? other : one;
      return only == null ? null : (Long) only.toEpochMilli();
    }
    return Math.min(one.toEpochMilli(), other.toEpochMilli());
  }

  private static boolean hasBegun(Instant start, long nowMillis) {
    return start == null || start.toEpochMilli() <= nowMillis;
  }

  @Override
  public Map<Long, PacedLineItem.Charged> chargedToday(List<PacedLineItem> items) {
    Map<Long, PacedLineItem.Charged> charged = new HashMap<>();
    for (PacedLineItem item : items) {
      Spend own = budgets.ofLineItem(item.id()).on(item.day().date());
      Spend ofCampaign = budgets.ofCampaign(item.campaignId()).on(item.day().date());
      charged.put(item.id(), new PacedLineItem.Charged(own.dayCharged(), ofCampaign.dayCharged()));
    }
    return charged;
  }

  @Override
  public Map<Long, TrafficCurve> curves(List<PacedLineItem> items) {
    Map<Long, TrafficCurve> found = new HashMap<>();
    for (PacedLineItem item : items) {
      if (item.forecast()) {
        found.put(item.id(), curves.computeIfAbsent(item.id(), key -> new TrafficCurve()));
      }
    }
    return found;
  }

  /** A curve is changed where it is kept. */
  @Override
  public void writeHours(Map<Long, Integer> hours, Map<Long, TrafficCurve> changed) {}

  @Override
  public void write(List<Steered> steered) {
    for (Steered one : steered) {
      Row row = rows.get(one.lineItemId());
      PacingState state = one.state();
      if (row == null) {
        row = new Row();
        rows.put(one.lineItemId(), row);
        row.revision = ++revision;
        // Nodes start with its participation by themselves.
        state = state.published(state.seenMillis());
      } else if (row.state.participation() != state.participation()) {
        row.revision = ++revision;
      }
      row.state = state;
      row.version = one.version();
    }
  }

  @Override
  public void published(long upTo, long nowMillis) {
    for (Row row : rows.values()) {
      if (row.revision <= upTo && row.state.liveMillis() == PacingState.UNKNOWN) {
        row.state = row.state.published(nowMillis);
      }
    }
  }

  @Override
  public List<Changed> changedAfter(long after, int limit) {
    return rows.entrySet().stream()
        .filter(row -> row.getValue().revision > after)
        .map(
            row ->
                new Changed(
                    row.getKey(),
                    row.getValue().state.participation(),
                    null,
                    null,
                    row.getValue().revision))
        .sorted((one, other) -> Long.compare(one.revision(), other.revision()))
        .limit(limit)
        .toList();
  }

  @Override
  public long newestRevision() {
    return rows.values().stream().mapToLong(row -> row.revision).max().orElse(0);
  }
}
