package io.adplatform.settle;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2LongHashMap;

/**
 * How far each node's journal stands in this partition: the highest position of each recording, and
 * the node's last mark. Owned by one thread.
 */
final class NodeJournals {
  /**
   * A node that has sent no mark for so long, while others did, holds nothing back: its events, if
   * they still come, are late. A day lets a machine be mended.
   */
  static final long SILENCE_MILLIS = TimeUnit.HOURS.toMillis(24);

  /** A recording without a new event for so long is forgotten; shippers purge theirs far sooner. */
  static final long RECORDING_MEMORY_MILLIS = TimeUnit.DAYS.toMillis(7);

  /**
   * A node's clock may be this far ahead of the broker's. A mark beyond speaks of a time that has
   * not come: it says no more than that all is here until now.
   */
  static final long CLOCKS_APART_MILLIS = 2_000;

  private static final long NONE = -1;

  private final Int2ObjectHashMap<Journal> journals = new Int2ObjectHashMap<>();

  /** Takes note of a record; false where its recording had come as far before. */
  boolean advance(int nodeId, long recordingId, long position) {
    Journal journal = journal(nodeId);
    long before = journal.positions.get(recordingId);
    if (before != NONE && position <= before) {
      return false;
    }
    journal.positions.put(recordingId, position);
    journal.touchedMillis.put(recordingId, journal.markMillis);
    return true;
  }

  /**
   * Takes note of a node's mark. Returns the time up to which all that node's events are here.
   *
   * @param appendedMillis when the mark came, by the broker's clock; negative is unknown
   */
  long mark(int nodeId, long shippedUpToMillis, long appendedMillis) {
    Journal journal = journal(nodeId);
    long latest = appendedMillis < 0 ? Long.MAX_VALUE : appendedMillis + CLOCKS_APART_MILLIS;
    long upToMillis = Math.min(shippedUpToMillis, latest);
    journal.markMillis = Math.max(journal.markMillis, upToMillis);
    journal.forgetOld();
    return journal.markMillis;
  }

  /** The time up to which every node's events are here; 0 before every node has sent a mark. */
  long settledMillis() {
    long newest = 0;
    for (Journal journal : journals.values()) {
      newest = Math.max(newest, journal.markMillis);
    }
    long oldest = newest;
    for (Journal journal : journals.values()) {
      // One that never sent a mark is new; it counts until its first.
      boolean silent = journal.markMillis != 0 && journal.markMillis < newest - SILENCE_MILLIS;
      if (!silent) {
        oldest = Math.min(oldest, journal.markMillis);
      }
    }
    return oldest;
  }

  int length() {
    int bytes = 4;
    for (Journal journal : journals.values()) {
      bytes += 4 + 8 + 2 * (4 + journal.positions.size() * 16);
    }
    return bytes;
  }

  void write(ByteBuffer into) {
    into.putInt(journals.size());
    Int2ObjectHashMap<Journal>.EntryIterator all = journals.entrySet().iterator();
    while (all.hasNext()) {
      all.next();
      Journal journal = all.getValue();
      into.putInt(all.getIntKey()).putLong(journal.markMillis);
      LongMaps.write(journal.positions, into);
      LongMaps.write(journal.touchedMillis, into);
    }
  }

  void read(ByteBuffer from) {
    for (int left = from.getInt(); left > 0; left--) {
      Journal journal = journal(from.getInt());
      journal.markMillis = from.getLong();
      LongMaps.read(from, journal.positions);
      LongMaps.read(from, journal.touchedMillis);
    }
  }

  private Journal journal(int nodeId) {
    Journal journal = journals.get(nodeId);
    if (journal == null) {
      journal = new Journal();
      journals.put(nodeId, journal);
    }
    return journal;
  }

  private static final class Journal {
    private final Long2LongHashMap positions = new Long2LongHashMap(NONE);
    private final Long2LongHashMap touchedMillis = new Long2LongHashMap(NONE);
    private long markMillis;

    void forgetOld() {
      Long2LongHashMap.EntryIterator all = touchedMillis.entrySet().iterator();
      while (all.hasNext()) {
        all.next();
        // Touched before the first mark (0): its age is not known before the next touch.
        if (all.getLongValue() == 0) {
          touchedMillis.put(all.getLongKey(), markMillis);
        } else if (all.getLongValue() < markMillis - RECORDING_MEMORY_MILLIS) {
          positions.remove(all.getLongKey());
          all.remove();
        }
      }
    }
  }
}
