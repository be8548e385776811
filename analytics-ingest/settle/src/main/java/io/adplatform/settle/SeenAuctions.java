package io.adplatform.settle;

import java.nio.ByteBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Which kinds of signal of one class of life were seen for which auction, kept until they expire.
 * All signals of an auction that are of one class expire together, so their expiry leads to the
 * table that holds the auction, and a table is dropped whole. Owned by one thread; after growth
 * nothing is allocated per signal.
 */
final class SeenAuctions {
  /** Seconds of expiry that share a table: few tables, dropped soon enough. */
  static final int BUCKET_SECONDS = 64;

  private static final int ENTRY_BYTES = 8 + 8 + 1;

  private final int maxEntries;
  private final Long2ObjectHashMap<Table> tables = new Long2ObjectHashMap<>();
  private int entries;
  // What expires before it is no longer known; only goes up.
  private long horizonSeconds;
  private long lastBucket = -1;
  private Table lastTable;

  /** Holds at most {@code maxEntries} auctions; above it the soonest to expire are dropped. */
  SeenAuctions(int maxEntries) {
    this.maxEntries = maxEntries;
  }

  /** Auctions held. */
  int entries() {
    return entries;
  }

  /**
   * Marks a kind (one bit) as seen, where its expiry is not forgotten; whether it was not before.
   * Where more is held than may be, what expires first is forgotten.
   */
  boolean add(long auctionHi, long auctionLo, long expirySeconds, int kindBit) {
    boolean first = put(expirySeconds / BUCKET_SECONDS, auctionHi, auctionLo, kindBit);
    while (entries > maxEntries) {
      forget((firstBucket() + 1) * BUCKET_SECONDS);
    }
    return first;
  }

  /** Whether of what expires then it is no longer known what was seen. */
  boolean isForgotten(long expirySeconds) {
    return expirySeconds / BUCKET_SECONDS < horizonSeconds / BUCKET_SECONDS;
  }

  /** Forgets what expires before a time, in seconds since 1970; an earlier one changes nothing. */
  void forget(long expiredSeconds) {
    horizonSeconds = Math.max(horizonSeconds, expiredSeconds);
    long horizonBucket = horizonSeconds / BUCKET_SECONDS;
    Long2ObjectHashMap<Table>.KeyIterator keys = tables.keySet().iterator();
    while (keys.hasNext()) {
      long bucket = keys.nextLong();
      if (bucket < horizonBucket) {
        entries -= tables.get(bucket).size;
        keys.remove();
      }
    }
    lastBucket = -1;
  }

  private long firstBucket() {
    long first = Long.MAX_VALUE;
    Long2ObjectHashMap<Table>.KeyIterator keys = tables.keySet().iterator();
    while (keys.hasNext()) {
      first = Math.min(first, keys.nextLong());
    }
    return first;
  }

  private boolean put(long bucket, long auctionHi, long auctionLo, int kindBits) {
    Table table = table(bucket);
    int before = table.size;
    boolean first = table.add(auctionHi, auctionLo, kindBits);
    entries += table.size - before;
    return first;
  }

  /** Bytes that {@link #write} needs. */
  int length() {
    return 8 + 4 + tables.size() * (8 + 4) + entries * ENTRY_BYTES;
  }

  void write(ByteBuffer into) {
    into.putLong(horizonSeconds).putInt(tables.size());
    Long2ObjectHashMap<Table>.EntryIterator all = tables.entrySet().iterator();
    while (all.hasNext()) {
      all.next();
      into.putLong(all.getLongKey());
      Table table = all.getValue();
      into.putInt(table.size);
      table.write(into);
    }
  }

  /** Takes over what was written. */
  void read(ByteBuffer from) {
    read(from, -1);
  }

  /** Takes over what was written of some kinds (their bits). */
  void read(ByteBuffer from, int kindBits) {
    horizonSeconds = from.getLong();
    for (int left = from.getInt(); left > 0; left--) {
      long bucket = from.getLong();
      for (int i = from.getInt(); i > 0; i--) {
        long hi = from.getLong();
        long lo = from.getLong();
        int kinds = from.get() & kindBits;
        if (kinds != 0) {
          put(bucket, hi, lo, kinds);
        }
      }
    }
  }

  private Table table(long bucket) {
    if (bucket != lastBucket) {
      Table table = tables.get(bucket);
      if (table == null) {
        table = new Table();
        tables.put(bucket, table);
      }
      lastBucket = bucket;
      lastTable = table;
    }
    return lastTable;
  }

  /** An open-addressed map from auction id to the kinds seen. */
  private static final class Table {
    private static final int INITIAL_SLOTS = 64;

    private long[] his = new long[INITIAL_SLOTS];
    private long[] los = new long[INITIAL_SLOTS];
    // Kinds seen; 0 is a free slot.
    private byte[] kinds = new byte[INITIAL_SLOTS];
    private int size;

    boolean add(long hi, long lo, int bits) {
      int slot = slot(hi, lo);
      if (kinds[slot] == 0) {
        if (2 * (size + 1) > kinds.length) {
          grow();
          slot = slot(hi, lo);
        }
        his[slot] = hi;
        los[slot] = lo;
        size++;
      }
      boolean first = (kinds[slot] & bits) == 0;
      kinds[slot] |= (byte) bits;
      return first;
    }

    void write(ByteBuffer into) {
      for (int i = 0; i < kinds.length; i++) {
        if (kinds[i] != 0) {
          into.putLong(his[i]).putLong(los[i]).put(kinds[i]);
        }
      }
    }

    private int slot(long hi, long lo) {
      long mixed = (hi ^ Long.rotateLeft(lo, 32)) * 0x9E3779B97F4A7C15L + lo;
      mixed ^= mixed >>> 32;
      mixed *= 0xD6E8FEB86659FD93L;
      int mask = kinds.length - 1;
      int slot = (int) (mixed ^ (mixed >>> 32)) & mask;
      while (kinds[slot] != 0 && (his[slot] != hi || los[slot] != lo)) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private void grow() {
      long[] oldHis = his;
      long[] oldLos = los;
      byte[] oldKinds = kinds;
      his = new long[2 * oldHis.length];
      los = new long[2 * oldLos.length];
      kinds = new byte[2 * oldKinds.length];
      for (int i = 0; i < oldKinds.length; i++) {
        if (oldKinds[i] != 0) {
          int slot = slot(oldHis[i], oldLos[i]);
          his[slot] = oldHis[i];
          los[slot] = oldLos[i];
          kinds[slot] = oldKinds[i];
        }
      }
    }
  }
}
