package io.adplatform.wire.catalogue;

/** The key of a catalogue message, such as {@code line-item/1042}. */
public record CatalogueKey(CatalogueKind kind, long id) {
  /** The key of an entity. */
  public static CatalogueKey of(CatalogueEntity entity) {
    return new CatalogueKey(entity.kind(), entity.id());
  }

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException where it is not {@code kind/id} of a known kind
   */
  public static CatalogueKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash > 0) {
      for (CatalogueKind kind : CatalogueKind.values()) {
        if (text.regionMatches(0, kind.keyName(), 0, slash) && kind.keyName().length() == slash) {
          return new CatalogueKey(kind, Long.parseLong(text, slash + 1, text.length(), 10));
        }
      }
    }
    throw new IllegalArgumentException("not a catalogue key: " + text);
  }

  /** The key as it stands on the topic. */
  public String text() {
    return kind.keyName() + "/" + id;
  }
}
