package io.adplatform.wire.video;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An element of a document with the places of its tags. Names are local: a prefix is kept beside
 * them. Not thread-safe while it is built, immutable then.
 */
final class XmlElement {
  private static final Pattern ATTRIBUTE =
      Pattern.compile("\\s([A-Za-z_][\\w.:-]*)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)')");

  private final String document;
  private final String prefix;
  private final String name;
  private final XmlElement parent;
  private final List<XmlElement> children = new ArrayList<>();

  /** Where its start tag's {@code <} stands. */
  final int from;

  /** After its start tag's {@code >}. */
  final int contentFrom;

  /** Whether its only tag is like {@code <a/>}. */
  final boolean empty;

  /** Where its end tag begins; {@link #contentFrom} where it is empty. */
  int contentTo;

  /** After its last tag. */
  int to;

  XmlElement(
      String document,
      XmlElement parent,
      String qualifiedName,
      int from,
      int contentFrom,
      boolean empty) {
    this.document = document;
    this.parent = parent;
    int colon = qualifiedName.indexOf(':');
    prefix = qualifiedName.substring(0, colon + 1);
    name = qualifiedName.substring(colon + 1);
    this.from = from;
    this.contentFrom = contentFrom;
    this.empty = empty;
    contentTo = contentFrom;
    to = contentFrom;
    if (parent != null) {
      parent.children.add(this);
    }
  }

  String name() {
    return name;
  }

  /** With its colon; empty where there is none. */
  String prefix() {
    return prefix;
  }

  XmlElement parent() {
    return parent;
  }

  boolean isNamed(String qualifiedName) {
    return qualifiedName.equals(prefix + name);
  }

  List<XmlElement> children() {
    return children;
  }

  /** The first child of a name, or null. */
  XmlElement child(String childName) {
    for (XmlElement child : children) {
      if (child.name.equals(childName)) {
        return child;
      }
    }
    return null;
  }

  /** All children of a name. */
  List<XmlElement> children(String childName) {
    return children.stream().filter(child -> child.name.equals(childName)).toList();
  }

  /** What the first child of a name says, or null where there is none or it says nothing. */
  String childText(String childName) {
    XmlElement child = child(childName);
    String text = child == null ? "" : child.text();
    return text.isEmpty() ? null : text;
  }

  /** Its own text, trimmed, CDATA and the five entities resolved. */
  String text() {
    StringBuilder text = new StringBuilder();
    int at = contentFrom;
    while (at < contentTo) {
      if (document.startsWith(XmlOutline.CDATA_OPEN, at)) {
        int close = document.indexOf(XmlOutline.CDATA_CLOSE, at);
        text.append(document, at + XmlOutline.CDATA_OPEN.length(), close);
        at = close + XmlOutline.CDATA_CLOSE.length();
      } else if (document.charAt(at) == '<') {
        at = XmlOutline.afterTag(document, at);
      } else {
        int open = document.indexOf('<', at);
        int end = open < 0 ? contentTo : Math.min(open, contentTo);
        text.append(resolved(document.substring(at, end)));
        at = end;
      }
    }
    return text.toString().trim();
  }

  /** An attribute's value, or null. */
  String attribute(String attributeName) {
    Matcher attributes = ATTRIBUTE.matcher(document).region(from, contentFrom);
    while (attributes.find()) {
      if (attributes.group(1).equals(attributeName)) {
        String value = attributes.group(2) == null ? attributes.group(3) : attributes.group(2);
        return resolved(value);
      }
    }
    return null;
  }

  private static String resolved(String text) {
    return text.indexOf('&') < 0
        ? text
        : text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&#38;", "&")
            .replace("&amp;", "&");
  }
}
