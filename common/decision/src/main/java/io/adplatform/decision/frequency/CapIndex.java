package io.adplatform.decision.frequency;

import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.LineItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The caps of a snapshot's line items, of those that can serve by ordinal, and of those that cannot
 * too by id: what they have bid may be seen yet. Immutable; any thread.
 */
public final class CapIndex {
  /** Nothing has caps. */
  public static final CapIndex EMPTY = new Builder(0).build();

  private final CapScope[][] byOrdinal;
  private final Long2ObjectHashMap<CapScope[]> byId;
  private final boolean empty;

  private CapIndex(CapScope[][] byOrdinal, Long2ObjectHashMap<CapScope[]> byId) {
    this.byOrdinal = byOrdinal;
    this.byId = byId;
    boolean none = true;
    for (CapScope[] scopes : byOrdinal) {
      none &= scopes == null;
    }
    this.empty = none;
  }

  /** Whether no line item that can serve has caps. */
  public boolean isEmpty() {
    return empty;
  }

  /** What a line item counts in, by ordinal, 1 to 3 scopes; null without caps. */
  public CapScope[] scopes(int ordinal) {
    return byOrdinal[ordinal];
  }

  /** What a line item counts in, by id; null without caps, or where it is not known. */
  public CapScope[] scopesOf(long lineItemId) {
    return byId.get(lineItemId);
  }

  /** The index in the making. One thread. */
  public static final class Builder {
    private final CapScope[][] byOrdinal;
    private final Long2ObjectHashMap<CapScope[]> byId = new Long2ObjectHashMap<>();
    private final Map<Long, CapScope> scopes = new HashMap<>();

    /** For so many line items that can serve. */
    public Builder(int lineItems) {
      byOrdinal = new CapScope[lineItems][];
    }

    /**
     * Adds a line item.
     *
     * @param campaign null where it is not known
     * @param advertiser null where it is not known
     * @return whether it has caps
     */
    public boolean add(LineItem lineItem, Campaign campaign, Advertiser advertiser) {
      long account = lineItem.accountId();
      List<CapScope> found = new ArrayList<>();
      if (!lineItem.frequencyCaps().isEmpty()) {
        found.add(
            new CapScope(
                CapScope.Kind.LINE_ITEM, lineItem.id(), account, lineItem.frequencyCaps()));
      }
      if (campaign != null && !campaign.frequencyCaps().isEmpty()) {
        found.add(
            scopes.computeIfAbsent(
                campaign.id(),
                id -> new CapScope(CapScope.Kind.CAMPAIGN, id, account, campaign.frequencyCaps())));
      }
      if (advertiser != null && !advertiser.frequencyCaps().isEmpty()) {
        found.add(
            scopes.computeIfAbsent(
                advertiser.id(),
                id ->
                    new CapScope(
                        CapScope.Kind.ADVERTISER, id, account, advertiser.frequencyCaps())));
      }
      if (found.isEmpty()) {
        return false;
      }
      byId.put(lineItem.id(), found.toArray(new CapScope[0]));
      return true;
    }

    /** Files a line item that was added, and can serve, under its ordinal. */
    public void serve(int ordinal, long lineItemId) {
      byOrdinal[ordinal] = byId.get(lineItemId);
    }

    /** The index. */
    public CapIndex build() {
      return new CapIndex(byOrdinal, byId);
    }
  }
}
