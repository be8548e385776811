package io.adplatform.campaign.launch;

import io.adplatform.campaign.entity.Account;
import io.adplatform.campaign.entity.AccountKind;
import io.adplatform.campaign.entity.ApiKey;
import io.adplatform.campaign.entity.ApiKeyKind;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.adplatform.storage.postgres.Transactions;
import org.jdbi.v3.core.Handle;

/**
 * The first key: with it all other accounts and keys are made. It comes from the configuration and
 * is there after every start, in the account of operators.
 */
final class OperatorKey {
  /** Shorter keys can be guessed. */
  private static final int MIN_LENGTH = 32;

  private static final String ACCOUNT_NAME = "Operator";
  private static final String KEY_NAME = "bootstrap";

  private OperatorKey() {}

  /**
   * Makes the key known where it is not, in place of the one that the configuration had before.
   *
   * @throws IllegalArgumentException where it is too short
   */
  static void ensure(Transactions transactions, String key) {
    if (key.length() < MIN_LENGTH) {
      throw new IllegalArgumentException(
          "the operator's key must have at least " + MIN_LENGTH + " characters");
    }
    byte[] hash = PostgresApiKeyStore.hash(key);
    transactions.<Void, RuntimeException>forService(
        handle -> {
          handle.execute("SELECT pg_advisory_xact_lock(hashtext('campaign.operator'))");
          boolean known =
              handle
                  .createQuery("SELECT key_id FROM find_api_key(:hash)")
                  .bind("hash", hash)
                  .mapTo(Long.class)
                  .findOne()
                  .isPresent();
          if (!known && !replace(handle, key, hash)) {
            insert(handle, key, hash);
          }
          return null;
        });
  }

  /** Puts the key in the place of the one before, which is of no use from then on. */
  private static boolean replace(Handle handle, String key, byte[] hash) {
    ApiKey first =
        ApiKeyKind.withKey(new ApiKey(0, 0, Role.OPERATOR, KEY_NAME, "", null), key, hash);
    return handle
            .createUpdate(
                """
                UPDATE api_key SET hash = :hash, prefix = :prefix, version = version + 1,
                  updated_at = now()
                WHERE configured\
                """)
            .bind("hash", first.hash())
            .bind("prefix", first.prefix())
            .execute()
        == 1;
  }

  private static void insert(Handle handle, String key, byte[] hash) {
    long account = next(handle);
    new AccountKind().insert(handle, new Account(account, ACCOUNT_NAME));
    ApiKey made = new ApiKey(next(handle), account, Role.OPERATOR, KEY_NAME, "", null);
    new ApiKeyKind().insert(handle, ApiKeyKind.withKey(made, key, hash));
    handle.execute("UPDATE api_key SET configured = true WHERE id = ?", made.id());
  }

  private static long next(Handle handle) {
    return handle.createQuery("SELECT nextval('entity_id')").mapTo(Long.class).one();
  }
}
