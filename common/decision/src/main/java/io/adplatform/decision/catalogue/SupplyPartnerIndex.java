package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.SupplyPartner;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Supply partners by the key in their endpoint's path. Immutable; any thread; finds without
 * allocation.
 */
public final class SupplyPartnerIndex {
  private final Map<Long, SupplyPartner> byId = new HashMap<>();
  private final SupplyPartner[] slots;
  private final byte[][] keys;
  private final int mask;

  SupplyPartnerIndex(Collection<SupplyPartner> partners) {
    int capacity = Math.max(2, Integer.highestOneBit(partners.size() + 1) * 4);
    mask = capacity - 1;
    slots = new SupplyPartner[capacity];
    keys = new byte[capacity][];
    for (SupplyPartner partner : partners) {
      byId.put(partner.id(), partner);
      byte[] key = partner.key().getBytes(StandardCharsets.UTF_8);
      int slot = hash(key, 0, key.length) & mask;
      while (slots[slot] != null) {
        slot = slot + 1 & mask;
      }
      slots[slot] = partner;
      keys[slot] = key;
    }
  }

  /** The partner with a key, of any status, or null. */
  public SupplyPartner find(byte[] buffer, int offset, int length) {
    int slot = hash(buffer, offset, length) & mask;
    while (slots[slot] != null) {
      if (equals(keys[slot], buffer, offset, length)) {
        return slots[slot];
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  /** The partner with a key of ASCII characters, of any status, or null. */
  public SupplyPartner find(CharSequence key) {
    int slot = hash(key) & mask;
    while (slots[slot] != null) {
      if (equals(keys[slot], key)) {
        return slots[slot];
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  /** The partner with an id, or null. Allocates. */
  public SupplyPartner byId(long id) {
    return byId.get(id);
  }

  /** How many there are. */
  public int size() {
    return byId.size();
  }

  private static boolean equals(byte[] key, byte[] buffer, int offset, int length) {
    if (key.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (key[i] != buffer[offset + i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean equals(byte[] key, CharSequence text) {
    if (key.length != text.length()) {
      return false;
    }
    for (int i = 0; i < key.length; i++) {
      if (key[i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int hash(byte[] buffer, int offset, int length) {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + buffer[offset + i];
    }
    return hash ^ hash >>> 16;
  }

  private static int hash(CharSequence text) {
    int hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash ^ hash >>> 16;
  }
}
