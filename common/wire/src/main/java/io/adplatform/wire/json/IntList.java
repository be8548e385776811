package io.adplatform.wire.json;

import java.util.Arrays;

/** Numbers in order; grows to the largest request seen and is then reused. */
public final class IntList {
  private static final int FIRST_CAPACITY = 8;

  private int[] numbers = new int[FIRST_CAPACITY];
  private int size;

  /** How many. */
  public int size() {
    return size;
  }

  /** The number at an index below {@link #size()}. */
  public int get(int index) {
    return numbers[index];
  }

  /** Whether a number is in it. */
  public boolean contains(int number) {
    for (int i = 0; i < size; i++) {
      if (numbers[i] == number) {
        return true;
      }
    }
    return false;
  }

  /** Appends. */
  public void add(int number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, size * 2);
    }
    numbers[size++] = number;
  }

  /** Empties it. */
  public void clear() {
    size = 0;
  }
}
