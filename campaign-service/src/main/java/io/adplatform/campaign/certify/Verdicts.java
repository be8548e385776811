package io.adplatform.campaign.certify;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** How often each rule was held and broken. Of one test; not thread-safe. */
final class Verdicts {
  /** Longest piece of a partner's text that is repeated. */
  private static final int MAX_QUOTED = 60;

  private final int[] checked = new int[Rule.values().length];
  private final String[] firstFault = new String[Rule.values().length];
  private String sample = "";
  private boolean faulty;

  /** Begins with the answer to a sample. */
  void begin(String name) {
    sample = name;
    faulty = false;
  }

  /** Whether a rule was broken since {@link #begin}. */
  boolean faulty() {
    return faulty;
  }

  /**
   * Judges by a rule.
   *
   * @param detail what is wrong; taken where it does not hold
   * @return whether it holds
   */
  boolean require(Rule rule, boolean holds, String detail) {
    checked[rule.ordinal()]++;
    if (!holds) {
      faulty = true;
      if (firstFault[rule.ordinal()] == null) {
        firstFault[rule.ordinal()] = sample + ": " + detail;
      }
    }
    return holds;
  }

  /** A piece of what a partner sent, harmless and short. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(MAX_QUOTED)
        .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '?' : c)
        .forEach(quoted::appendCodePoint);
    return quoted
        .append(text.codePointCount(0, text.length()) > MAX_QUOTED ? "…\"" : "\"")
        .toString();
  }

  /** Whether no rule was broken. */
  boolean passed() {
    for (String fault : firstFault) {
      if (fault != null) {
        return false;
      }
    }
    return true;
  }

  /** All rules, in their order. */
  JsonArray toJson() {
    JsonArray rules = new JsonArray();
    for (Rule rule : Rule.values()) {
      String fault = firstFault[rule.ordinal()];
      int times = checked[rule.ordinal()];
      rules.add(
          new JsonObject()
              .put("rule", rule.name())
              .put("section", rule.section())
              .put("requires", rule.requires())
              .put("result", fault != null ? "FAIL" : times == 0 ? "NOT_SEEN" : "PASS")
              .put("checked", times)
              .put("detail", fault));
    }
    return rules;
  }
}
