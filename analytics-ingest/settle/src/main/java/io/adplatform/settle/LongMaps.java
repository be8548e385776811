package io.adplatform.settle;

import java.nio.ByteBuffer;
import org.agrona.collections.Long2LongHashMap;

/** Maps of longs in a checkpoint: how many entries, then each key and value. */
final class LongMaps {
  private LongMaps() {}

  static void write(Long2LongHashMap map, ByteBuffer into) {
    into.putInt(map.size());
    Long2LongHashMap.EntryIterator all = map.entrySet().iterator();
    while (all.hasNext()) {
      all.next();
      into.putLong(all.getLongKey()).putLong(all.getLongValue());
    }
  }

  static void read(ByteBuffer from, Long2LongHashMap into) {
    for (int left = from.getInt(); left > 0; left--) {
      into.put(from.getLong(), from.getLong());
    }
  }
}
