package io.adplatform.storage.cap;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes commands of the Redis protocol (RESP 2) one behind the other. Reused; allocates nothing
 * once its array has grown. One thread.
 */
final class RespWriter {
  private static final int FIRST_CAPACITY = 4 * 1024;

  /** Digits and sign of the smallest number. */
  private static final int MAX_DIGITS = 20;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int HEX_LENGTH = 16;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;
  private int countAt;
  private int arguments;
  private int argumentAt;
  private final byte[] digits = new byte[MAX_DIGITS];

  /** Forgets what was written. */
  void clear() {
    length = 0;
  }

  /** Holds what was written from its start. */
  byte[] bytes() {
    return bytes;
  }

  /** How long that is. */
  int length() {
    return length;
  }

  /** Starts a command; its arguments follow, its name as the first of them. */
  RespWriter begin() {
    append('*');
    countAt = length;
    arguments = 0;
    return this;
  }

  /** Ends the command. */
  void end() {
    insert(countAt, arguments);
  }

  /** Adds an argument of ASCII letters. */
  RespWriter argument(byte[] text) {
    beginArgument();
    append(text);
    return endArgument();
  }

  /** Adds an argument; allocates: for what is written once. */
  RespWriter argument(String text) {
    return argument(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a number as an argument. */
  RespWriter argument(long number) {
    beginArgument();
    append(number);
    return endArgument();
  }

  /** Starts an argument that is made of parts. */
  RespWriter beginArgument() {
    append('$');
    argumentAt = length;
    arguments++;
    return this;
  }

  /** Ends it. */
  RespWriter endArgument() {
    insert(argumentAt, length - argumentAt);
    return append('\r').append('\n');
  }

  /**
   * Puts a number and an end of line in front of what was written since. Redis takes no zeros in
   * front.
   */
  private void insert(int at, int number) {
    int from = toDigits(number);
    int count = MAX_DIGITS - from;
    int moved = count + 2;
    ensure(moved);
    System.arraycopy(bytes, at, bytes, at + moved, length - at);
    System.arraycopy(digits, from, bytes, at, count);
    bytes[at + count] = '\r';
    bytes[at + count + 1] = '\n';
    length += moved;
  }

  /** Adds bytes to an argument. */
  RespWriter append(byte[] part) {
    return append(part, 0, part.length);
  }

  /** Adds bytes to an argument. */
  RespWriter append(byte[] part, int offset, int partLength) {
    ensure(partLength);
    System.arraycopy(part, offset, bytes, length, partLength);
    length += partLength;
    return this;
  }

  /** Adds a letter to an argument. */
  RespWriter append(char letter) {
    ensure(1);
    bytes[length++] = (byte) letter;
    return this;
  }

  /** Adds a number to an argument. */
  RespWriter append(long number) {
    int from = toDigits(number);
    return append(digits, from, MAX_DIGITS - from);
  }

  /** Writes a number to the end of {@link #digits}; returns where it begins. */
  private int toDigits(long number) {
    int at = MAX_DIGITS;
    long rest = number;
    do {
      digits[--at] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    } while (rest != 0);
    if (number < 0) {
      digits[--at] = '-';
    }
    return at;
  }

  /** Adds 16 digits to an argument. */
  RespWriter appendHex(long number) {
    ensure(HEX_LENGTH);
    for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[(int) (number >>> shift) & 15];
    }
    return this;
  }

  private void ensure(int more) {
    if (bytes.length < length + more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
