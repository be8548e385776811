package io.adplatform.standalone;

import io.adplatform.runtime.config.Settings;
import io.adplatform.servers.SecretFile;
import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the services are told, by the keys of docs/architecture.md; secrets as files of mode 600 in
 * the data folder, never as values. The same in one JVM and, as command-line flags, in processes of
 * their own.
 */
final class ServiceSettings {
  /** 128 bits; see the token's format. */
  private static final int TOKEN_KEY_BYTES = 16;

  /** A key id is a byte; 0 is left out so that a zeroed token never names a key. */
  private static final int FIRST_KEY = 1;

  /** AES-256; see ADR 0120. */
  private static final int SECRETS_KEY_BYTES = 32;

  private final Map<String, String> values = new LinkedHashMap<>();
  private final Path operatorKey;

  private ServiceSettings(Path operatorKey) {
    this.operatorKey = operatorKey;
  }

  /** Settings that say nothing. */
  static ServiceSettings empty() {
    return new ServiceSettings(null);
  }

  /** Settings that no server is named in yet; makes the secrets that are missing. */
  static ServiceSettings of(UpConfig config, ServerFolders folders) {
    Path operatorKey = folders.secret("operator-key");
    Path nodeKey = folders.secret("node-key");
    Path appPassword = folders.secret("postgres-app");
    for (Path secret : List.of(operatorKey, nodeKey, appPassword)) {
      SecretFile.readOrCreate(secret);
    }
    ServiceSettings settings = new ServiceSettings(operatorKey);
    settings.put("data", folders.root().toString());
    settings.put("data-host", config.host());
    settings.put("port", Integer.toString(config.port()));
    settings.put("public-url", config.publicUrl().toString());
    settings.put("preset", config.preset());
    settings.put("api-host", config.host());
    settings.put("api-port", Integer.toString(config.apiPort()));
    settings.putFile("postgres-app-password-file", appPassword);
    settings.putFile("campaign-password-file", appPassword);
    settings.putFile("node-key-file", nodeKey);
    settings.putFile("token-keys-file", keys(folders.secret("token-keys"), TOKEN_KEY_BYTES));
    settings.putFile("secrets-key-file", keys(folders.secret("secrets-key"), SECRETS_KEY_BYTES));
    settings.put("billing-url", config.apiUrl());
    settings.put("analytics-url", config.apiUrl());
    settings.putFile("operator-key-file", operatorKey);
    return settings;
  }

  /** Adds the servers' addresses; waits for those that are starting. */
  ServiceSettings put(DataServers servers) throws InterruptedException {
    DataServers.Login postgres = servers.postgres();
    put("postgres", postgres.jdbcUrl());
    put("postgres-user", postgres.user());
    putFile("postgres-password-file", postgres.passwordFile());
    put("kafka", servers.kafka());
    DataServers.Store redis = servers.redis();
    put("redis", redis.address());
    putFile("redis-password-file", redis.passwordFile());
    DataServers.Warehouse clickHouse = servers.clickHouse();
    put("clickhouse", clickHouse.url());
    if (!clickHouse.user().isEmpty()) {
      put("clickhouse-user", clickHouse.user());
    }
    putFile("clickhouse-password-file", clickHouse.passwordFile());
    return this;
  }

  /** Sets a key, over what was there. */
  ServiceSettings put(String key, String value) {
    values.put(key, value);
    return this;
  }

  /** A copy that can be changed by itself. */
  ServiceSettings copy() {
    ServiceSettings copy = new ServiceSettings(operatorKey);
    copy.values.putAll(values);
    return copy;
  }

  /** What is set, by key. */
  Map<String, String> values() {
    return Map.copyOf(values);
  }

  /** As a service's command line. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    values.forEach((key, value) -> arguments.add("--" + key + "=" + value));
    return arguments;
  }

  /** As a service in this JVM takes them; what is not set here may come from the environment. */
  Settings settings(Map<String, String> environment) {
    return Settings.of(arguments().toArray(String[]::new), environment);
  }

  /** The API key of the operator. */
  String operatorKey() {
    return SecretFile.readOrCreate(operatorKey);
  }

  private void putFile(String key, Path file) {
    if (file != null) {
      values.put(key, file.toString());
    }
  }

  /** A file of lines {@code keyId hex}, with one fresh key where it is not there yet. */
  private static Path keys(Path file, int bytes) {
    try {
      if (!Files.exists(file)) {
        SecretFile.write(file, FIRST_KEY + " " + SecretFile.hex(bytes) + "\n");
      }
      return file;
    } catch (IOException e) {
      throw new LaunchException("Cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
