package io.adplatform.decision.catalogue;

import io.adplatform.decision.catalogue.CreativeIndex.CompiledCreative;
import io.adplatform.decision.deal.DealIndex;
import io.adplatform.decision.deal.FloorIndex;
import io.adplatform.decision.frequency.CapIndex;
import io.adplatform.decision.targeting.CreativeTraits;
import io.adplatform.decision.targeting.TargetingCompiler;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.ExchangeRates;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Turns catalogue documents into snapshots. Owned by one background thread. */
public final class CatalogueCompiler {
  private static final Comparator<Servable> BEST_FIRST =
      Comparator.comparingLong((Servable servable) -> servable.cpmMicros)
          .reversed()
          .thenComparingLong(servable -> servable.lineItem.id());

  /** Line items that are over stay in the index no longer than this, by the clock. */
  private static final long KEPT_MILLIS = 60_000;

  private final CreativeCompiler creativeCompiler;
  private final UnaryOperator<DemandPartner> partnerOpener;

  /** Of every entity seen, deleted ones too: an older document must not bring those back. */
  private final Map<CatalogueKey, Entry> entries = new HashMap<>();

  private long version;

  /** The newest snapshot, while nothing but participations has changed since; else null. */
  private CatalogueSnapshot newest;

  private long compiledMillis;
  private boolean participationsChanged;

  /** A compiler that has seen nothing. */
  public CatalogueCompiler(CreativeCompiler creativeCompiler) {
    this(creativeCompiler, UnaryOperator.identity());
  }

  /**
   * A compiler that has seen nothing.
   *
   * @param partnerOpener makes of a demand partner's document, whose secret is sealed, what is used
   */
  public CatalogueCompiler(
      CreativeCompiler creativeCompiler, UnaryOperator<DemandPartner> partnerOpener) {
    this.creativeCompiler = creativeCompiler;
    this.partnerOpener = partnerOpener;
  }

  /**
   * Takes one document.
   *
   * @param entity null where it was deleted
   * @param entityVersion of the catalogue; one that is not above the version known of this entity
   *     is passed over
   */
  public void apply(CatalogueKey key, CatalogueEntity entity, long entityVersion) {
    Entry known = entries.get(key);
    if (known != null && known.version >= entityVersion) {
      return;
    }
    CompiledCreative compiled = entity instanceof Creative creative ? compile(creative) : null;
    CatalogueEntity used =
        entity instanceof DemandPartner partner ? partnerOpener.apply(partner) : entity;
    entries.put(key, new Entry(entityVersion, used, compiled));
    version = Math.max(version, entityVersion);
    if (key.kind() == CatalogueKind.PARTICIPATION
        && Measured.of(entity).equals(Measured.of(known == null ? null : known.entity))) {
      participationsChanged = true;
    } else {
      newest = null;
    }
  }

  /** The highest version applied; 0 before the first. */
  public long version() {
    return version;
  }

  /**
   * The snapshot of what was applied so far; to be called at the end of a transaction. Where
   * participations alone have changed, which they do every few seconds, all but these is taken over
   * from the snapshot before. What is measured of charges orders the line items: that compiles all.
   *
   * @param nowMillis line items that are over by then are left out of auctions, and rates of a day
   *     (UTC) to come are not yet in force
   */
  public CatalogueSnapshot compile(long nowMillis) {
    boolean fresh = nowMillis >= compiledMillis && nowMillis - compiledMillis < KEPT_MILLIS;
    if (newest != null && participationsChanged && fresh) {
      newest = repaced(newest);
    } else {
      newest = compileAll(nowMillis);
      compiledMillis = nowMillis;
    }
    participationsChanged = false;
    return newest;
  }

  private CatalogueSnapshot repaced(CatalogueSnapshot before) {
    LineItemIndex lineItems = before.lineItems();
    int[] participations = new int[lineItems.count()];
    for (int ordinal = 0; ordinal < participations.length; ordinal++) {
      participations[ordinal] = participation(lineItems.lineItem(ordinal));
    }
    return new CatalogueSnapshot(
        version,
        lineItems.withParticipations(participations),
        before.creatives(),
        before.partners(),
        before.targeting(),
        before.caps(),
        before.idle(),
        before.rates(),
        before.deals(),
        before.floors(),
        before.demandPartners());
  }

  private int participation(LineItem lineItem) {
    if (lineItem.pacing() == LineItem.Pacing.ASAP) {
      return LineItem.Participation.ALL;
    }
    return entity(CatalogueKind.PARTICIPATION, lineItem.id())
            instanceof LineItem.Participation participation
        ? participation.partsPerMillion()
        : LineItem.Participation.START;
  }

  /** For how many of a million impressions it is charged. */
  private int chargesPerMillion(LineItem lineItem) {
    return lineItem.chargesPerMillion(
        (LineItem.Participation) entity(CatalogueKind.PARTICIPATION, lineItem.id()));
  }

  /** What orders line items of a participation: all of it but the share. */
  private record Measured(Integer chargesPerMillion, Long chargeMicros) {
    static Measured of(CatalogueEntity entity) {
      return entity instanceof LineItem.Participation participation
          ? new Measured(participation.chargesPerMillion(), participation.chargeMicros())
          : new Measured(null, null);
    }
  }

  private CatalogueSnapshot compileAll(long nowMillis) {
    List<Servable> servables = new ArrayList<>();
    List<IdleLineItem> idle = new ArrayList<>();
    List<SupplyPartner> partners = new ArrayList<>();
    List<Deal> deals = new ArrayList<>();
    List<FloorRule> floors = new ArrayList<>();
    RateTable table = null;
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
    for (Entry entry : entries.values()) {
      if (entry.entity instanceof LineItem lineItem) {
        file(lineItem, nowMillis, servables, idle);
      } else if (entry.entity instanceof SupplyPartner partner) {
        partners.add(partner);
      } else if (entry.entity instanceof RateTable other) {
        table = newer(other, table, today);
      } else if (entry.entity instanceof Deal deal) {
        deals.add(deal);
      } else if (entry.entity instanceof FloorRule rule) {
        floors.add(rule);
      }
    }
    servables.sort(BEST_FIRST);
    idle.sort(Comparator.comparingLong(item -> item.lineItem().id()));
    ExchangeRates rates =
        table == null ? ExchangeRates.NONE : ExchangeRates.of(table.unitsPerUsd());
    Supply supply =
        new Supply(
            new SupplyPartnerIndex(partners),
            rates,
            new DealIndex(deals),
            new FloorIndex(floors, rates));
    return snapshot(servables, List.copyOf(idle), supply);
  }

  /** The one whose rates hold: the newest that is not of a day to come; of one day the newest. */
  private static RateTable newer(RateTable table, RateTable other, LocalDate today) {
    if (table.date().isAfter(today)) {
      return other;
    }
    boolean later =
        other == null
            || table.date().isAfter(other.date())
            || (table.date().equals(other.date()) && table.id() > other.id());
    return later ? table : other;
  }

  private void file(
      LineItem lineItem, long nowMillis, List<Servable> servables, List<IdleLineItem> idle) {
    Campaign campaign = (Campaign) entity(CatalogueKind.CAMPAIGN, lineItem.campaignId());
    Advertiser advertiser = (Advertiser) entity(CatalogueKind.ADVERTISER, lineItem.advertiserId());
    boolean active =
        lineItem.status() == Status.ACTIVE
            && campaign != null
            && campaign.status() == Status.ACTIVE
            && advertiser != null;
    if (!active) {
      idle.add(new IdleLineItem(lineItem, Reason.STATUS));
      return;
    }
    long start = Math.max(millis(lineItem.startAt(), 0), millis(campaign.startAt(), 0));
    long end =
        Math.min(
            millis(lineItem.endAt(), Long.MAX_VALUE), millis(campaign.endAt(), Long.MAX_VALUE));
    if (end <= nowMillis) {
      idle.add(new IdleLineItem(lineItem, Reason.SCHEDULE));
      return;
    }
    List<CompiledCreative> creatives = new ArrayList<>();
    for (long id : lineItem.creativeIds()) {
      Entry entry = entries.get(new CatalogueKey(CatalogueKind.CREATIVE, id));
      if (entry != null && entry.compiled != null) {
        creatives.add(entry.compiled);
      }
    }
    if (creatives.isEmpty()) {
      idle.add(new IdleLineItem(lineItem, Reason.NO_CREATIVE));
      return;
    }
    int currency = CurrencyCode.numeric(advertiser.currency());
    int charges = chargesPerMillion(lineItem);
    servables.add(
        new Servable(
            lineItem,
            charges,
            lineItem.effectiveCpmMicros(charges),
            currency,
            start,
            end,
            creatives));
  }

  private CatalogueSnapshot snapshot(
      List<Servable> servables, List<IdleLineItem> idle, Supply supply) {
    int count = servables.size();
    TargetingCompiler targeting = new TargetingCompiler(count);
    Map<CompiledCreative, Integer> creativeOrdinals = new IdentityHashMap<>();
    List<CompiledCreative> creatives = new ArrayList<>();
    LineItemIndex.Columns columns = new LineItemIndex.Columns(count);
    CapIndex.Builder caps = new CapIndex.Builder(count);
    idle.forEach(item -> addCaps(item.lineItem(), caps));
    for (int ordinal = 0; ordinal < count; ordinal++) {
      Servable servable = servables.get(ordinal);
      int[] ordinals = new int[servable.creatives.size()];
      int[] sizes = new int[ordinals.length];
      for (int i = 0; i < ordinals.length; i++) {
        CompiledCreative creative = servable.creatives.get(i);
        Integer known = creativeOrdinals.putIfAbsent(creative, creatives.size());
        if (known == null) {
          creatives.add(creative);
        }
        ordinals[i] = known == null ? creatives.size() - 1 : known;
        sizes[i] = creative.traits().size();
      }
      columns.lineItems[ordinal] = servable.lineItem;
      columns.currencies[ordinal] = servable.currency;
      columns.startMillis[ordinal] = servable.startMillis;
      columns.endMillis[ordinal] = servable.endMillis;
      columns.creatives[ordinal] = ordinals;
      columns.participations[ordinal] = participation(servable.lineItem);
      columns.chargesPerMillion[ordinal] = servable.chargesPerMillion;
      if (addCaps(servable.lineItem, caps)) {
        caps.serve(ordinal, servable.lineItem.id());
        targeting.markCapped();
      }
      if (servable.lineItem.dealOnly()) {
        targeting.markDealOnly();
      }
      targeting.add(servable.lineItem.targeting(), sizes, servable.currency);
    }
    addDeals(servables, supply.deals, targeting);
    return new CatalogueSnapshot(
        version,
        new LineItemIndex(columns),
        new CreativeIndex(creatives.toArray(new CompiledCreative[0])),
        supply.partners,
        targeting.compile(),
        caps.build(),
        idle,
        supply.rates,
        supply.deals,
        supply.floors,
        demandPartners());
  }

  /** Tells the index of every deal's line items; those of another account do not bid on it. */
  private static void addDeals(
      List<Servable> servables, DealIndex deals, TargetingCompiler targeting) {
    if (deals.count() == 0) {
      return;
    }
    Map<Long, Integer> ordinals = new HashMap<>();
    for (int ordinal = 0; ordinal < servables.size(); ordinal++) {
      ordinals.put(servables.get(ordinal).lineItem.id(), ordinal);
    }
    for (int i = 0; i < deals.count(); i++) {
      Deal deal = deals.terms(i).deal();
      targeting.addDeal(
          deal.lineItemIds().stream()
              .map(ordinals::get)
              .filter(
                  ordinal ->
                      ordinal != null
                          && servables.get(ordinal).lineItem.accountId() == deal.accountId())
              .mapToInt(Integer::intValue)
              .distinct()
              .sorted()
              .toArray());
    }
  }

  private DemandPartnerIndex demandPartners() {
    List<DemandPartner> asked = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (entry.entity instanceof DemandPartner partner && partner.status() == Status.ACTIVE) {
        asked.add(partner);
      }
    }
    return DemandPartnerIndex.of(asked);
  }

  private boolean addCaps(LineItem lineItem, CapIndex.Builder caps) {
    return caps.add(
        lineItem,
        (Campaign) entity(CatalogueKind.CAMPAIGN, lineItem.campaignId()),
        (Advertiser) entity(CatalogueKind.ADVERTISER, lineItem.advertiserId()));
  }

  private CompiledCreative compile(Creative creative) {
    if (creative.status() != Status.ACTIVE) {
      return null;
    }
    try {
      return new CompiledCreative(
          creative, new CreativeTraits(creative), creativeCompiler.compile(creative));
    } catch (RuntimeException e) {
      // One creative that cannot be prepared must not keep the rest of the catalogue from auctions.
      creativeCompiler.refused(creative, e);
      return null;
    }
  }

  private CatalogueEntity entity(CatalogueKind kind, long id) {
    Entry entry = entries.get(new CatalogueKey(kind, id));
    return entry == null ? null : entry.entity;
  }

  private static long millis(Instant instant, long otherwise) {
    return instant == null ? otherwise : instant.toEpochMilli();
  }

  /**
   * The newest of one entity.
   *
   * @param entity null where it was deleted
   * @param compiled of an ACTIVE creative that could be prepared
   */
  private record Entry(long version, CatalogueEntity entity, CompiledCreative compiled) {}

  /** What is known of supply and its terms. */
  private record Supply(
      SupplyPartnerIndex partners, ExchangeRates rates, DealIndex deals, FloorIndex floors) {}

  /** A line item that can serve. */
  private record Servable(
      LineItem lineItem,
      int chargesPerMillion,
      long cpmMicros,
      int currency,
      long startMillis,
      long endMillis,
      List<CompiledCreative> creatives) {}
}
