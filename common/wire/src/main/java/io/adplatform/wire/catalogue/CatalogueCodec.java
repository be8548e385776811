package io.adplatform.wire.catalogue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes and reads catalogue documents as JSON; unknown fields are passed over, so that an older
 * node reads a newer document.
 */
public final class CatalogueCodec {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private CatalogueCodec() {}

  /** The document of an entity. */
  public static byte[] write(CatalogueEntity entity) {
    try {
      return MAPPER.writerFor(entity.kind().type()).writeValueAsBytes(entity);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JSON of a part of an entity, as it stands in its document. */
  public static String writePart(Object part) {
    try {
      return MAPPER.writeValueAsString(part);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what {@link #writePart} wrote.
   *
   * @throws UncheckedIOException where it is not the JSON of such a part
   */
  public static <T> T readPart(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a document.
   *
   * @throws UncheckedIOException where it is not the JSON of such an entity
   */
  public static CatalogueEntity read(CatalogueKind kind, byte[] document) {
    try {
      return MAPPER.readValue(document, kind.type());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
