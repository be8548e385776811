package io.adplatform.storage.postgres;

import io.adplatform.runtime.api.ApiKeyStore;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * API keys in campaign-service's schema. Only their SHA-256 is stored: a key is 240 random bits, so
 * that no slow hash is needed. Looked up by {@code campaign.find_api_key}, which any service's
 * login may call and which tells nothing but whose key it is. Thread-safe.
 */
public final class PostgresApiKeyStore implements ApiKeyStore {
  /** What every key begins with, so that secret scanners and people know it for one. */
  public static final String PREFIX = "adp_";

  /** Longer texts are not looked up. */
  private static final int MAX_LENGTH = 128;

  /** 240 bits: 40 characters without padding. */
  private static final int RANDOM_BYTES = 30;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Transactions transactions;

  /** Looks keys up through any service's transactions. */
  public PostgresApiKeyStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Makes a new key; it is stored nowhere. */
  public static String generate() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What is stored of a key. */
  public static byte[] hash(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Caller find(String key) {
    if (key.length() > MAX_LENGTH) {
      return null;
    }
    byte[] hash = hash(key);
    return transactions.forService(
        handle ->
            handle
                .createQuery(
                    "SELECT key_id, account_id, role, hash FROM campaign.find_api_key(:hash)")
                .bind("hash", hash)
                .map(
                    (row, context) ->
                        MessageDigest.isEqual(hash, row.getBytes("hash"))
                            ? new Caller(
                                row.getLong("account_id"),
                                row.getLong("key_id"),
                                Role.of(row.getString("role")))
                            : null)
                .findOne()
                .orElse(null));
  }
}
