package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.settle.Events.Beacon;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SignalKind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.agrona.concurrent.UnsafeBuffer;

class SettlementPropertyTest {
  private static final long[] LEASE_AMOUNTS = {0, 1_000, 50_000, 1_000_000};
  private static final SignalKind[] KINDS = {
    SignalKind.IMPRESSION,
    SignalKind.CLICK,
    SignalKind.VIEW,
    SignalKind.CONVERSION,
    SignalKind.WIN,
    SignalKind.BILL,
    SignalKind.LOSS
  };

  /** A message, and the beacon in it. */
  private record Sent(Beacon beacon, boolean partners, byte[] message) {}

  @Property(seed = "2026", tries = 300)
  void shouldEqualTheNaiveModel(@ForAll long seed, @ForAll @IntRange(max = 300) int count) {
    Settlement settlement = new Settlement(100_000);
    NaiveSettlement naive = new NaiveSettlement();
    for (Sent sent : journal(new Random(seed), count)) {
      UnsafeBuffer out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
      byte[] message = sent.message();
      int length =
          settlement.settle(new UnsafeBuffer(message), 0, message.length, Answers.UNKNOWN, out);
      String expected = naive.settle(sent);
      assertEquals(expected, length == 0 ? "-" : text(Answers.event(out)));
    }
    naive.charged.forEach(
        (lease, charged) ->
            assertTrue(charged <= LEASE_AMOUNTS[(int) (lease % LEASE_AMOUNTS.length)]));
  }

  @Property(seed = "2026", tries = 100)
  void shouldGoOnFromItsWrittenState(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int count) {
    Random random = new Random(seed);
    List<Sent> journal = journal(random, count);
    int cut = random.nextInt(journal.size() + 1);
    Settlement whole = new Settlement(100_000);
    Settlement first = new Settlement(100_000);
    for (Sent sent : journal.subList(0, cut)) {
      assertEquals(answer(whole, sent), answer(first, sent));
    }
    Settlement resumed = new Settlement(100_000);
    resumed.read(ByteBuffer.wrap(first.write()));
    for (Sent sent : journal.subList(cut, journal.size())) {
      assertEquals(answer(whole, sent), answer(resumed, sent));
    }
    assertEquals(sorted(whole.write()), sorted(resumed.write()));
  }

  /** Whatever overflows: the other classes settle as if alone, and no signal is charged twice. */
  @Property(seed = "2026", tries = 200)
  void shouldForgetOnlyWhatIsOfTheFullClass(
      @ForAll long seed,
      @ForAll BidModel full,
      @ForAll @IntRange(min = 1, max = 600) int flood,
      @ForAll @IntRange(min = 1, max = 200) int count) {
    Random random = new Random(seed);
    int cap = 8 * 50;
    Settlement settlement = new Settlement(cap);
    Settlement roomy = new Settlement(1_000_000);
    Map<String, Integer> charges = new HashMap<>();
    long position = 0;
    int flooded = 0;
    int left = count;
    while (flooded < flood || left > 0) {
      boolean floods = left == 0 || flooded < flood && random.nextInt(flood + count) < flood;
      BidModel model;
      Beacon beacon;
      if (floods) {
        model = full;
        int auction = 1_000 + 3 * flooded++;
        beacon = Beacon.of(charged(full), auction).expiringAt(100 + random.nextInt(90_000));
      } else {
        left--;
        // Fewer than the least class holds, each with repeats.
        int auction = random.nextInt(12);
        model = BidModel.values()[auction % BidModel.values().length];
        beacon = Beacon.of(charged(model), auction).expiringAt(20 + auction);
      }
      position += 64;
      beacon = beacon.priced(model).lease(9, 1_000_000_000);
      SettledEventDecoder event = Answers.event(settlement, beacon.at(position));
      SettledEventDecoder alone = Answers.event(roomy, beacon.at(position));
      if (model != full) {
        assertEquals(text(alone), text(event), beacon.toString());
      }
      int charge = event.chargedMicros() > 0 ? 1 : 0;
      String once = beacon.auctionLo() + " " + beacon.kind();
      assertTrue(charges.merge(once, charge, Integer::sum) <= 1, beacon.toString());
      if (random.nextInt(50) == 0) {
        Settlement resumed = new Settlement(cap);
        resumed.read(ByteBuffer.wrap(settlement.write()));
        settlement = resumed;
      }
    }
  }

  private static SignalKind charged(BidModel model) {
    return switch (model) {
      case CPM -> SignalKind.IMPRESSION;
      case CPC -> SignalKind.CLICK;
      case VCPM -> SignalKind.VIEW;
      case CPA -> SignalKind.CONVERSION;
    };
  }

  @Property(seed = "2026", tries = 300)
  void shouldSurviveAnyBytes(@ForAll byte[] bytes, @ForAll long seed) {
    Settlement settlement = new Settlement(100);
    Random random = new Random(seed);
    byte[] spoiled = Beacon.of(SignalKind.IMPRESSION, 1).at(64);
    for (int i = 0; i < 8; i++) {
      spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt();
    }
    for (byte[] message : List.of(bytes, spoiled)) {
      UnsafeBuffer out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
      int length =
          settlement.settle(new UnsafeBuffer(message), 0, message.length, Answers.UNKNOWN, out);
      assertEquals(
          settlement.verdict() == Verdict.GARBAGE || settlement.verdict() == Verdict.RESHIPPED,
          length == 0);
    }
  }

  /** Signals with repeats, of which stretches are shipped again. */
  private static List<Sent> journal(Random random, int count) {
    List<Sent> written = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long auction = random.nextInt(1 + count / 3);
      // All that a token says is the same for every signal of its auction.
      Random token = new Random(auction);
      long lease = 1 + token.nextInt(6);
      Beacon beacon =
          Beacon.of(KINDS[random.nextInt(KINDS.length)], auction)
              .lease(lease, LEASE_AMOUNTS[(int) (lease % LEASE_AMOUNTS.length)])
              .charge(token.nextInt(5_000))
              .billedBy(token.nextBoolean() ? BillableEvent.BEACON : BillableEvent.BURL)
              .expiringAt(1_000 + token.nextInt(1_000))
              .priced(BidModel.values()[token.nextInt(BidModel.values().length)])
              .price(token.nextInt(5_000_000), random.nextInt(6_000_000) - 1_000_000);
      if (token.nextInt(10) == 0) {
        beacon = beacon.asTest();
      }
      boolean partners = token.nextInt(4) == 0;
      if (partners) {
        beacon = beacon.priced(BidModel.CPM);
      }
      byte[] message = beacon.at(64L * (i + 1));
      written.add(new Sent(beacon, partners, partners ? Events.partners(message, 8, 0) : message));
    }
    List<Sent> shipped = new ArrayList<>();
    for (int at = 0; at < written.size(); at++) {
      shipped.add(written.get(at));
      if (random.nextInt(10) == 0) {
        shipped.addAll(written.subList(at - random.nextInt(at + 1), at + 1));
      }
    }
    return shipped;
  }

  private static String answer(Settlement settlement, Sent sent) {
    UnsafeBuffer out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
    int length =
        settlement.settle(
            new UnsafeBuffer(sent.message()), 0, sent.message().length, Answers.UNKNOWN, out);
    return length == 0 ? "-" : text(Answers.event(out));
  }

  private static String text(SettledEventDecoder event) {
    return String.join(
        " ",
        event.disposition().name(),
        Long.toString(event.chargedMicros()),
        Long.toString(event.overDeliveryMicros()),
        Long.toString(event.costMicros()),
        Integer.toString(event.billed()));
  }

  /** A state's bytes in an order that does not depend on where a table put them. */
  private static List<Byte> sorted(byte[] state) {
    byte[] copy = state.clone();
    Arrays.sort(copy);
    List<Byte> bytes = new ArrayList<>();
    for (byte b : copy) {
      bytes.add(b);
    }
    return bytes;
  }

  /** The rules as plainly as they can be said. */
  private static final class NaiveSettlement {
    private final Set<byte[]> shipped = new HashSet<>();
    private final Set<String> seen = new HashSet<>();
    private final Map<Long, Long> charged = new HashMap<>();

    String settle(Sent sent) {
      Beacon beacon = sent.beacon();
      if (!shipped.add(sent.message())) {
        return "-";
      }
      if (beacon.test()) {
        return Disposition.TEST.name() + " 0 0 0 0";
      }
      if (!seen.add(beacon.auctionLo() + " " + beacon.kind())) {
        return Disposition.REPEAT.name() + " 0 0 0 0";
      }
      SignalKind billing =
          beacon.billable() == BillableEvent.BURL ? SignalKind.BILL : SignalKind.IMPRESSION;
      SignalKind paidFor =
          switch (beacon.model()) {
            case CPM -> billing;
            case CPC -> SignalKind.CLICK;
            case VCPM -> SignalKind.VIEW;
            case CPA -> SignalKind.CONVERSION;
          };
      long wanted = beacon.kind() == paidFor ? beacon.chargeMicros() : 0;
      long before = charged.getOrDefault(beacon.leaseId(), 0L);
      long charge =
          sent.partners() ? wanted : Math.min(beacon.leaseAmountMicros() - before, wanted);
      if (!sent.partners()) {
        charged.put(beacon.leaseId(), before + charge);
      }
      long price =
          beacon.priceCpmMicros() < 0
              ? beacon.bidCpmMicros()
              : Math.min(beacon.priceCpmMicros(), beacon.bidCpmMicros());
      long cost =
          BigDecimal.valueOf(price)
              .movePointLeft(3)
              .setScale(0, RoundingMode.HALF_EVEN)
              .longValue();
      boolean bills = beacon.kind() == billing;
      return Disposition.COUNTED.name()
          + " "
          + charge
          + " "
          + (wanted - charge)
          + (bills ? " " + cost + " 1" : " 0 0");
    }
  }
}
