package io.adplatform.billing.reconcile;

import io.adplatform.billing.reconcile.Difference.Between;
import io.adplatform.billing.reconcile.PartnerFile.Place;
import io.adplatform.billing.reconcile.PartnerFile.Row;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Currency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares a partner's figures with what settled events say it is owed, place by place. A cause is
 * only told where the events bear it out: what is left over is said to be more or fewer. The
 * differences of a place come to exactly what lies between the two. Of one thread, used once.
 */
final class PartnerComparison {
  /** Time zones are at most so many hours from UTC. */
  static final int MAX_SHIFT_HOURS = 14;

  /** Fewer hours than this may fall in with others by chance. */
  private static final int FEWEST_HOURS_TO_SHIFT = 3;

  /** A shift is believed where it leaves a tenth of what differs without it. */
  private static final int SHIFT_GAIN = 10;

  private static final int MICRO_DECIMALS = 6;

  /** A number of impressions and what they come to. */
  record Count(long impressions, long micros) {
    static final Count NONE = new Count(0, 0);

    static Count of(JsonObject row, String name) {
      JsonArray array = row.getJsonArray(name);
      return array == null ? NONE : new Count(array.getLong(0), array.getLong(1));
    }

    Count plus(Count other) {
      return new Count(impressions + other.impressions, micros + other.micros);
    }

    Count minus(Count other) {
      return new Count(impressions - other.impressions, micros - other.micros);
    }

    boolean isNone() {
      return equals(NONE);
    }
  }

  /**
   * What events say of a place.
   *
   * @param owed to the partner
   * @param late of it, what came late
   * @param assumed of it, what has no notified price
   * @param test not owed: of test requests; {@code invalid}: refused by a verdict; {@code won}: by
   *     its notice, without a billable signal
   */
  record Ours(Count owed, Count late, Count assumed, Count test, Count invalid, Count won) {
    static final Ours NOTHING =
        new Ours(Count.NONE, Count.NONE, Count.NONE, Count.NONE, Count.NONE, Count.NONE);

    /** From a row of analytics-ingest. */
    static Ours of(JsonObject row) {
      return new Ours(
          Count.of(row, "owed"),
          Count.of(row, "late"),
          Count.of(row, "assumed"),
          Count.of(row, "test"),
          Count.of(row, "invalid"),
          Count.of(row, "won"));
    }

    Ours plus(Ours other) {
      return new Ours(
          owed.plus(other.owed),
          late.plus(other.late),
          assumed.plus(other.assumed),
          test.plus(other.test),
          invalid.plus(other.invalid),
          won.plus(other.won));
    }
  }

  private final long supplyPartnerId;
  private final PartnerFile file;
  private final Map<Place, Ours> ours;
  private final List<Difference> found = new ArrayList<>();

  /**
   * @param ours also of {@link #MAX_SHIFT_HOURS} before and after the day
   */
  PartnerComparison(long supplyPartnerId, PartnerFile file, Map<Place, Ours> ours) {
    this.supplyPartnerId = supplyPartnerId;
    this.file = file;
    this.ours = ours;
  }

  /** The differences, partner less events. */
  List<Difference> differences() {
    int shift = shift();
    Map<Place, Count> open = new TreeMap<>();
    for (Place place : places(shift)) {
      Ours there = ours(place.later(shift));
      add(
          place,
          Cause.TIME_SHIFT,
          there.owed.minus(ours(place).owed),
          "the file stands %d hours from UTC".formatted(-shift));
      Row row = file.rows().get(place);
      if (row == null) {
        boolean late = there.owed.equals(there.late);
        add(
            place,
            late ? Cause.LATE : Cause.PARTNER_HOLE,
            Count.NONE.minus(there.owed),
            late ? "all of it came late" : "the file has no row");
        continue;
      }
      Count off = new Count(row.impressions(), row.amountMicros()).minus(there.owed);
      if (!off.isNone() && !isExplained(place, row, there, off)) {
        open.put(place, off);
      }
    }
    settleOpen(open);
    found.sort(Comparator.comparing(Difference::cell));
    return found;
  }

  private Ours ours(Place place) {
    return ours.getOrDefault(place, Ours.NOTHING);
  }

  private boolean isOfDay(Place place) {
    long from = file.day().atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    long to = file.day().plusDays(1).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    return place.hourSeconds() >= from && place.hourSeconds() < to;
  }

  /** Where either has something: with a shift, where the file would have it. */
  private Set<Place> places(int shift) {
    Set<Place> places = new TreeSet<>(file.rows().keySet());
    for (Map.Entry<Place, Ours> one : ours.entrySet()) {
      if (!one.getValue().owed.isNone()) {
        Place shifted = one.getKey().later(-shift);
        for (Place place : List.of(one.getKey(), shifted)) {
          if (isOfDay(place)) {
            places.add(place);
          }
        }
      }
    }
    return places;
  }

  /** By how many hours ours are later than where the file has them; 0 where it is as it should. */
  private int shift() {
    long hours = file.rows().keySet().stream().mapToLong(Place::hourSeconds).distinct().count();
    long without = distance(0);
    int best = 0;
    if (hours >= FEWEST_HOURS_TO_SHIFT && without > 0) {
      long least = without / SHIFT_GAIN;
      for (int shift = -MAX_SHIFT_HOURS; shift <= MAX_SHIFT_HOURS; shift++) {
        long distance = distance(shift);
        if (distance < least || (distance == least && best == 0 && least < without)) {
          least = distance;
          best = shift;
        }
      }
    }
    return best;
  }

  private long distance(int shift) {
    long distance = 0;
    for (Place place : places(shift)) {
      Row row = file.rows().get(place);
      long theirs = row == null ? 0 : row.impressions();
      distance += Math.abs(theirs - ours(place.later(shift)).owed.impressions());
    }
    return distance;
  }

  /** Tells what the events bear out; false where they do not. */
  private boolean isExplained(Place place, Row row, Ours there, Count off) {
    long bound = rounding(place, row);
    if (off.impressions == 0) {
      if (Math.abs(off.micros) <= bound) {
        add(place, Cause.ROUNDING, off, "at most " + bound + " micros may come of it");
        return true;
      }
      if (off.micros < 0 && -off.micros <= there.assumed.micros) {
        add(place, Cause.PRICE_ASSUMED, off, there.assumed.impressions + " without a price");
        return true;
      }
      return false;
    }
    if (off.impressions < 0) {
      boolean late =
          -off.impressions <= there.late.impressions
              && off.micros <= 0
              && -off.micros <= there.late.micros + bound;
      if (late) {
        add(place, Cause.LATE, off, there.late.impressions + " came late");
      }
      return late;
    }
    return isCountedByThem(place, there, off, bound);
  }

  /** What is not owed and may have been counted all the same: all of one or several, or of one. */
  private boolean isCountedByThem(Place place, Ours there, Count off, long bound) {
    Map<Cause, Count> candidates = new EnumMap<>(Cause.class);
    candidates.put(Cause.TEST_TRAFFIC, there.test);
    candidates.put(Cause.INVALID_TRAFFIC, there.invalid);
    candidates.put(Cause.SIGNAL_NOT_RECEIVED, there.won);
    candidates.values().removeIf(Count::isNone);
    List<Cause> causes = List.copyOf(candidates.keySet());
    for (int subset = 1; subset < 1 << causes.size(); subset++) {
      Count sum = Count.NONE;
      for (int i = 0; i < causes.size(); i++) {
        sum = (subset >> i & 1) == 0 ? sum : sum.plus(candidates.get(causes.get(i)));
      }
      Count rest = off.minus(sum);
      if (rest.impressions == 0 && Math.abs(rest.micros) <= bound) {
        for (int i = 0; i < causes.size(); i++) {
          if ((subset >> i & 1) != 0) {
            add(place, causes.get(i), candidates.get(causes.get(i)), "all of them");
          }
        }
        add(place, Cause.ROUNDING, rest, "at most " + bound + " micros may come of it");
        return true;
      }
    }
    if (causes.size() != 1) {
      return false;
    }
    Count one = candidates.get(causes.getFirst());
    boolean some =
        off.impressions <= one.impressions && off.micros >= 0 && off.micros <= one.micros + bound;
    if (some) {
      add(place, causes.getFirst(), off, "of " + one.impressions + " that came");
    }
    return some;
  }

  /**
   * What may come of rounding, in micros: half a micro an impression, which we round one by one,
   * and half of the file's last decimal.
   */
  private static long rounding(Place place, Row row) {
    int usual = Currency.getInstance(place.currency()).getDefaultFractionDigits();
    long half = 0;
    int decimals = Math.max(row.decimals(), usual);
    if (decimals < MICRO_DECIMALS) {
      half = 1;
      for (int i = decimals; i < MICRO_DECIMALS; i++) {
        half *= 10;
      }
      half /= 2;
    }
    return row.impressions() / 2 + 1 + half;
  }

  /** What is too much in one hour and as much too little in the next has only moved. */
  private void settleOpen(Map<Place, Count> open) {
    Set<Place> moved = new TreeSet<>();
    open.forEach(
        (place, off) -> {
          Place next = place.later(1);
          Count after = open.get(next);
          if (after != null && !moved.contains(place) && off.impressions != 0) {
            Count both = off.plus(after);
            long bound =
                rounding(place, file.rows().get(place)) + rounding(next, file.rows().get(next));
            if (both.impressions == 0 && Math.abs(both.micros) <= bound) {
              moved.add(place);
              moved.add(next);
            }
          }
        });
    open.forEach(
        (place, off) ->
            add(
                place,
                moved.contains(place) ? Cause.HOUR_BOUNDARY : fault(off),
                off,
                "line " + file.rows().get(place).line()));
  }

  private static Cause fault(Count off) {
    if (off.impressions == 0) {
      return Cause.PRICE_DIFFERS;
    }
    if (off.impressions > 0 && off.micros >= 0) {
      return Cause.PARTNER_COUNTS_MORE;
    }
    return off.impressions < 0 && off.micros <= 0 ? Cause.PARTNER_COUNTS_FEWER : Cause.UNEXPLAINED;
  }

  private void add(Place place, Cause cause, Count off, String detail) {
    if (!off.isNone()) {
      found.add(
          new Difference(
              new Cell(place.hourSeconds(), place.id(), supplyPartnerId, place.currency()),
              file.key(),
              Between.EVENTS_PARTNER,
              cause,
              new Figures(off.impressions, 0, off.micros, 0),
              detail));
    }
  }
}
