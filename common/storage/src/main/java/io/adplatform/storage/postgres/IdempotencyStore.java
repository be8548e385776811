package io.adplatform.storage.postgres;

import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * Answers a repeated write as it was answered the first time. The key, a hash of the request and
 * the answer are stored in the write's own transaction, so that an answer is kept exactly when the
 * write is; a write that was refused may be tried again under its key. A second request with the
 * same key waits for the first to commit. Keys belong to an API key and are kept for a day.
 *
 * <p>Needs the table {@code idempotency} in the service's schema. Thread-safe.
 */
public final class IdempotencyStore {
  /** The header. */
  public static final String HEADER = "Idempotency-Key";

  /** A UUID has 36; longer than this is no key. */
  public static final int MAX_KEY_LENGTH = 128;

  /** Said of an answer that was given before. */
  public static final String REPLAYED = "Idempotency-Replayed";

  /**
   * Does a write once per idempotency key.
   *
   * @param handle the transaction that the write works in
   * @param write what to do where the key is new, or where there is none
   * @throws Problem 422 where the key came with another request before, or is malformed
   */
  public ApiResponse once(Handle handle, ApiRequest request, Callable<ApiResponse> write)
      throws Exception {
    return once(handle, request, write, UnaryOperator.identity());
  }

  /**
   * Does a write once per idempotency key.
   *
   * @param answered changes the first answer after it has been stored: what it puts in (a secret)
   *     is not kept, and not said again
   */
  public ApiResponse once(
      Handle handle,
      ApiRequest request,
      Callable<ApiResponse> write,
      UnaryOperator<ApiResponse> answered)
      throws Exception {
    String key = request.header(HEADER);
    if (key == null) {
      return answered.apply(write.call());
    }
    if (key.isBlank() || key.length() > MAX_KEY_LENGTH) {
      throw Problem.invalid(HEADER, "must have 1 to " + MAX_KEY_LENGTH + " characters");
    }
    byte[] hash = hash(request);
    if (!reserve(handle, request, key, hash)) {
      return replay(handle, request, key, hash);
    }
    ApiResponse response = write.call();
    store(handle, request, key, response);
    return answered.apply(response);
  }

  private static boolean reserve(Handle handle, ApiRequest request, String key, byte[] hash) {
    return handle
            .createUpdate(
                """
                INSERT INTO idempotency AS i (key_id, key, account_id, request_hash, created_at)
                VALUES (:keyId, :key, :accountId, :hash, now())
                ON CONFLICT (key_id, key) DO UPDATE
                  SET request_hash = excluded.request_hash, created_at = now(), status = NULL
                  WHERE i.created_at < now() - interval '1 day'\
                """)
            .bind("keyId", request.caller().keyId())
            .bind("key", key)
            .bind("accountId", request.caller().accountId())
            .bind("hash", hash)
            .execute()
        == 1;
  }

  private static ApiResponse replay(Handle handle, ApiRequest request, String key, byte[] hash) {
    Optional<ApiResponse> stored =
        handle
            .createQuery(
                "SELECT request_hash, status, headers, body FROM idempotency"
                    + " WHERE key_id = :keyId AND key = :key")
            .bind("keyId", request.caller().keyId())
            .bind("key", key)
            .map(
                (row, context) -> {
                  if (!Arrays.equals(hash, row.getBytes("request_hash"))) {
                    throw Problem.invalid(HEADER, "was used for another request before");
                  }
                  Map<String, String> headers = new LinkedHashMap<>();
                  new JsonObject(row.getString("headers"))
                      .forEach(h -> headers.put(h.getKey(), (String) h.getValue()));
                  return new ApiResponse(
                      row.getInt("status"), headers, Buffer.buffer(row.getBytes("body")));
                })
            .findOne();
    return stored
        .orElseThrow(() -> Problem.conflict("A request with the same key is under way."))
        .with(REPLAYED, "true");
  }

  private static void store(Handle handle, ApiRequest request, String key, ApiResponse response) {
    JsonObject headers = new JsonObject();
    response.headers().forEach(headers::put);
    handle
        .createUpdate(
            """
            UPDATE idempotency SET status = :status, headers = :headers::jsonb, body = :body
            WHERE key_id = :keyId AND key = :key\
            """)
        .bind("status", response.status())
        .bind("headers", headers.encode())
        .bind("body", response.body().getBytes())
        .bind("keyId", request.caller().keyId())
        .bind("key", key)
        .execute();
  }

  private static byte[] hash(ApiRequest request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          (request.method() + " " + request.path() + "\n").getBytes(StandardCharsets.UTF_8));
      digest.update((request.header("If-Match") + "\n").getBytes(StandardCharsets.UTF_8));
      digest.update(request.body().getBytes());
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Forgets keys older than a day. */
  public int forgetOld(Handle handle) {
    return handle.execute("DELETE FROM idempotency WHERE created_at < now() - interval '1 day'");
  }
}
