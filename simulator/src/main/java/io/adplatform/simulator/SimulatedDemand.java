package io.adplatform.simulator;

import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.decision.frequency.CapIndex;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A small catalogue drawn from a seed: an advertiser with some campaigns and line items, whose
 * budgets are of every size between nothing much and more than the traffic can spend, and one whose
 * line items have no budget, but only what it pays.
 */
final class SimulatedDemand {
  static final String[] COUNTRIES = {"USA", "DEU", "FRA", "JPN"};
  static final long PREPAID_ADVERTISER = 11;
  private static final long ADVERTISER = 10;
  private static final long CREATIVE = 20;
  private static final long FIRST_CAMPAIGN = 100;
  private static final long FIRST_LINE_ITEM = 1_000;
  private static final int CAMPAIGNS = 3;
  private static final int LINE_ITEMS = 9;
  private static final int PREPAID_LINE_ITEMS = 3;

  /** They win where they bid. */
  private static final long PREPAID_CPM_MICROS = 11_000_000;

  private static final long MILLIS_PER_DAY = 86_400_000;
  private static final long CAMPAIGN_MICROS = 300;
  private static final long MICROS_PER_CPM_STEP = 100_000;

  /** So many requests a user makes, on average, until caps have stopped nearly all of them. */
  private static final int REQUESTS_PER_USER = 200;

  private static final int LEAST_USERS = 40;
  private static final int MOST_USERS = 10_000;

  /** Windows of frequency caps: a cap is to be met again and again. */
  private static final int[] WINDOW_SECONDS = {60, 300, 900};

  /** Of all requests a paced line item is planned to be shown in at most so many of a hundred. */
  private static final int PLAN_PERCENT = 4;

  /** Of three line items one has caps, one is paced. */
  private static final int KINDS = 3;

  final List<CatalogueEntity> entities = new ArrayList<>();
  final List<Campaign> campaigns = new ArrayList<>();
  final List<LineItem> lineItems = new ArrayList<>();
  final Pauses pauses;

  /** What users may see of line items, by id. */
  final CapIndex caps;

  /** Requests are of users 1 to this. */
  final int users;

  private final SplittableRandom random;

  SimulatedDemand(SimulationConfig config) {
    random = new SplittableRandom(config.seed() * 31 + 1);
    long ofDay = Math.min(config.durationMillis(), MILLIS_PER_DAY) / 1_000;
    long requests = Math.max(1_000, ofDay * config.requestsPerSecond());
    long days = 1 + config.durationMillis() / MILLIS_PER_DAY;
    entities.add(new Advertiser(ADVERTISER, 1, "Acme", "USD", "UTC"));
    entities.add(new Advertiser(PREPAID_ADVERTISER, 2, "Pays ahead", "USD", "UTC"));
    entities.add(creative(CREATIVE, 1, ADVERTISER));
    entities.add(creative(CREATIVE + 1, 2, PREPAID_ADVERTISER));
    for (int i = 0; i < CAMPAIGNS; i++) {
      campaigns.add(campaign(FIRST_CAMPAIGN + i, requests, days));
    }
    for (int i = 0; i < LINE_ITEMS; i++) {
      lineItems.add(lineItem(FIRST_LINE_ITEM + i, requests, days));
    }
    addPrepaid();
    entities.addAll(campaigns);
    entities.addAll(lineItems);
    CapIndex.Builder capped = new CapIndex.Builder(0);
    for (LineItem lineItem : lineItems) {
      capped.add(lineItem, campaign(lineItem.campaignId()), null);
    }
    caps = capped.build();
    pauses = new Pauses(config.seed(), config.durationMillis(), lineItems);
    long all = config.durationMillis() / 1_000 * config.requestsPerSecond();
    users = Math.clamp(all / REQUESTS_PER_USER, LEAST_USERS, MOST_USERS);
  }

  private Campaign campaign(long id) {
    return campaigns.stream().filter(one -> one.id() == id).findFirst().orElseThrow();
  }

  private void addPrepaid() {
    long id = FIRST_CAMPAIGN + CAMPAIGNS;
    campaigns.add(
        new Campaign(
            id, 2, PREPAID_ADVERTISER, "All", Status.ACTIVE, null, null, Budget.UNBOUNDED));
    for (int i = 0; i < PREPAID_LINE_ITEMS; i++) {
      lineItems.add(
          new LineItem(
              FIRST_LINE_ITEM + LINE_ITEMS + i,
              2,
              PREPAID_ADVERTISER,
              id,
              "Line item",
              Status.ACTIVE,
              PREPAID_CPM_MICROS + i * MICROS_PER_CPM_STEP,
              List.of(CREATIVE + 1),
              Budget.UNBOUNDED,
              null,
              null,
              in(COUNTRIES[i])));
    }
  }

  private static Targeting in(String country) {
    return new Targeting(Map.of("country", List.of(country)), Map.of(), List.of());
  }

  private static Creative creative(long id, long accountId, long advertiserId) {
    return new Creative(
        id,
        accountId,
        advertiserId,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        300,
        250,
        "<a></a>",
        "https://acme.example/",
        List.of("acme.example"),
        List.of(),
        List.of(),
        true);
  }

  private Campaign campaign(long id, long requests, long days) {
    // Mostly more than its line items have, for it stops all of them.
    long daily = requests * (1 + random.nextInt(10)) * CAMPAIGN_MICROS + random.nextInt(5_000);
    long total = daily * days * (20 + random.nextInt(80)) / 100;
    Budget budget =
        new Budget(random.nextInt(3) == 0 ? null : total, random.nextInt(3) == 0 ? null : daily);
    List<FrequencyCap> caps = random.nextInt(KINDS) == 0 ? List.of(cap(6)) : List.of();
    return new Campaign(id, 1, ADVERTISER, "Campaign", Status.ACTIVE, null, null, budget, caps);
  }

  private LineItem lineItem(long id, long requests, long days) {
    long cpmMicros = MICROS_PER_CPM_STEP * (10 + random.nextInt(91));
    boolean paced = id % KINDS == 1;
    boolean everywhere = random.nextInt(3) == 0;
    Targeting targeting =
        everywhere ? Targeting.ANY : in(COUNTRIES[random.nextInt(COUNTRIES.length)]);
    return new LineItem(
        id,
        1,
        ADVERTISER,
        campaigns.get(random.nextInt(CAMPAIGNS)).id(),
        "Line item",
        Status.ACTIVE,
        cpmMicros,
        List.of(CREATIVE),
        paced ? plan(requests, cpmMicros / 1_000) : budget(requests, days, cpmMicros / 1_000),
        null,
        null,
        targeting,
        id % KINDS == 0 ? List.of(cap(2), cap(4)) : List.of(),
        paced ? LineItem.Pacing.EVEN : LineItem.Pacing.ASAP);
  }

  /** A cap of a few impressions. */
  private FrequencyCap cap(int most) {
    return new FrequencyCap(
        1 + random.nextInt(most), WINDOW_SECONDS[random.nextInt(WINDOW_SECONDS.length)]);
  }

  /** A daily budget that traffic allows mostly. */
  private Budget plan(long requests, long priceMicros) {
    return new Budget(null, requests * (1 + random.nextInt(PLAN_PERCENT)) / 100 * priceMicros);
  }

  /** Each bound is there in three of four; some are a few impressions alone. */
  private Budget budget(long requests, long days, long priceMicros) {
    long daily = (1 + random.nextLong(requests)) * priceMicros / 3 + random.nextInt(5_000);
    daily = random.nextInt(8) == 0 ? priceMicros * (1 + random.nextInt(60)) : daily;
    long total = daily * days * (20 + random.nextInt(80)) / 100;
    return new Budget(random.nextInt(4) == 0 ? null : total, random.nextInt(4) == 0 ? null : daily);
  }

  /**
   * The advertiser that pays ahead: its terms, and when it pays how much, drawn from a seed. Its
   * line items bid high and have no budget of their own, so that its money runs out again and
   * again.
   */
  static final class Payments {
    private static final int TIMES = 6;
    private static final int TIMES_PER_DAY = 3;

    /** Dearer than most impressions of its line items. */
    private static final long MICROS_PER_IMPRESSION = 12_000;

    /** A payment is this part of what the traffic between two could cost, at most. */
    private static final int PART_OF_TRAFFIC = 8;

    private record Payment(long atMillis, long micros) {}

    private final Deque<Payment> due = new ArrayDeque<>();
    private final PaymentTerms terms;
    private long paidMicros;

    Payments(SimulationConfig config) {
      SplittableRandom random = new SplittableRandom(config.seed() * 31 + 5);
      long duration = config.durationMillis();
      int times = TIMES + (int) (duration / MILLIS_PER_DAY) * TIMES_PER_DAY;
      long traffic = Math.max(100, duration / 1_000 * config.requestsPerSecond() / times);
      long most = traffic * MICROS_PER_IMPRESSION / PART_OF_TRAFFIC;
      boolean credit = random.nextBoolean();
      terms =
          new PaymentTerms(
              credit ? PaymentTerms.Kind.CREDIT : PaymentTerms.Kind.PREPAID,
              credit ? (Long) random.nextLong(most) : null,
              null,
              null,
              2);
      IntStream.range(0, times)
          .mapToObj(
              i -> {
                // One in four is worth a few impressions.
                long micros = random.nextInt(4) == 0 ? 20 * MICROS_PER_IMPRESSION : most;
                return new Payment(random.nextLong(duration), 1 + random.nextLong(micros));
              })
          .sorted(Comparator.comparingLong(Payment::atMillis))
          .forEach(due::add);
    }

    /** The first words between the advertiser and the exchange. */
    void agree(MemoryBilling billing) {
      billing.agree(PREPAID_ADVERTISER, terms);
    }

    /** Books what has come in until now. */
    void step(long millis, MemoryBilling billing) {
      while (!due.isEmpty() && due.peekFirst().atMillis() <= millis) {
        long micros = due.pollFirst().micros();
        paidMicros += micros;
        billing.post(PREPAID_ADVERTISER, micros);
      }
    }

    /** All that it has paid until now. */
    long paidMicros() {
      return paidMicros;
    }

    /** What it may owe at most. */
    long limitMicros() {
      Long limit = terms.creditLimitMicros();
      return limit == null ? 0 : limit;
    }
  }
}
