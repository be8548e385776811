package io.adplatform.decision.targeting;

import java.util.regex.Pattern;

/**
 * What markup is in the words of OpenRTB, as far as its text shows: kinds of banners (2.5, 5.2) and
 * content types, each as bits. Made when a catalogue is compiled.
 *
 * @param kinds a bit for each kind that it is, see {@link #kind}
 * @param contents {@link #HTML}, with {@link #SCRIPT} and {@link #IMAGE} where it is that as well
 */
record MarkupForm(int kinds, int contents) {
  /** Every markup. */
  static final int HTML = 1;

  /** With a script. */
  static final int SCRIPT = 1 << 1;

  /** An image in a link and nothing else. */
  static final int IMAGE = 1 << 2;

  private static final int XHTML_TEXT = 1;
  private static final int XHTML_BANNER = 2;
  private static final int JAVASCRIPT = 3;
  private static final int IFRAME = 4;

  private static final Pattern SCRIPTED = pattern("<script\\b|javascript:|<[^<>]*\\son[a-z]+\\s*=");
  private static final Pattern FRAMED = pattern("<iframe\\b");
  private static final Pattern PICTURED =
      pattern("<(?:img|image|picture|svg|video|canvas|object|embed)\\b|\\burl\\s*\\(");
  private static final Pattern LINKED_IMAGE =
      pattern("\\s*<a\\b[^<>]*>\\s*<img\\b[^<>]*>\\s*</a\\s*>\\s*");

  /** The bit of a kind of banner; 0 of one that is none. */
  static int kind(int type) {
    return type >= XHTML_TEXT && type <= IFRAME ? 1 << type : 0;
  }

  /** The form of a markup: of several kinds where it has parts of several. */
  static MarkupForm of(CharSequence markup) {
    boolean scripted = SCRIPTED.matcher(markup).find();
    int kinds = scripted ? kind(JAVASCRIPT) : 0;
    kinds |= FRAMED.matcher(markup).find() ? kind(IFRAME) : 0;
    kinds |= PICTURED.matcher(markup).find() ? kind(XHTML_BANNER) : 0;
    int contents = HTML | (scripted ? SCRIPT : 0);
    contents |= !scripted && LINKED_IMAGE.matcher(markup).matches() ? IMAGE : 0;
    return new MarkupForm(kinds == 0 ? kind(XHTML_TEXT) : kinds, contents);
  }

  private static Pattern pattern(String expression) {
    return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
  }
}
