package io.adplatform.storage.lease;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes and reads the bodies of the lease exchange as JSON; unknown fields are passed over, so
 * that nodes and billing-service of two releases understand each other. Thread-safe.
 */
public final class LeaseCodec {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
          .build();

  private LeaseCodec() {}

  /** The JSON of a {@link LeaseRequest} or a {@link LeaseAnswer}. */
  public static byte[] write(Record body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a request.
   *
   * @throws UncheckedIOException where it is not the JSON of one
   */
  public static LeaseRequest readRequest(byte[] body) {
    return read(body, LeaseRequest.class);
  }

  /**
   * Reads an answer.
   *
   * @throws UncheckedIOException where it is not the JSON of one
   */
  public static LeaseAnswer readAnswer(byte[] body) {
    return read(body, LeaseAnswer.class);
  }

  private static <T> T read(byte[] body, Class<T> type) {
    try {
      T value = MAPPER.readValue(body, type);
      if (value == null) {
        throw new UncheckedIOException(new IOException("nothing where an object is expected"));
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
