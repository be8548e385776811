package io.adplatform.wire.partner;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.privacy.PersonalField;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is done to one member of a request on its way to a partner, and to those below it. A tree by
 * the names of members, made when a partner is compiled. Read-only from then on; any thread.
 */
final class RequestEdit {
  /** What is done. */
  enum Action {
    /** What it holds is looked at; it is itself copied. */
    ENTER,
    /** It is left out. */
    OMIT,
    /** It is left out where {@link #personal} is in the set of what must not be told. */
    PERSONAL,
    /** An address, cut to its network where it must not be told. */
    ADDRESS,
    /** A coordinate, cut to one decimal where it must not be told. */
    COORDINATE,
    /** The list of imps. */
    IMPS,
    /** A supply chain. */
    CHAIN
  }

  /** An object to which something is added at its end. */
  enum Scope {
    NONE,
    REQUEST,
    IMP,
    SOURCE,
    SOURCE_EXT,
    USER,
    USER_EXT,
    REGS,
    REGS_EXT
  }

  private static final byte[][] NO_NAMES = {};
  private static final RequestEdit[] NO_CHILDREN = {};

  Action action;
  Scope scope = Scope.NONE;
  PersonalField personal;
  private byte[][] names = NO_NAMES;
  private RequestEdit[] children = NO_CHILDREN;

  RequestEdit(Action action) {
    this.action = action;
  }

  /** What is done to a member, or null where it is copied. */
  RequestEdit find(byte[] bytes, long key) {
    int length = Span.length(key);
    int from = Span.offset(key);
    for (int i = 0; i < names.length; i++) {
      byte[] name = names[i];
      if (name.length == length && Arrays.equals(name, 0, length, bytes, from, from + length)) {
        return children[i];
      }
    }
    return null;
  }

  boolean hasChildren() {
    return children.length > 0;
  }

  /** Leaves it out, whatever else was to be done. */
  void omit() {
    action = Action.OMIT;
    personal = null;
  }

  /** The edit of a member, made where there is none. */
  RequestEdit child(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < names.length; i++) {
      if (Arrays.equals(names[i], bytes)) {
        return children[i];
      }
    }
    names = Arrays.copyOf(names, names.length + 1);
    children = Arrays.copyOf(children, children.length + 1);
    names[names.length - 1] = bytes;
    children[children.length - 1] = new RequestEdit(Action.ENTER);
    return children[children.length - 1];
  }

  RequestEdit enter(String name, Scope of) {
    RequestEdit child = child(name);
    child.scope = of;
    return child;
  }

  void act(String name, Action what) {
    child(name).action = what;
  }

  void personal(PersonalField field, Action what, String... members) {
    for (String name : members) {
      RequestEdit child = child(name);
      child.action = what;
      child.personal = field;
    }
  }
}
