package io.adplatform.wire.video;

/**
 * Finds where the elements of an XML document (1.0) stand, without changing or resolving anything.
 * It goes over comments, CDATA sections and processing instructions, and takes no document type: so
 * there are no entities but XML's own five. It checks that tags match; all else of being well
 * formed is for a parser to say.
 */
final class XmlOutline {
  static final String CDATA_OPEN = "<![CDATA[";
  static final String CDATA_CLOSE = "]]>";
  private static final String COMMENT_OPEN = "<!--";
  private static final String COMMENT_CLOSE = "-->";
  private static final String INSTRUCTION_OPEN = "<?";
  private static final String INSTRUCTION_CLOSE = "?>";

  /** Deeper than any VAST document with its extensions. */
  private static final int MAX_DEPTH = 64;

  /** More than any VAST document of 64 KiB that says something. */
  private static final int MAX_ELEMENTS = 4_096;

  private final String document;
  private XmlElement root;
  private XmlElement open;
  private int depth;
  private int elements;

  private XmlOutline(String document) {
    this.document = document;
  }

  /** The root element of a document. */
  static XmlElement read(String document) throws VastException {
    return new XmlOutline(document).read();
  }

  private XmlElement read() throws VastException {
    int at = document.indexOf('<');
    while (at >= 0) {
      int next;
      if (document.startsWith(COMMENT_OPEN, at)) {
        next = after(COMMENT_CLOSE, at + COMMENT_OPEN.length(), at);
      } else if (document.startsWith(CDATA_OPEN, at)) {
        next = after(CDATA_CLOSE, at, at);
      } else if (document.startsWith(INSTRUCTION_OPEN, at)) {
        next = after(INSTRUCTION_CLOSE, at, at);
      } else if (document.startsWith("<!", at)) {
        throw fault(at, "must not declare a document type");
      } else {
        next = tag(at);
      }
      at = document.indexOf('<', next);
    }
    if (open != null) {
      throw fault(open.from, "has no end tag for <" + open.name() + ">");
    }
    if (root == null) {
      throw fault(0, "must be an XML document");
    }
    return root;
  }

  private int tag(int at) throws VastException {
    int end = afterTag(document, at);
    if (end < 0) {
      throw fault(at, "has a tag that does not end");
    }
    boolean closing = document.charAt(at + 1) == '/';
    int nameFrom = closing ? at + 2 : at + 1;
    int nameTo = nameFrom;
    while (isNameLetter(document.charAt(nameTo))) {
      nameTo++;
    }
    String name = document.substring(nameFrom, nameTo);
    if (name.isEmpty() || ++elements > 2 * MAX_ELEMENTS) {
      throw fault(at, name.isEmpty() ? "has a tag without a name" : "has too many elements");
    }
    if (closing) {
      close(name, at, end);
      return end;
    }
    if (open == null && root != null) {
      throw fault(at, "has a second root element");
    }
    boolean empty = document.charAt(end - 2) == '/';
    XmlElement element = new XmlElement(document, open, name, at, end, empty);
    root = root == null ? element : root;
    if (!empty) {
      open = element;
      if (++depth > MAX_DEPTH) {
        throw fault(at, "is nested too deeply");
      }
    }
    return end;
  }

  private void close(String name, int at, int end) throws VastException {
    if (open == null || !open.isNamed(name)) {
      throw fault(at, "has an end tag </" + name + "> without its start");
    }
    open.contentTo = at;
    open.to = end;
    open = open.parent();
    depth--;
  }

  private int after(String mark, int from, int at) throws VastException {
    int found = document.indexOf(mark, from);
    if (found < 0) {
      throw fault(at, "ends too soon");
    }
    return found + mark.length();
  }

  private VastException fault(int at, String detail) {
    return VastException.at(document, at, detail);
  }

  /** After the {@code >} of a tag, comment or instruction; quoted ones are passed; -1 if none. */
  static int afterTag(String document, int at) {
    if (document.startsWith(COMMENT_OPEN, at)) {
      int close = document.indexOf(COMMENT_CLOSE, at + COMMENT_OPEN.length());
      return close < 0 ? -1 : close + COMMENT_CLOSE.length();
    }
    if (document.startsWith(INSTRUCTION_OPEN, at)) {
      int close = document.indexOf(INSTRUCTION_CLOSE, at);
      return close < 0 ? -1 : close + INSTRUCTION_CLOSE.length();
    }
    char quote = 0;
    for (int i = at + 1; i < document.length(); i++) {
      char c = document.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return i + 1;
      }
    }
    return -1;
  }

  private static boolean isNameLetter(char c) {
    return c == ':' || c == '_' || c == '-' || c == '.' || Character.isLetterOrDigit(c);
  }
}
