package io.adplatform.decision.query;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a user agent string tells, found in one pass over its bytes by an automaton of all words
 * looked for (Aho and Corasick, "Efficient string matching", 1975): crawlers, operating systems,
 * browsers, kinds of devices. Immutable; any thread.
 */
final class UserAgentIndex {
  static final int CRAWLER = 1;
  static final int WINDOWS = 1 << 1;
  static final int MACINTOSH = 1 << 2;
  static final int IOS = 1 << 3;
  static final int ANDROID = 1 << 4;
  static final int CHROME_OS = 1 << 5;
  static final int LINUX = 1 << 6;
  static final int MOBILE = 1 << 7;
  static final int TABLET = 1 << 8;
  static final int TV = 1 << 9;
  static final int CHROME = 1 << 10;
  static final int SAFARI = 1 << 11;
  static final int FIREFOX = 1 << 12;
  static final int EDGE = 1 << 13;
  static final int OPERA = 1 << 14;
  static final int SAMSUNG = 1 << 15;
  static final int TIZEN = 1 << 16;
  static final int WEB_OS = 1 << 17;

  private static final String CRAWLERS = "crawlers.txt";
  private static final int BYTES = 256;
  private static final char START = '^';

  /** The index of all that this class knows. */
  static final UserAgentIndex STANDARD = load();

  /** By byte, the column of {@link #next}; 0 for bytes in none of the words. */
  private final byte[] columns = new byte[BYTES];

  private int columnCount = 1;

  /** By state and column, the next state. */
  private char[] next;

  /** By state, what has been found on reaching it. */
  private int[] marks;

  private final int start;

  private UserAgentIndex(List<String> words, List<Integer> marksOfWords) {
    for (String word : words) {
      for (byte b : word.getBytes(StandardCharsets.US_ASCII)) {
        if (columns[b] == 0) {
          columns[b] = (byte) columnCount++;
        }
      }
    }
    int most = 1;
    for (String word : words) {
      most += word.length();
    }
    if (most > Character.MAX_VALUE) {
      throw new IllegalStateException("too many words for states of 16 bits: " + most);
    }
    next = new char[most * columnCount];
    marks = new int[most];
    int states = 1;
    for (int i = 0; i < words.size(); i++) {
      states = add(words.get(i), marksOfWords.get(i), states);
    }
    next = Arrays.copyOf(next, states * columnCount);
    marks = Arrays.copyOf(marks, states);
    link();
    start = next[columns[START]];
  }

  private static UserAgentIndex load() {
    List<String> words = new ArrayList<>();
    List<Integer> marks = new ArrayList<>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                UserAgentIndex.class.getResourceAsStream(CRAWLERS), StandardCharsets.US_ASCII))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (!line.isEmpty() && line.charAt(0) != '#') {
          words.add(line);
          marks.add(CRAWLER);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    put(words, marks, WINDOWS, "Windows");
    put(words, marks, MACINTOSH, "Macintosh", "Mac OS X");
    put(words, marks, IOS, "iPhone", "iPad", "iPod");
    put(words, marks, ANDROID, "Android");
    put(words, marks, CHROME_OS, "CrOS");
    put(words, marks, LINUX, "Linux", "X11");
    put(words, marks, MOBILE, "Mobile", "iPhone", "iPod");
    put(words, marks, TABLET, "Tablet", "iPad");
    put(words, marks, TIZEN, "Tizen");
    put(words, marks, WEB_OS, "Web0S", "webOS");
    put(words, marks, TV, "SmartTV", "SMART-TV", "Smart-TV", "AppleTV", "Apple TV", "BRAVIA");
    put(words, marks, TV, "Roku", "CrKey", "Web0S", "HbbTV", "; AFT", "GoogleTV");
    put(words, marks, CHROME, "Chrome/", "CriOS/");
    put(words, marks, SAFARI, "Safari/");
    put(words, marks, FIREFOX, "Firefox/", "FxiOS/");
    put(words, marks, EDGE, "Edg/", "EdgA/", "EdgiOS/", "Edge/");
    put(words, marks, OPERA, "OPR/", "OPT/", "Opera");
    put(words, marks, SAMSUNG, "SamsungBrowser/");
    return new UserAgentIndex(words, marks);
  }

  private static void put(
      List<String> words, List<Integer> marks, int mark, String... wordsOfMark) {
    for (String word : wordsOfMark) {
      words.add(word);
      marks.add(mark);
    }
  }

  private int add(String word, int mark, int states) {
    int count = states;
    int state = 0;
    for (byte b : word.getBytes(StandardCharsets.US_ASCII)) {
      int edge = state * columnCount + columns[b];
      if (next[edge] == 0) {
        next[edge] = (char) count++;
      }
      state = next[edge];
    }
    marks[state] |= mark;
    return count;
  }

  /** Fills in the edges that the words left open: where to go on when a longer word breaks off. */
  private void link() {
    char[] fallback = new char[marks.length];
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    for (int column = 0; column < columnCount; column++) {
      if (next[column] != 0) {
        queue.add((int) next[column]);
      }
    }
    while (!queue.isEmpty()) {
      int state = queue.remove();
      marks[state] |= marks[fallback[state]];
      for (int column = 0; column < columnCount; column++) {
        int edge = state * columnCount + column;
        int other = next[fallback[state] * columnCount + column];
        if (next[edge] == 0) {
          next[edge] = (char) other;
        } else {
          fallback[next[edge]] = (char) other;
          queue.add((int) next[edge]);
        }
      }
    }
  }

  /** What a user agent tells, as bits. */
  int marks(byte[] bytes, int offset, int length) {
    int found = 0;
    int state = start;
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes[i];
      state = next[state * columnCount + (b == START ? 0 : columns[b & 0xff])];
      found |= marks[state];
    }
    return found;
  }
}
